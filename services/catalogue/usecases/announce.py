"""What the catalogue tells the other parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from chassis.event_log import NewEvent, append_many
from services.catalogue.domain.category import Category
from services.catalogue.domain.contract import Contract
from services.catalogue.domain.offer import Offer, price_text


def announce_contracts(connection: Connection, contracts: Sequence[Contract]) -> None:
    """Append ContractRecorded for each."""
    append_many(
        connection,
        [
            NewEvent(
                "ContractRecorded",
                key=f"contract:{contract.contract_id}",
                body={
                    "contract_id": contract.contract_id,
                    "supplier_id": contract.supplier_id,
                    "title": contract.title,
                    "reference": contract.reference,
                    "category_code": contract.category_code,
                    "settlement": contract.settlement,
                    "starts_on": contract.starts_on.isoformat(),
                    "ends_on": contract.ends_on.isoformat(),
                },
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
            )
            for offer in offers
        ],
    )


def announce_withdrawal(connection: Connection, offer: Offer) -> None:
    """Append OfferWithdrawn."""
    append_many(
        connection,
        [NewEvent("OfferWithdrawn", key=f"offer:{offer.offer_id}", body={"offer_id": offer.offer_id})],
    )


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
        "tiers": [
            {"from_quantity": tier.from_quantity, "unit_price": price_text(tier.unit_price)} for tier in offer.tiers
        ],
        "phases": list(offer.phases),
    }
