"""What an approval goes by: the school's limits, and the lines as an approver last decided on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from services.orders.domain.approval import Approval, Limit, Limits
from services.orders.domain.order import HistoryEntry, Person, SchoolOrder
from services.orders.storage.orders import OrderInRound

_LIMITS = text("SELECT limits, second_above_pence FROM approval_limits WHERE school_urn = :urn")
_FIRST = text("""
    SELECT first_approved_by_id, first_approved_by, first_approved_for_id, first_approved_at FROM school_order
    WHERE round_id = :round_id AND school_urn = :urn AND first_approved_by_id IS NOT NULL
""")
_APPROVE = text("""
    WITH saved AS (
        UPDATE school_order SET version = version + 1, updated_at = :now, state = :state, changed_by = :person,
            approved_by_id = :approved_by_id, approved_by = :approved_by, approved_at = :approved_at,
            approved_for_id = :approved_for_id, first_approved_by_id = :first_by_id, first_approved_by = :first_by,
            first_approved_for_id = :first_for_id, first_approved_at = :first_at
        WHERE round_id = :round_id AND school_urn = :urn AND version = :version
        RETURNING 1
    ), logged AS (
        INSERT INTO order_history (round_id, school_urn, at, person_id, person, action, detail)
        SELECT :round_id, :urn, :now, :person_id, :person, :action, :detail FROM saved
    )
    SELECT count(*) FROM saved
""")
_DECIDED = text("""
    SELECT json_object_agg(offer_id, quantity + flexible) AS units FROM decided_line
    WHERE round_id = :round_id AND school_urn = :urn
""")
_DECIDE = text("""
    WITH gone AS (
        DELETE FROM decided_line d WHERE d.round_id = :round_id AND d.school_urn = :urn AND NOT EXISTS (
            SELECT FROM order_line l WHERE l.round_id = d.round_id AND l.school_urn = d.school_urn
                AND l.offer_id = d.offer_id)
    )
    INSERT INTO decided_line (round_id, school_urn, offer_id, quantity, flexible)
    SELECT round_id, school_urn, offer_id, quantity, flexible FROM order_line
    WHERE round_id = :round_id AND school_urn = :urn
    ON CONFLICT (round_id, school_urn, offer_id) DO UPDATE
        SET (quantity, flexible) = (excluded.quantity, excluded.flexible)
""")
_HOLD = text("SELECT 1 FROM school_order WHERE round_id = :round_id AND school_urn = :urn FOR UPDATE")
_REMINDED = text("""
    SELECT max(at) FROM order_history WHERE round_id = :round_id AND school_urn = :urn AND action = 'reminded'
""")
_LOG = text("""
    INSERT INTO order_history (round_id, school_urn, at, person_id, person, action, detail)
    VALUES (:round_id, :urn, :now, :person_id, :person, :action, :detail)
""")


def find_limits(connection: Connection, urn: int) -> Limits:
    """The school's own limits; a school that has recorded none leaves it to its approvers."""
    row = connection.execute(_LIMITS, {"urn": urn}).one_or_none()
    if row is None:
        return Limits()
    return Limits(tuple(Limit(**limit) for limit in row.limits), row.second_above_pence)


def first_approval(connection: Connection, round_id: str, urn: int) -> Approval | None:
    """The first of two approvals, while the order waits for the second and afterwards."""
    row = connection.execute(_FIRST, {"round_id": round_id, "urn": urn}).one_or_none()
    if row is None:
        return None
    person = Person(row.first_approved_by_id, row.first_approved_by)
    return Approval(person, row.first_approved_for_id, row.first_approved_at)


def save_approval(
    connection: Connection,
    found: OrderInRound,
    order: SchoolOrder,
    first: Approval | None,
    authority_id: str,
    entry: HistoryEntry,
    now: datetime,
) -> bool:
    """Write an approval over the version in `found`; False if somebody else was faster."""
    done = order.approved_by
    values = {
        **_history_values(found.round.round_id, found.member.urn, entry, now),
        "version": found.order.version,
        "state": order.state,
        "approved_by_id": done and done.person_id,
        "approved_by": done and done.name,
        "approved_at": order.approved_at,
        "approved_for_id": done and authority_id,
        "first_by_id": first and first.person.person_id,
        "first_by": first and first.person.name,
        "first_for_id": first and first.authority_id,
        "first_at": first and first.at,
    }
    return bool(connection.execute(_APPROVE, values).scalar_one())


def decided_units(connection: Connection, round_id: str, urn: int) -> Mapping[str, int] | None:
    """Firm and flexible units by offer as an approver last decided on them; None before any decision."""
    units: Mapping[str, int] | None = connection.execute(_DECIDED, {"round_id": round_id, "urn": urn}).scalar_one()
    return units


def keep_decided(connection: Connection, round_id: str, urn: int) -> None:
    """Keep the order's lines as those on which an approver has just decided."""
    connection.execute(_DECIDE, {"round_id": round_id, "urn": urn})


def hold_order(connection: Connection, round_id: str, urn: int) -> None:
    """Let nobody else change or remind of the order until this transaction ends."""
    connection.execute(_HOLD, {"round_id": round_id, "urn": urn})


def last_reminded(connection: Connection, round_id: str, urn: int) -> datetime | None:
    """When the approvers were last reminded of the order."""
    at: datetime | None = connection.execute(_REMINDED, {"round_id": round_id, "urn": urn}).scalar_one()
    return at


def add_history(connection: Connection, round_id: str, urn: int, entry: HistoryEntry, now: datetime) -> None:
    """Add to an order's history what does not change the order itself."""
    connection.execute(_LOG, _history_values(round_id, urn, entry, now))


def _history_values(round_id: str, urn: int, entry: HistoryEntry, now: datetime) -> dict[str, Any]:
    return {
        "round_id": round_id,
        "urn": urn,
        "now": now,
        "person_id": entry.person and entry.person.person_id,
        "person": entry.person and entry.person.name,
        "action": entry.action,
        "detail": entry.detail,
    }
