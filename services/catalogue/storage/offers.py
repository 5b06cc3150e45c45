"""Reading and writing offers with their dated prices."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Row,
    Select,
    Uuid,
    any_,
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql

from services.catalogue.domain.offer import PUBLISHED, Offer
from services.catalogue.domain.price import DatedPrices, Tier
from services.catalogue.storage.tables import offer, offer_tier

_SEQUENCES = ("phases", "eligible_types", "eligible_classes", "eligible_urns")
_NAMED = func.lower(offer.c.name)


def find_offer(connection: Connection, offer_id: str) -> Offer | None:
    """One offer."""
    found = _with_prices(connection, select(offer).where(offer.c.offer_id == offer_id))
    return found[0] if found else None


def find_offers(
    connection: Connection,
    *,
    contract_id: str | None = None,
    category_code: str | None = None,
    state: str | None = None,
    words: Sequence[str] = (),
    after: str | None = None,
    limit: int,
) -> Sequence[Offer]:
    """Up to `limit` offers by name, beginning after the one whose id is `after`.

    Each of `words` must occur in the name, the article number or the description, whatever its capitals.
    """
    query = select(offer).order_by(_NAMED, offer.c.offer_id).limit(limit)
    if contract_id is not None:
        query = query.where(offer.c.contract_id == contract_id)
    if category_code is not None:
        query = query.where(offer.c.category_code == category_code)
    if state is not None:
        query = query.where(offer.c.state == state)
    for word in words:
        columns = (offer.c.name, offer.c.sku, offer.c.description)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if after is not None:
        last = select(_NAMED, offer.c.offer_id).where(offer.c.offer_id == after).scalar_subquery()
        query = query.where(tuple_(_NAMED, offer.c.offer_id) > last)
    return _with_prices(connection, query)


def offers_of_contracts(connection: Connection, contract_ids: Collection[str]) -> Sequence[Offer]:
    """Every offer under the contracts."""
    return _with_prices(connection, select(offer).where(offer.c.contract_id.in_(list(contract_ids))))


def published_offers_of_categories(connection: Connection, codes: Collection[str]) -> Sequence[Offer]:
    """Every published offer in the categories."""
    query = select(offer).where(offer.c.category_code.in_(list(codes)), offer.c.state == PUBLISHED)
    return _with_prices(connection, query)


def offers_with_due_prices(connection: Connection, today: date) -> Sequence[Offer]:
    """Every offer of which later prices should be the present ones by now."""
    due = (
        select(offer_tier.c.offer_id)
        .join(offer, offer.c.offer_id == offer_tier.c.offer_id)
        .where(offer_tier.c.valid_from > offer.c.prices_from, offer_tier.c.valid_from <= today)
    )
    return _with_prices(connection, select(offer).where(offer.c.offer_id.in_(due)))


def price_history(connection: Connection, offer_id: str) -> Sequence[DatedPrices]:
    """All prices of an offer, past, present and to come, by their first day."""
    return _dated(connection, [offer_id])[offer_id]


def save_offers(connection: Connection, offers: Sequence[Offer]) -> list[Offer]:
    """Insert or overwrite offers with present and later prices, past ones stay; returns them, versions counted up."""
    saved = [replace(record, version=record.version + 1) for record in offers]
    if saved:
        statement = postgresql.insert(offer)
        updates = {column.name: statement.excluded[column.name] for column in offer.c if not column.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[offer.c.offer_id], set_=updates),
            [_offer_row(record) for record in saved],
        )
        present = select(offer.c.prices_from).where(offer.c.offer_id == offer_tier.c.offer_id).scalar_subquery()
        connection.execute(
            delete(offer_tier).where(_one_of([record.offer_id for record in saved]), offer_tier.c.valid_from >= present)
        )
        connection.execute(postgresql.insert(offer_tier), [row for record in saved for row in _tier_rows(record)])
    return saved


def _offer_row(record: Offer) -> dict[str, Any]:
    values = {name: value for name, value in asdict(record).items() if name not in ("tiers", "later_prices")}
    return values | {name: list(values[name]) for name in _SEQUENCES}


def _tier_rows(record: Offer) -> list[dict[str, Any]]:
    if record.prices_from is None:
        raise ValueError("an offer is saved with the day its prices began")
    own = {"offer_id": record.offer_id, "supplier_id": record.supplier_id}
    return [
        {**own, "valid_from": prices.valid_from, **asdict(tier)}
        for prices in (DatedPrices(record.prices_from, record.tiers), *record.later_prices)
        for tier in prices.tiers
    ]


def _with_prices(connection: Connection, query: Select[Any]) -> list[Offer]:
    rows = connection.execute(query).all()
    dated = _dated(connection, [row.offer_id for row in rows])
    return [_offer(row, dated[row.offer_id]) for row in rows]


def _dated(connection: Connection, offer_ids: Collection[str]) -> dict[str, list[DatedPrices]]:
    tiers: dict[tuple[str, date], list[Tier]] = defaultdict(list)
    ordered = (
        select(offer_tier)
        .where(_one_of(offer_ids))
        .order_by(offer_tier.c.offer_id, offer_tier.c.valid_from, offer_tier.c.from_quantity)
    )
    for row in connection.execute(ordered):
        tiers[row.offer_id, row.valid_from].append(Tier(row.from_quantity, row.unit_price))
    dated: dict[str, list[DatedPrices]] = defaultdict(list)
    for (offer_id, valid_from), found in tiers.items():
        dated[offer_id].append(DatedPrices(valid_from, tuple(found)))
    return dated


def _one_of(offer_ids: Collection[str]) -> ColumnElement[bool]:
    """Tiers of these offers; one array and not a parameter each, of which a statement takes 65,535 only."""
    return offer_tier.c.offer_id == any_(cast(list(offer_ids), ARRAY(Uuid(as_uuid=False))))


def _offer(row: Row[Any], dated: Sequence[DatedPrices]) -> Offer:
    values = {**row._mapping, **{name: tuple(row._mapping[name]) for name in _SEQUENCES}}
    present = [prices.tiers for prices in dated if prices.valid_from == row.prices_from]
    later = tuple(prices for prices in dated if prices.valid_from > row.prices_from)
    return Offer(**values, tiers=present[0] if present else (), later_prices=later)
