"""Read categories, contracts and offers; row-level security decides what the actor sees."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.catalogue.domain.category import Category
from services.catalogue.domain.offer import Offer
from services.catalogue.storage.categories import all_categories, find_categories, find_category
from services.catalogue.storage.contracts import all_contracts, find_contract, supplier_names
from services.catalogue.storage.offers import find_offer, find_offers
from services.catalogue.usecases.announce import offer_body


def get_category(database: Database, actor: Actor, code: str) -> Category:
    """One category. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_category(connection, code)
    if found is None:
        raise NotFound(f"There is no category {code}.")
    return found


def list_categories(database: Database, actor: Actor) -> Sequence[Category]:
    """Every category, by name."""
    with database.transaction(actor) as connection:
        return all_categories(connection)


def get_contract(database: Database, actor: Actor, contract_id: str) -> dict[str, Any]:
    """One contract with its supplier's name. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_contract(connection, contract_id)
        if found is None:
            raise NotFound("There is no such contract.")
        return asdict(found) | {"supplier_name": supplier_names(connection)[found.supplier_id]}


def list_contracts(database: Database, actor: Actor) -> list[dict[str, Any]]:
    """Every contract that the actor may see, by title, with suppliers' names."""
    with database.transaction(actor) as connection:
        names = supplier_names(connection)
        found = all_contracts(connection)
    return [asdict(contract) | {"supplier_name": names[contract.supplier_id]} for contract in found]


def get_offer(database: Database, actor: Actor, offer_id: str) -> dict[str, Any]:
    """One offer with what its category says. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_offer(connection, offer_id)
        if found is None:
            raise NotFound("There is no such offer.")
        return _described(connection, [found])[0]


def list_offers(
    database: Database,
    actor: Actor,
    *,
    contract_id: str | None,
    category_code: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of offers by id, and the cursor of the next page (None on the last)."""
    with database.transaction(actor) as connection:
        found = find_offers(
            connection, contract_id=contract_id, category_code=category_code, after=after, limit=limit + 1
        )
        items = _described(connection, found[:limit])
    return items, found[limit - 1].offer_id if len(found) > limit else None


def _described(connection: Connection, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    categories = find_categories(connection, {offer.category_code for offer in offers})
    return [
        offer_body(offer, categories[offer.category_code]) | {"state": offer.state, "version": offer.version}
        for offer in offers
    ]
