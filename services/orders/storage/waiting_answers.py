"""Answers that wait for the manager or for schools, and when somebody was last asked about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_WAITING = text("""
    SELECT a.answer_id::text, a.purchase_order_id::text, p.number, coalesce(r.title, p.title) AS title,
        p.supplier_id::text, coalesce(s.name, '') AS supplier_name, a.state, a.answered_at,
        coalesce(a.decided_at, a.answered_at) AS waits_since, a.chased_at,
        ARRAY(SELECT DISTINCT m.school_urn FROM amendment m
            WHERE m.answer_id = a.answer_id AND m.state = 'proposed' AND m.school_agreed_at IS NULL
            ORDER BY m.school_urn) AS school_urns
    FROM purchase_order_answer a JOIN purchase_order p USING (purchase_order_id)
    LEFT JOIN round r USING (round_id) LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    WHERE a.state IN ('waiting', 'with_schools') ORDER BY p.number
""")
_CLAIM = text("""
    UPDATE purchase_order_answer SET chased_at = :now
    WHERE answer_id = :answer_id AND state = :state AND (chased_at IS NULL OR chased_at < :due)
    RETURNING 1
""")


def waiting_answers(connection: Connection) -> Sequence[Row[Any]]:
    """Answers that wait, since `waits_since`, with the `school_urns` that have yet to say whether they pay more."""
    return connection.execute(_WAITING).all()


def claim_chase(connection: Connection, answer_id: str, state: str, due: datetime, now: datetime) -> bool:
    """Whether asking again is the caller's to do: the answer still waits for the same, and nobody asked since."""
    names = {"answer_id": answer_id, "state": state, "due": due, "now": now}
    return connection.execute(_CLAIM, names).one_or_none() is not None
