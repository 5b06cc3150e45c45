"""The board of a round: how far each school is, and what its order comes to. Never its lines."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from services.orders.domain.round import Round
from services.orders.storage.remembered import Remembered

_SCHOOLS = text("""
    SELECT s.urn AS school_urn, s.name AS school_name, s.phase, coalesce(o.state, 'silent') AS state, o.reference,
        o.updated_at
    FROM school s
    LEFT JOIN school_order o ON o.round_id = :round_id AND o.school_urn = s.urn
    WHERE o.state IS NOT NULL OR (s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today))
    ORDER BY s.name, s.urn
""")
_NETS = text("SELECT school_urn, net_pence FROM order_nets(:round_id)")

_remembered: Remembered[Mapping[int, int]] = Remembered()


def board(connection: Connection, of: Round, today: date) -> list[dict[str, Any]]:
    """Members of today, and whoever else has an order, each with its net in pence.

    For the alliance, which sees every school's net: the nets of an open round are remembered for whoever asks next.
    """
    values = {"round_id": of.round_id, "today": today}

    def read() -> Mapping[int, int]:
        return {row.school_urn: row.net_pence for row in connection.execute(_NETS, values)}

    nets = _remembered.get(connection, of.round_id, None, read) if of.state == "open" else read()
    return [{**row._mapping, "net_pence": nets.get(row.school_urn, 0)} for row in connection.execute(_SCHOOLS, values)]
