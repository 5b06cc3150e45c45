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
from services.catalogue.domain.price import DatedPrices
from services.catalogue.storage.categories import all_categories, find_categories, find_category
from services.catalogue.storage.contracts import all_contracts, find_contract, supplier_names
from services.catalogue.storage.offers import find_offer, find_offers, price_history
from services.catalogue.usecases.announce import offer_body, tier_bodies


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
    state: str | None = None,
    q: str = "",
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of offers by name, and the cursor of the next page (None on the last); `q` are words to look for."""
    with database.transaction(actor) as connection:
        found = find_offers(
            connection,
            contract_id=contract_id,
            category_code=category_code,
            state=state,
            words=q.split(),
            after=after,
            limit=limit + 1,
        )
        items = _described(connection, found[:limit])
    return items, found[limit - 1].offer_id if len(found) > limit else None


def list_prices(database: Database, actor: Actor, offer_id: str) -> list[dict[str, Any]]:
    """All prices of an offer, past, present and to come, by their first day. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = find_offer(connection, offer_id)
        if found is None:
            raise NotFound("There is no such offer.")
        history = price_history(connection, offer_id)
    return [{**_dated(prices), "present": prices.valid_from == found.prices_from} for prices in history]


def _described(connection: Connection, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """The offers as they travel, plain: a page of a hundred is too much to go through a schema field by field."""
    categories = find_categories(connection, {offer.category_code for offer in offers})
    return [
        offer_body(offer, categories[offer.category_code])
        | {
            "later_prices": [_dated(prices) for prices in offer.later_prices],
            "staff": offer.staff,
            "state": offer.state,
            "version": offer.version,
        }
        for offer in offers
    ]


def _dated(prices: DatedPrices) -> dict[str, Any]:
    return {"valid_from": prices.valid_from.isoformat(), "tiers": tier_bodies(prices.tiers)}
