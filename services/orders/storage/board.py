"""The board of a round: how far each school is, and what its order comes to. Never its lines."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, text

_SCHOOLS = text("""
    SELECT s.urn AS school_urn, s.name AS school_name, s.phase, coalesce(o.state, 'silent') AS state, o.reference,
        o.updated_at
    FROM school s
    LEFT JOIN school_order o ON o.round_id = :round_id AND o.school_urn = s.urn
    WHERE o.state IS NOT NULL OR (s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today))
    ORDER BY s.name, s.urn
""")
_NETS = text("SELECT school_urn, net_pence FROM order_nets(:round_id)")


def board(connection: Connection, round_id: str, today: date) -> list[dict[str, Any]]:
    """Members of today, and whoever else has an order, each with how far it is."""
    rows = connection.execute(_SCHOOLS, {"round_id": round_id, "today": today})
    return [dict(row._mapping) for row in rows]


def closed_nets(connection: Connection, round_id: str) -> dict[int, int]:
    """What each school's part of a closed round comes to: net pence by URN."""
    return {row.school_urn: row.net_pence for row in connection.execute(_NETS, {"round_id": round_id})}
