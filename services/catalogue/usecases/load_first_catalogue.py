"""Fill an empty catalogue: categories for all that alliances buy together, contracts and offers to begin with."""

import csv
import io
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from services.catalogue.domain.category import Category, check_category
from services.catalogue.domain.charge import Charge
from services.catalogue.domain.contract import Contract, check_contract
from services.catalogue.domain.offer import Offer, check_offer, in_order
from services.catalogue.domain.price import Tier
from services.catalogue.storage.categories import find_categories, save_categories
from services.catalogue.storage.contracts import contracts_by_reference, save_contracts
from services.catalogue.storage.locking import lock_catalogue
from services.catalogue.storage.offers import offers_of_contracts, save_offers
from services.catalogue.storage.suppliers import supplier_ids
from services.catalogue.usecases.announce import announce_categories, announce_contracts, announce_offers

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was added, and the suppliers of whom the catalogue has not heard, whose contracts are left out."""

    categories: int
    contracts: int
    offers: int
    missing_suppliers: tuple[str, ...]


def load_first_catalogue(database: Database, actor: Actor) -> Loaded:
    """Add whatever of the first catalogue is not there yet; what is there stays as people have made it.

    Contracts belong to suppliers by name; once a missing supplier is known, loading again adds its contracts.
    """
    rows = {name: _read(name) for name in ("categories", "contracts", "charges", "offers")}
    with database.transaction(actor) as connection:
        lock_catalogue(connection)
        categories = _add_categories(connection, rows["categories"])
        known = supplier_ids(connection, first_suppliers())
        contracts = _add_contracts(connection, rows["contracts"], rows["charges"], known)
        offers = _add_offers(connection, rows["offers"], rows["contracts"])
    return Loaded(categories, contracts, offers, tuple(sorted(first_suppliers() - known.keys())))


def first_suppliers() -> set[str]:
    """The names of the suppliers with whom the first contracts are."""
    return {row["supplier"] for row in _read("contracts")}


def _read(name: str) -> Rows:
    text = resources.files("services.catalogue.first_catalogue").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def _add_categories(connection: Connection, rows: Rows) -> int:
    known = find_categories(connection, {row["code"] for row in rows})
    new = [Category(**row) for row in rows if row["code"] not in known]
    for category in new:
        check_category(category)
    saved = save_categories(connection, new)
    announce_categories(connection, saved)
    return len(saved)


def _add_contracts(connection: Connection, rows: Rows, charge_rows: Rows, supplier_ids: Mapping[str, str]) -> int:
    known = contracts_by_reference(connection, {row["reference"] for row in rows})
    new = [
        _contract(row, [charge for charge in charge_rows if charge["contract"] == row["reference"]], supplier_ids)
        for row in rows
        if row["supplier"] in supplier_ids and row["reference"].lower() not in known
    ]
    for contract in new:
        check_contract(contract)
    saved = save_contracts(connection, new)
    announce_contracts(connection, saved)
    return len(saved)


def _contract(row: Mapping[str, str], charges: Rows, supplier_ids: Mapping[str, str]) -> Contract:
    return Contract(
        contract_id=str(uuid.uuid4()),
        supplier_id=supplier_ids[row["supplier"]],
        title=row["title"],
        reference=row["reference"],
        category_code=row["category_code"],
        settlement=row["settlement"],
        starts_on=date.fromisoformat(row["starts_on"]),
        ends_on=date.fromisoformat(row["ends_on"]),
        notice_on=date.fromisoformat(row["notice_on"]) if row["notice_on"] else None,
        charges=tuple(_charge(charge) for charge in charges),
        minimum_order_pence=_pence(row["minimum_order_pence"]),
        small_order_fee_pence=_pence(row["small_order_fee_pence"]),
        annual_value_pence=_pence(row["annual_value_pence"]),
        procurement=row["procurement"],
    )


def _charge(row: Mapping[str, str]) -> Charge:
    return Charge(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        amount_pence=int(row["amount_pence"]),
        share_by=row["share_by"],
        free_from_pence=_pence(row["free_from_pence"]),
        vat_class=row["vat_class"],
    )


def _pence(text: str) -> int | None:
    return int(text) if text else None


def _add_offers(connection: Connection, rows: Rows, contract_rows: Rows) -> int:
    contracts = contracts_by_reference(connection, {row["reference"] for row in contract_rows})
    known = {
        (offer.contract_id, offer.sku)
        for offer in offers_of_contracts(connection, [contract.contract_id for contract in contracts.values()])
    }
    new = [offer for offer in _offers(rows, contracts) if (offer.contract_id, offer.sku) not in known]
    for offer in new:
        check_offer(offer, london_today())
    saved = save_offers(connection, new)
    categories = find_categories(connection, {offer.category_code for offer in saved})
    announce_offers(connection, saved, categories)
    return len(saved)


def _offers(rows: Rows, contracts: Mapping[str, Contract]) -> Iterable[Offer]:
    for row in rows:
        contract = contracts.get(row["contract"].lower())
        if contract is not None:
            yield Offer(
                offer_id=str(uuid.uuid4()),
                contract_id=contract.contract_id,
                supplier_id=contract.supplier_id,
                category_code=row["category_code"],
                sku=row["sku"],
                name=row["name"],
                description=row["description"],
                unit=row["unit"],
                pack_size=int(row["pack_size"]),
                vat_class=row["vat_class"],
                tiers=tuple(_tier(text) for text in row["tiers"].split()),
                phases=in_order(row["phases"].split()),
                alone_price=Decimal(row["alone_price"]) if row["alone_price"] else None,
                prices_from=contract.starts_on,
                staff=row["staff"] or None,
            )


def _tier(text: str) -> Tier:
    from_quantity, unit_price = text.split(":")
    return Tier(int(from_quantity), Decimal(unit_price))
