"""What the catalogue tells the other parts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection

from chassis.event_log import NewEvent, append, append_many
from services.catalogue.domain.category import Category
from services.catalogue.domain.contract import Contract
from services.catalogue.domain.offer import Offer
from services.catalogue.domain.price import Tier, price_text
from services.catalogue.domain.vat import VatException

_CONTRACT_VERSION: Final = 3
_OFFER_VERSION: Final = 2


def announce_categories(connection: Connection, categories: Sequence[Category]) -> None:
    """Append CategoryRecorded for each."""
    append_many(
        connection,
        [
            NewEvent(
                "CategoryRecorded",
                key=f"category:{category.code}",
                body={
                    "code": category.code,
                    "name": category.name,
                    "cpv": category.cpv,
                    "ledger_code": category.ledger_code,
                },
            )
            for category in categories
        ],
    )


def announce_contracts(connection: Connection, contracts: Sequence[Contract]) -> None:
    """Append ContractRecorded for each."""
    append_many(
        connection,
        [
            NewEvent(
                "ContractRecorded",
                key=f"contract:{contract.contract_id}",
                body=contract_body(contract),
                version=_CONTRACT_VERSION,
            )
            for contract in contracts
        ],
    )


def announce_offers(connection: Connection, offers: Sequence[Offer], categories: Mapping[str, Category]) -> None:
    """Append OfferPublished for each, with what its category says."""
    append_many(
        connection,
        [
            NewEvent(
                "OfferPublished",
                key=f"offer:{offer.offer_id}",
                body=offer_body(offer, categories[offer.category_code]),
                version=_OFFER_VERSION,
            )
            for offer in offers
        ],
    )


def announce_withdrawals(connection: Connection, offers: Sequence[Offer]) -> None:
    """Append OfferWithdrawn for each."""
    append_many(
        connection,
        [
            NewEvent("OfferWithdrawn", key=f"offer:{offer.offer_id}", body={"offer_id": offer.offer_id})
            for offer in offers
        ],
    )


def announce_exception(connection: Connection, exception: VatException) -> None:
    """Append VatExceptionRecorded."""
    body = {
        "exception_id": exception.exception_id,
        "offer_id": exception.offer_id,
        "category_code": exception.category_code,
        "school_urn": exception.school_urn,
        "vat_class": exception.vat_class,
        "reduced": exception.reduced,
        "valid_from": exception.valid_from.isoformat(),
        "valid_to": exception.valid_to.isoformat() if exception.valid_to else None,
        "certificate": exception.certificate,
        "withdrawn": exception.withdrawn,
    }
    append(connection, "VatExceptionRecorded", key=f"vat_exception:{exception.exception_id}", body=body)


def contract_body(contract: Contract) -> dict[str, Any]:
    """A contract as others know it: ContractRecorded's body."""
    return {
        "contract_id": contract.contract_id,
        "supplier_id": contract.supplier_id,
        "title": contract.title,
        "reference": contract.reference,
        "category_code": contract.category_code,
        "settlement": contract.settlement,
        "starts_on": contract.starts_on.isoformat(),
        "ends_on": contract.ends_on.isoformat(),
        "notice_on": contract.notice_on.isoformat() if contract.notice_on else None,
        "charges": [asdict(charge) for charge in contract.charges],
        "minimum_order_pence": contract.minimum_order_pence,
        "small_order_fee_pence": contract.small_order_fee_pence,
        "small_order_fee_share_by": contract.small_order_fee_share_by,
        "fairness": contract.fairness,
        "tolerances": asdict(contract.tolerances),
        "claim_days": contract.claim_days,
        "payment_days": contract.payment_days,
        "lead_urn": contract.lead_urn,
    }


def offer_body(offer: Offer, category: Category) -> dict[str, Any]:
    """An offer as others know it: OfferPublished's body."""
    return {
        "offer_id": offer.offer_id,
        "contract_id": offer.contract_id,
        "supplier_id": offer.supplier_id,
        "category_code": category.code,
        "category_name": category.name,
        "ledger_code": category.ledger_code,
        "sku": offer.sku,
        "name": offer.name,
        "description": offer.description,
        "unit": offer.unit,
        "pack_size": offer.pack_size,
        "vat_class": offer.vat_class,
        "tiers": tier_bodies(offer.tiers),
        "phases": list(offer.phases),
        "minimum_quantity": offer.minimum_quantity,
        "alone_price": None if offer.alone_price is None else price_text(offer.alone_price),
        "eligible_types": list(offer.eligible_types),
        "eligible_classes": list(offer.eligible_classes),
        "eligible_urns": list(offer.eligible_urns),
        "prices_from": offer.prices_from.isoformat() if offer.prices_from else None,
    }


def tier_bodies(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    """Tiers as they travel: unit prices are pounds with four decimals, as text."""
    return [{"from_quantity": tier.from_quantity, "unit_price": price_text(tier.unit_price)} for tier in tiers]
