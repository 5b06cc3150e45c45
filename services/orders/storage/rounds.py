"""Rounds and how far their orders are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from services.orders.domain.order import OrderState
from services.orders.domain.round import Round

COLUMNS = (
    "r.round_id::text, r.number, r.title, r.state, r.opens_at, r.closes_at, r.delivery_from, r.delivery_to,"
    " r.closed_at, r.offers_version, r.version"
)
_NAMES = tuple(field.name for field in fields(Round))

_FIND = text(f"SELECT {COLUMNS} FROM round r WHERE r.round_id = :round_id")  # noqa: S608
_LOCK = text(f"SELECT {COLUMNS} FROM round r WHERE r.round_id = :round_id FOR UPDATE")  # noqa: S608
_LIST = text(f"SELECT {COLUMNS} FROM round r ORDER BY r.closes_at DESC, r.round_id")  # noqa: S608
_STAMP = text("SELECT round_stamp(:round_id)")
_DUE = text("SELECT round_id::text FROM round WHERE state = 'open' AND closes_at <= :now ORDER BY closes_at")
_ANSWERS = text("""
    SELECT r.round_id::text, o.state, count(*) AS orders,
        (SELECT count(*) FROM school s WHERE s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today)
            AND NOT EXISTS (SELECT 1 FROM school_order o
                WHERE o.round_id = r.round_id AND o.school_urn = s.urn)) AS silent
    FROM round r LEFT JOIN school_order o ON o.round_id = r.round_id
    WHERE r.round_id = ANY (CAST(:round_ids AS uuid[]))
    GROUP BY r.round_id, o.state
""")
_MY_ORDERS = text("""
    SELECT o.round_id::text, o.state, o.reference, o.version, coalesce(n.net_pence, 0) AS net_pence
    FROM school_order o
    LEFT JOIN LATERAL order_nets(o.round_id) n ON n.school_urn = o.school_urn
    WHERE o.school_urn = :urn AND o.round_id = ANY (CAST(:round_ids AS uuid[]))
""")
_INSERT = text("""
    INSERT INTO round
        (round_id, number, title, state, contract_ids, offer_ids, opens_at, closes_at, delivery_from, delivery_to,
            minimum_choice)
    VALUES (:round_id, :number, :title, 'draft', CAST(:contract_ids AS uuid[]), CAST(:offer_ids AS uuid[]), :opens_at,
        :closes_at, :delivery_from, :delivery_to, :minimum_choice)
""")
_UPDATE = text("""
    UPDATE round SET title = :title, opens_at = :opens_at, closes_at = :closes_at, delivery_from = :delivery_from,
        delivery_to = :delivery_to, contract_ids = coalesce(CAST(:contract_ids AS uuid[]), contract_ids),
        offer_ids = coalesce(CAST(:offer_ids AS uuid[]), offer_ids),
        minimum_choice = coalesce(CAST(:minimum_choice AS text), minimum_choice), version = version + 1
    WHERE round_id = :round_id
""")
_OPEN = text("UPDATE round SET state = 'open', opens_at = :now, version = version + 1 WHERE round_id = :round_id")
_CLOSE = text("""
    UPDATE round SET state = :state, closed_at = :now, closed_by = :closed_by, version = version + 1
    WHERE round_id = :round_id
""")


@dataclass(frozen=True, slots=True)
class MyOrder:
    """A school's own order in the list of rounds; net in pence."""

    state: OrderState
    reference: str | None
    net_pence: int
    version: int


def round_from(row: Row[Any]) -> Round:
    """The round in a row that begins with COLUMNS."""
    return Round(**dict(zip(_NAMES, row[: len(_NAMES)], strict=True)))


def find_round(connection: Connection, round_id: str, *, lock: bool = False) -> Round | None:
    """A round that the actor may see, locked against saves and other closes if asked."""
    row = connection.execute(_LOCK if lock else _FIND, {"round_id": round_id}).one_or_none()
    return None if row is None else round_from(row)


def round_stamp(connection: Connection, round_id: str) -> int:
    """What grows with every change of an order of the round."""
    return int(connection.execute(_STAMP, {"round_id": round_id}).scalar_one())


def list_rounds(connection: Connection) -> list[Round]:
    """Every round that the actor may see, the latest deadline first."""
    return [round_from(row) for row in connection.execute(_LIST)]


def due_rounds(connection: Connection, now: datetime) -> list[str]:
    """Open rounds whose deadline has come, however long ago."""
    return list(connection.execute(_DUE, {"now": now}).scalars())


def answers(connection: Connection, round_ids: Sequence[str], today: date) -> dict[str, dict[str, int]]:
    """By round, how many orders are in each state, and how many members are silent."""
    counted: dict[str, dict[str, int]] = {}
    for row in connection.execute(_ANSWERS, {"round_ids": list(round_ids), "today": today}):
        states = counted.setdefault(row.round_id, {"silent": row.silent})
        if row.state is not None:
            states[row.state] = row.orders
    return counted


def my_orders(connection: Connection, round_ids: Sequence[str], urn: int) -> dict[str, MyOrder]:
    """A school's own orders, by round."""
    rows = connection.execute(_MY_ORDERS, {"round_ids": list(round_ids), "urn": urn})
    return {row.round_id: MyOrder(row.state, row.reference, row.net_pence, row.version) for row in rows}


def insert_round(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a draft."""
    connection.execute(_INSERT, values)


def update_round(connection: Connection, round_id: str, values: Mapping[str, Any]) -> None:
    """Change a round's own fields; `contract_ids`, `offer_ids` and `minimum_choice` of None stay as they are."""
    connection.execute(_UPDATE, {"round_id": round_id, **values})


def mark_open(connection: Connection, round_id: str, now: datetime) -> None:
    """Let schools order from now on."""
    connection.execute(_OPEN, {"round_id": round_id, "now": now})


def mark_closed(connection: Connection, round_id: str, now: datetime, closed_by: str, *, state: str) -> None:
    """Take no more orders; `state` is `closed`, or `settled` where nothing was ordered."""
    connection.execute(_CLOSE, {"round_id": round_id, "now": now, "closed_by": closed_by, "state": state})
