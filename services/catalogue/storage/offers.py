"""Reading and writing offers with their price tiers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Select, delete, select
from sqlalchemy.dialects import postgresql

from services.catalogue.domain.offer import PUBLISHED, Offer, Tier
from services.catalogue.storage.tables import offer, offer_tier


def find_offer(connection: Connection, offer_id: str) -> Offer | None:
    """One offer."""
    found = _with_tiers(connection, select(offer).where(offer.c.offer_id == offer_id))
    return found[0] if found else None


def find_offers(
    connection: Connection,
    *,
    contract_id: str | None = None,
    category_code: str | None = None,
    after: str | None = None,
    limit: int,
) -> Sequence[Offer]:
    """Up to `limit` offers in the order of their ids, beginning above `after`."""
    query = select(offer).order_by(offer.c.offer_id).limit(limit)
    if contract_id is not None:
        query = query.where(offer.c.contract_id == contract_id)
    if category_code is not None:
        query = query.where(offer.c.category_code == category_code)
    return _with_tiers(connection, query if after is None else query.where(offer.c.offer_id > after))


def offers_of_contracts(connection: Connection, contract_ids: Collection[str]) -> Sequence[Offer]:
    """Every offer under the contracts."""
    return _with_tiers(connection, select(offer).where(offer.c.contract_id.in_(list(contract_ids))))


def published_offers_of_categories(connection: Connection, codes: Collection[str]) -> Sequence[Offer]:
    """Every published offer in the categories."""
    query = select(offer).where(offer.c.category_code.in_(list(codes)), offer.c.state == PUBLISHED)
    return _with_tiers(connection, query)


def save_offers(connection: Connection, offers: Sequence[Offer]) -> list[Offer]:
    """Insert or overwrite offers and all their tiers; returns them with their versions counted up."""
    saved = [replace(record, version=record.version + 1) for record in offers]
    if saved:
        statement = postgresql.insert(offer)
        updates = {column.name: statement.excluded[column.name] for column in offer.c if not column.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[offer.c.offer_id], set_=updates),
            [_offer_row(record) for record in saved],
        )
        connection.execute(delete(offer_tier).where(offer_tier.c.offer_id.in_([record.offer_id for record in saved])))
        connection.execute(postgresql.insert(offer_tier), [row for record in saved for row in _tier_rows(record)])
    return saved


def _offer_row(record: Offer) -> dict[str, Any]:
    values = asdict(record)
    del values["tiers"]
    return values | {"phases": list(record.phases)}


def _tier_rows(record: Offer) -> list[dict[str, Any]]:
    return [
        {
            "offer_id": record.offer_id,
            "from_quantity": tier.from_quantity,
            "supplier_id": record.supplier_id,
            "unit_price": tier.unit_price,
        }
        for tier in record.tiers
    ]


def _with_tiers(connection: Connection, query: Select[Any]) -> list[Offer]:
    rows = connection.execute(query).all()
    tiers: dict[str, list[Tier]] = defaultdict(list)
    ordered = (
        select(offer_tier)
        .where(offer_tier.c.offer_id.in_([row.offer_id for row in rows]))
        .order_by(offer_tier.c.offer_id, offer_tier.c.from_quantity)
    )
    for tier in connection.execute(ordered):
        tiers[tier.offer_id].append(Tier(tier.from_quantity, tier.unit_price))
    return [Offer(**{**row._mapping, "phases": tuple(row.phases), "tiers": tuple(tiers[row.offer_id])}) for row in rows]
