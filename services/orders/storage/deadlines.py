"""What is due by the clock: rounds to open, schools to remind, answers and receipts to ask for again.

Each `claim_…` notes when it was done and is true for one caller only, however many workers try.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_TO_OPEN = text("SELECT round_id::text FROM round WHERE state = 'draft' AND opens_at <= :now ORDER BY opens_at")
_NOT_OPENED = text("""
    UPDATE round SET opens_at = NULL, version = version + 1
    WHERE round_id = :round_id AND state = 'draft' AND opens_at <= :now
    RETURNING number, title
""")
_MEMBER = "s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today)"
_HAS_OFFER = """
    EXISTS (
        SELECT 1 FROM round_offer f WHERE f.round_id = :round_id AND NOT f.withdrawn
            AND (f.phases = '{}' OR s.phase = ANY (f.phases))
            AND (f.eligible_types = '{}' OR s.type_code = ANY (f.eligible_types))
            AND (f.eligible_classes = '{}' OR s.membership_class = ANY (f.eligible_classes))
            AND (f.eligible_urns = '{}' OR s.urn = ANY (f.eligible_urns)))
"""
_INVITED = text(f"SELECT s.urn FROM school s WHERE {_MEMBER} AND {_HAS_OFFER} ORDER BY s.urn")  # noqa: S608
_OPEN = text("""
    SELECT round_id::text, number, title, opens_at, closes_at, reminded_at FROM round
    WHERE state = 'open' AND closes_at > :now ORDER BY closes_at, round_id
""")
_CLAIM_REMINDER = text("""
    UPDATE round SET reminded_at = :now
    WHERE round_id = :round_id AND state = 'open' AND closes_at = :closes_at
        AND (reminded_at IS NULL OR reminded_at < :due)
    RETURNING 1
""")
_OWING = text(f"""
    SELECT s.urn AS school_urn, s.name AS school_name, coalesce(o.state, 'silent') AS state, o.reference
    FROM school s LEFT JOIN school_order o ON o.round_id = :round_id AND o.school_urn = s.urn
    WHERE {_MEMBER} AND (CAST(:urns AS integer[]) IS NULL OR s.urn = ANY (CAST(:urns AS integer[])))
        AND (o.state IN ('draft', 'returned', 'submitted') OR o.state IS NULL AND {_HAS_OFFER})
    ORDER BY s.urn
""")  # noqa: S608 -- assembled from this module
_ORDERED = text("""
    SELECT s.urn AS school_urn, s.name AS school_name, 'nothing' AS owes, o.state, o.reference
    FROM school_order o JOIN school s ON s.urn = o.school_urn
    WHERE o.round_id = :round_id AND o.state = 'approved' ORDER BY s.urn
""")
_CLAIM_NUDGES = text("""
    INSERT INTO school_nudge (round_id, school_urn, nudged_at)
    SELECT :round_id, urn, :now FROM unnest(CAST(:urns AS integer[])) AS urn
    ON CONFLICT (round_id, school_urn) DO UPDATE SET nudged_at = :now WHERE school_nudge.nudged_at <= :since
    RETURNING school_urn
""")
_UNANSWERED = text("""
    SELECT p.purchase_order_id::text, p.number, p.supplier_id::text, coalesce(s.name, '') AS supplier_name,
        coalesce(r.title, p.title) AS title, p.issued_at, p.chased_at, coalesce(answered.decided_at, p.issued_at)
            AS asked_at
    FROM purchase_order p LEFT JOIN round r USING (round_id) LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    LEFT JOIN (
        SELECT purchase_order_id, max(decided_at) AS decided_at,
            bool_or(state IN ('waiting', 'with_schools')) AS waits
        FROM purchase_order_answer GROUP BY purchase_order_id
    ) answered USING (purchase_order_id)
    WHERE p.state = 'issued' AND answered.waits IS NOT TRUE ORDER BY p.number
""")
_CLAIM_ANSWER_CHASE = text("""
    UPDATE purchase_order SET chased_at = :now
    WHERE purchase_order_id = :purchase_order_id AND state = 'issued' AND (chased_at IS NULL OR chased_at < :due)
    RETURNING 1
""")


def rounds_to_open(connection: Connection, now: datetime) -> list[str]:
    """Drafts whose time to open has come, however long ago."""
    return list(connection.execute(_TO_OPEN, {"now": now}).scalars())


def keep_draft(connection: Connection, round_id: str, now: datetime) -> Row[Any] | None:
    """Take the time to open from a draft that cannot; its number and title, or None if it has opened or was changed."""
    return connection.execute(_NOT_OPENED, {"round_id": round_id, "now": now}).one_or_none()


def invited_schools(connection: Connection, round_id: str, today: date) -> list[int]:
    """The members to which the round offers something, by URN."""
    return list(connection.execute(_INVITED, {"round_id": round_id, "today": today}).scalars())


def open_rounds(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Rounds whose deadline is to come, with `reminded_at`."""
    return connection.execute(_OPEN, {"now": now}).all()


def claim_reminder(connection: Connection, round_id: str, closes_at: datetime, due: datetime, now: datetime) -> bool:
    """Whether this reminder is the caller's to give: the deadline is still this one, and nobody gave it before."""
    names = {"round_id": round_id, "closes_at": closes_at, "due": due, "now": now}
    return connection.execute(_CLAIM_REMINDER, names).one_or_none() is not None


def owing(
    connection: Connection, round_id: str, today: date, urns: Sequence[int] | None = None
) -> list[dict[str, Any]]:
    """Members (of those with the URNs, if given) that have yet to answer, as events tell of them.

    Silent, draft and returned ones owe a form, those with an order that waits an approval; who declined owes nothing.
    """
    names = {"round_id": round_id, "today": today, "urns": None if urns is None else list(urns)}
    return [
        {
            "school_urn": school.school_urn,
            "school_name": school.school_name,
            "owes": "approval" if school.state == "submitted" else "form",
            "state": school.state,
            "reference": school.reference,
        }
        for school in connection.execute(_OWING, names)
    ]


def ordered(connection: Connection, round_id: str) -> list[dict[str, Any]]:
    """Schools whose order is approved, and which owe nothing, as events tell of them."""
    return [dict(school) for school in connection.execute(_ORDERED, {"round_id": round_id}).mappings()]


def claim_nudges(
    connection: Connection, round_id: str, urns: Sequence[int], now: datetime, *, since: datetime
) -> set[int]:
    """Those of the schools that nobody has nudged after `since`: they are the caller's to nudge."""
    names = {"round_id": round_id, "urns": list(urns), "now": now, "since": since}
    return set(connection.execute(_CLAIM_NUDGES, names).scalars())


def unanswered_orders(connection: Connection) -> Sequence[Row[Any]]:
    """Purchase orders that wait for their supplier's answer, since `asked_at`; with `chased_at`."""
    return connection.execute(_UNANSWERED).all()


def claim_answer_chase(connection: Connection, purchase_order_id: str, due: datetime, now: datetime) -> bool:
    """Whether asking the supplier again is the caller's to do."""
    names = {"purchase_order_id": purchase_order_id, "due": due, "now": now}
    return connection.execute(_CLAIM_ANSWER_CHASE, names).one_or_none() is not None
