"""Reading and writing price lists and what their lines would do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from services.catalogue.domain.offer import Offer
from services.catalogue.domain.price import DatedPrices, Tier
from services.catalogue.domain.price_list import ListLine

_FORGET = text("""
    DELETE FROM price_list WHERE contract_id = :contract_id AND proposed = :proposed AND state = 'compared'
""")
_INSERT = text("""
    INSERT INTO price_list
        (price_list_id, contract_id, supplier_id, proposed, name, whole, from_day, ignored, offers_stamp, state,
            compared_by)
    VALUES (:price_list_id, :contract_id, :supplier_id, :proposed, :name, :whole, :from_day, :ignored, :offers_stamp,
        'compared', :compared_by)
""")
_INSERT_LINES = text("""
    INSERT INTO price_list_line (price_list_id, position, change, line, sku, name, proposed, differences, reasons)
    SELECT :price_list_id, ordinality, change, line, sku, name, nullif(proposed, 'null'), differences, reasons
    FROM ROWS FROM (jsonb_to_recordset(CAST(:lines AS jsonb)) AS (change text, line integer, sku text, name text,
        proposed jsonb, differences jsonb, reasons text[])) WITH ORDINALITY
""")
_SELECT = """
    SELECT p.price_list_id::text, p.contract_id::text, c.title AS contract_title, p.name, p.whole, p.from_day,
        p.ignored, p.offers_stamp, p.state, p.compared_by, p.compared_at, p.applied_by, p.applied_at, p.version,
        p.proposed, p.declined_by, p.declined_at, p.reason,
        coalesce((SELECT jsonb_object_agg(change, lines) FROM (
            SELECT change, count(*) AS lines FROM price_list_line WHERE price_list_id = p.price_list_id GROUP BY change
        ) counted), '{}') AS counts
    FROM price_list p JOIN contract c USING (contract_id)
"""
_FIND = text(f"{_SELECT} WHERE p.price_list_id = :price_list_id")
_LIST_PROPOSED = text(f"""
    {_SELECT} WHERE p.proposed AND (CAST(:contract_id AS uuid) IS NULL OR p.contract_id = :contract_id)
    ORDER BY p.compared_at DESC LIMIT 200
""")
_LINES = text("""
    SELECT position, change, line, sku, name, differences, reasons FROM price_list_line
    WHERE price_list_id = :price_list_id AND (CAST(:change AS text) IS NULL OR change = :change) AND position > :after
    ORDER BY position LIMIT :limit
""")
_PROPOSED = text("""
    SELECT proposed FROM price_list_line
    WHERE price_list_id = :price_list_id AND proposed IS NOT NULL ORDER BY position
""")
_APPLIED = text("""
    UPDATE price_list SET state = 'applied', applied_by = :applied_by, applied_at = now(), version = version + 1
    WHERE price_list_id = :price_list_id
""")
_DECLINED = text("""
    UPDATE price_list SET state = 'declined', declined_by = :declined_by, declined_at = now(), reason = :reason,
        version = version + 1
    WHERE price_list_id = :price_list_id
""")
_STAMP = text("SELECT coalesce(sum(version), 0) FROM offer WHERE contract_id = :contract_id")


def offers_stamp(connection: Connection, contract_id: str) -> int:
    """A number that grows with every change of the contract's offers."""
    return int(connection.execute(_STAMP, {"contract_id": contract_id}).scalar_one())


def save_price_list(connection: Connection, values: Mapping[str, Any], lines: Sequence[ListLine]) -> None:
    """Keep a list that was compared, in place of earlier ones of its contract and side that were never decided."""
    connection.execute(_FORGET, {"contract_id": values["contract_id"], "proposed": values["proposed"]})
    connection.execute(_INSERT, dict(values))
    rows = [
        {
            "change": line.change,
            "line": line.line,
            "sku": line.sku,
            "name": line.name,
            "proposed": None if line.proposed is None else _offer_json(line.proposed),
            "differences": [asdict(difference) for difference in line.differences],
            "reasons": list(line.reasons),
        }
        for line in lines
    ]
    connection.execute(_INSERT_LINES, {"price_list_id": values["price_list_id"], "lines": json.dumps(rows)})


def find_price_list(connection: Connection, price_list_id: str) -> dict[str, Any] | None:
    """A price list with its contract's title and how many lines do what."""
    row = connection.execute(_FIND, {"price_list_id": price_list_id}).one_or_none()
    return None if row is None else dict(row._mapping)


def proposed_lists(connection: Connection, contract_id: str | None) -> list[dict[str, Any]]:
    """What suppliers proposed that the actor may see, the newest first; for one contract if asked."""
    return [dict(row._mapping) for row in connection.execute(_LIST_PROPOSED, {"contract_id": contract_id})]


def price_list_lines(
    connection: Connection, price_list_id: str, *, change: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` lines in their order, those of one kind of change if asked, above position `after`."""
    values = {"price_list_id": price_list_id, "change": change, "after": after, "limit": limit}
    return [dict(row._mapping) for row in connection.execute(_LINES, values)]


def proposed_offers(connection: Connection, price_list_id: str) -> list[Offer]:
    """The offers that the list adds, changes and withdraws, as they would be, in the order of its lines."""
    rows = connection.execute(_PROPOSED, {"price_list_id": price_list_id})
    return [_offer_from(row.proposed) for row in rows]


def mark_applied(connection: Connection, price_list_id: str, applied_by: str) -> None:
    """Note who applied the list, now."""
    connection.execute(_APPLIED, {"price_list_id": price_list_id, "applied_by": applied_by})


def mark_declined(connection: Connection, price_list_id: str, declined_by: str, reason: str) -> None:
    """Note who declined the list and why, now."""
    values = {"price_list_id": price_list_id, "declined_by": declined_by, "reason": reason}
    connection.execute(_DECLINED, values)


def _offer_json(offer: Offer) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(asdict(offer), default=str))
    return written


def _offer_from(written: Mapping[str, Any]) -> Offer:
    lists = {name: tuple(written[name]) for name in ("phases", "eligible_types", "eligible_classes", "eligible_urns")}
    later = tuple(
        DatedPrices(date.fromisoformat(prices["valid_from"]), _tiers(prices["tiers"]))
        for prices in written["later_prices"]
    )
    began, alone = written["prices_from"], written["alone_price"]
    values = {**written, **lists, "tiers": _tiers(written["tiers"]), "later_prices": later}
    values["prices_from"] = date.fromisoformat(began) if began else None
    values["alone_price"] = Decimal(alone) if alone else None
    return Offer(**values)


def _tiers(written: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    return tuple(Tier(tier["from_quantity"], Decimal(tier["unit_price"])) for tier in written)
