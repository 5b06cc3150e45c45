"""Schools' subscriptions, what their drivers stand at, and what they have drawn of their entitlements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from services.orders.domain.approval import Approval
from services.orders.domain.order import Person
from services.orders.domain.subscription import Subscription
from services.orders.domain.subscription_charge import Reading

_READ = """
    SELECT u.subscription_id::text, u.plan_id::text, u.school_urn, u.starts_on, u.ends_on, u.state, u.requested_by_id,
        u.requested_by, u.requested_at, u.approved_by_id, u.approved_by, u.approved_at, u.ended_by, u.ended_at,
        u.first_approved_by_id, u.first_approved_by, u.first_approved_for_id, u.first_approved_at,
        u.reason, u.version, s.name AS school_name
    FROM subscription u JOIN school s ON s.urn = u.school_urn
"""
_FIND = text(f"{_READ} WHERE u.subscription_id = :subscription_id")
_LOCK = text(f"{_READ} WHERE u.subscription_id = :subscription_id FOR UPDATE OF u")
_LIST = text(f"""
    {_READ}
    WHERE (CAST(:plan_id AS uuid) IS NULL OR u.plan_id = CAST(:plan_id AS uuid))
    ORDER BY s.name, u.school_urn, u.starts_on, u.subscription_id
""")
_OF_SCHOOL = text(f"{_READ} WHERE u.school_urn = :urn ORDER BY u.starts_on, u.subscription_id")
_INSERT = text("""
    INSERT INTO subscription (subscription_id, plan_id, school_urn, starts_on, state, requested_by_id, requested_by,
        requested_at)
    VALUES (:subscription_id, :plan_id, :urn, :starts_on, 'requested', :person_id, :person, :now)
""")
_ENDED_LAST = text("""
    SELECT max(ends_on) FROM subscription WHERE plan_id = :plan_id AND school_urn = :urn AND state = 'ended'
""")
_UPDATE = text("""
    UPDATE subscription SET state = :state, ends_on = :ends_on, approved_by_id = :approved_by_id,
        approved_by = :approved_by, approved_at = :approved_at, reason = :reason, version = version + 1,
        first_approved_by_id = :first_approved_by_id, first_approved_by = :first_approved_by,
        first_approved_for_id = :first_approved_for_id, first_approved_at = :first_approved_at,
        ended_by = CAST(:ended_by AS text), ended_at = CAST(:ended_at AS timestamptz)
    WHERE subscription_id = :subscription_id
""")
# A school that leaves the alliance has its services until its last day in it; what had not begun never does, and what
# ends by then anyway goes on to its own end.
_END_OF_MEMBERSHIP = text("""
    WITH gone AS (
        SELECT urn, left_on FROM jsonb_to_recordset(CAST(:bodies AS jsonb)) AS b(urn integer, left_on date)
        WHERE left_on IS NOT NULL
    ), declined AS (
        UPDATE subscription u SET state = 'declined', reason = 'The school left the alliance.', version = version + 1
        FROM gone
        WHERE u.school_urn = gone.urn AND (u.state = 'requested' OR u.state = 'approved' AND u.starts_on > gone.left_on)
    )
    UPDATE subscription u SET state = 'ended', ends_on = gone.left_on, version = u.version + 1,
        ended_by = 'The school left the alliance', ended_at = now()
    FROM gone, subscription_plan p
    WHERE u.school_urn = gone.urn AND u.starts_on <= gone.left_on
        AND p.plan_id = u.plan_id AND p.ends_on > gone.left_on
        AND (u.state = 'approved' OR u.state = 'ended' AND u.ends_on > gone.left_on)
""")
_MEMBER = text("SELECT urn, name, phase, joined_on, left_on FROM school WHERE urn = :urn")
_ADD_READING = text("""
    INSERT INTO driver_reading (plan_id, school_urn, read_on, quantity, source, recorded_by, recorded_at)
    VALUES (:plan_id, :urn, :read_on, :quantity, :source, :person, :now)
""")
# In the order in which they count: by day, of one day the last recorded last.
_READINGS = text("""
    SELECT school_urn, read_on, quantity, source, recorded_by, recorded_at FROM driver_reading
    WHERE plan_id = :plan_id AND (CAST(:urn AS integer) IS NULL OR school_urn = CAST(:urn AS integer))
    ORDER BY school_urn, read_on, reading_id
""")
_READINGS_OF_SCHOOL = text("""
    SELECT plan_id::text, school_urn, read_on, quantity, source, recorded_by, recorded_at FROM driver_reading
    WHERE school_urn = :urn AND plan_id = ANY(CAST(:plan_ids AS uuid[]))
    ORDER BY plan_id, read_on, reading_id
""")
_PUPILS = text("""
    SELECT school_urn, counted_on AS read_on, pupils AS quantity, source, NULL AS recorded_by, NULL AS recorded_at
    FROM pupil_count WHERE (CAST(:urn AS integer) IS NULL OR school_urn = CAST(:urn AS integer))
    ORDER BY school_urn, counted_on
""")
_COUNT_PUPILS = text("""
    INSERT INTO pupil_count (school_urn, counted_on, pupils, source)
    SELECT school_urn, counted_on, pupils, coalesce(nullif(source, ''), 'School record')
    FROM jsonb_to_recordset(CAST(:counts AS jsonb))
        AS c(school_urn integer, counted_on date, pupils integer, source text)
    ON CONFLICT (school_urn, counted_on) DO UPDATE SET (pupils, source) = (excluded.pupils, excluded.source)
""")
_USES = text("""
    SELECT use_id::text, subscription_id::text, entitlement_code, used_on, quantity, note, recorded_by, recorded_at,
        cancelled_by, cancelled_at
    FROM entitlement_use
    WHERE subscription_id IN (
        SELECT other.subscription_id FROM subscription own
        JOIN subscription other ON other.plan_id = own.plan_id AND other.school_urn = own.school_urn
        WHERE own.subscription_id = :subscription_id)
    ORDER BY used_on, recorded_at, use_id
""")
_ADD_USE = text("""
    INSERT INTO entitlement_use (use_id, subscription_id, school_urn, entitlement_code, used_on, quantity, note,
        recorded_by, recorded_at)
    VALUES (:use_id, :subscription_id, :urn, :code, :used_on, :quantity, :note, :person, :now)
""")
_CANCEL_USE = text("""
    UPDATE entitlement_use SET cancelled_by = :person, cancelled_at = :now
    WHERE use_id = :use_id AND subscription_id = :subscription_id AND cancelled_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class FoundSubscription:
    """A subscription with its school's name, and when each step was taken."""

    subscription: Subscription
    school_name: str
    requested_at: datetime
    ended_by: str | None
    ended_at: datetime | None


def find_subscription(connection: Connection, subscription_id: str, *, lock: bool = False) -> FoundSubscription | None:
    """A subscription that the actor may see, held against other changes if asked."""
    row = connection.execute(_LOCK if lock else _FIND, {"subscription_id": subscription_id}).one_or_none()
    return None if row is None else _found(row)


def list_subscriptions(connection: Connection, plan_id: str | None = None) -> list[FoundSubscription]:
    """The subscriptions that the actor may see, of one plan or all, by the school's name."""
    return [_found(row) for row in connection.execute(_LIST, {"plan_id": plan_id})]


def subscriptions_of(connection: Connection, urn: int) -> list[Subscription]:
    """The subscriptions of one school, by their first day."""
    return [_found(row).subscription for row in connection.execute(_OF_SCHOOL, {"urn": urn})]


def find_member(connection: Connection, urn: int) -> Row[Any] | None:
    """The school's name, phase and days in the alliance."""
    return connection.execute(_MEMBER, {"urn": urn}).one_or_none()


def add_request(connection: Connection, asked: Subscription, now: datetime) -> bool:
    """Keep a request; False where the school has asked for the plan already, or has it."""
    values = {
        "subscription_id": asked.subscription_id,
        "plan_id": asked.plan_id,
        "urn": asked.school_urn,
        "starts_on": asked.starts_on,
        "person_id": asked.requested_by and asked.requested_by.person_id,
        "person": asked.requested_by and asked.requested_by.name,
        "now": now,
    }
    try:
        with connection.begin_nested():
            connection.execute(_INSERT, values)
    except IntegrityError as fault:
        if "subscription_once" in str(fault):
            return False
        raise
    return True


def ended_last(connection: Connection, plan_id: str, urn: int) -> date | None:
    """The last day of the school's latest subscription to the plan that has ended or will."""
    return connection.execute(_ENDED_LAST, {"plan_id": plan_id, "urn": urn}).scalar()


def update_subscription(connection: Connection, changed: Subscription, by: str, now: datetime) -> None:
    """Write the state that a subscription has reached, and its next version."""
    approved_by, first = changed.approved_by, changed.first_approval
    values = {
        "subscription_id": changed.subscription_id,
        "state": changed.state,
        "ends_on": changed.ends_on,
        "approved_by_id": approved_by and approved_by.person_id,
        "approved_by": approved_by and approved_by.name,
        "approved_at": changed.approved_at,
        "first_approved_by_id": first and first.person.person_id,
        "first_approved_by": first and first.person.name,
        "first_approved_for_id": first and first.authority_id,
        "first_approved_at": first and first.at,
        "reason": changed.reason,
        "ended_by": by if changed.state == "ended" else None,
        "ended_at": now if changed.state == "ended" else None,
    }
    connection.execute(_UPDATE, values)


def add_reading(
    connection: Connection, plan_id: str, urn: int, reading: Reading, *, person: str, now: datetime
) -> None:
    """Keep what a driver stood at."""
    values = {"read_on": reading.on, "quantity": reading.quantity, "source": reading.source}
    connection.execute(_ADD_READING, {"plan_id": plan_id, "urn": urn, "person": person, "now": now, **values})


def readings_of(connection: Connection, plan_id: str, driver: str, urn: int | None = None) -> list[Row[Any]]:
    """The readings of a plan, of one school or of all that the actor may see, in the order in which they count.

    Counts of pupils come from the schools' records; what was recorded for the plan counts before them on its day.
    """
    names = {"plan_id": plan_id, "urn": urn}
    counts = list(connection.execute(_PUPILS, {"urn": urn})) if driver == "pupils" else []
    found = [*counts, *connection.execute(_READINGS, names)]
    return sorted(found, key=lambda row: (row.school_urn, row.read_on))


def readings_of_school(connection: Connection, drivers: Mapping[str, str], urn: int) -> dict[str, list[Row[Any]]]:
    """The same of one school and several plans: `drivers` are theirs by plan, as the answer is."""
    told: dict[str, list[Row[Any]]] = {plan_id: [] for plan_id in drivers}
    if "pupils" in drivers.values():
        counts = connection.execute(_PUPILS, {"urn": urn}).all()
        told |= {plan_id: list(counts) for plan_id, driver in drivers.items() if driver == "pupils"}
    for row in connection.execute(_READINGS_OF_SCHOOL, {"urn": urn, "plan_ids": list(drivers)}):
        told[row.plan_id].append(row)
    return {plan_id: sorted(found, key=lambda row: row.read_on) for plan_id, found in told.items()}


def count_pupils(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Keep the schools' dated counts of pupils (bodies of SchoolRecorded), those that were told late among them.

    A count without a day of its own, as version 1 tells it, counts from the day on which the school joined.
    """
    last = {(count["school_urn"], count["counted_on"]): count for body in bodies for count in _counts(body)}
    connection.execute(_COUNT_PUPILS, {"counts": json.dumps(list(last.values()))})


def _counts(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that is told of a school's counts; until version 2 it was the newest alone."""
    counts = [dict(count) for count in body.get("pupil_counts", ())]
    on = body.get("pupils_on")
    if body["pupils"] is not None and not any(count["counted_on"] == on for count in counts):
        source = body.get("pupils_source")
        counts.append({"counted_on": on or body["joined_on"], "pupils": body["pupils"], "source": source})
    return [{"school_urn": body["urn"], **count} for count in counts]


def end_with_membership(connection: Connection, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Let the subscriptions of schools that leave end on their last day as members (bodies of SchoolRecorded)."""
    last = {body["urn"]: {"urn": body["urn"], "left_on": body["left_on"]} for body in bodies}
    connection.execute(_END_OF_MEMBERSHIP, {"bodies": json.dumps(list(last.values()))})


def uses_of(connection: Connection, subscription_id: str) -> Sequence[Row[Any]]:
    """What the school has drawn of this plan's entitlements, under this subscription or an earlier one, by day."""
    return connection.execute(_USES, {"subscription_id": subscription_id}).all()


def add_use(connection: Connection, use: Mapping[str, Any]) -> None:
    """Keep a use: use_id, subscription_id, urn, code, used_on, quantity, note, person, now."""
    connection.execute(_ADD_USE, use)


def cancel_use(connection: Connection, subscription_id: str, use_id: str, *, person: str, now: datetime) -> bool:
    """Take a use back; False if there is none, or it was taken back before."""
    names = {"subscription_id": subscription_id, "use_id": use_id, "person": person, "now": now}
    return connection.execute(_CANCEL_USE, names).rowcount == 1


def used_between(uses: Iterable[Row[Any]], code: str, first: date, last: date) -> Decimal:
    """How much of an entitlement was drawn in these days."""
    return sum(
        (
            use.quantity
            for use in uses
            if use.entitlement_code == code and use.cancelled_at is None and first <= use.used_on <= last
        ),
        Decimal(0),
    )


def _found(row: Row[Any]) -> FoundSubscription:
    approved_by = None if row.approved_by_id is None else Person(row.approved_by_id, row.approved_by)
    first = None
    if row.first_approved_by_id is not None:
        by = Person(row.first_approved_by_id, row.first_approved_by)
        first = Approval(by, row.first_approved_for_id, row.first_approved_at)
    subscription = Subscription(
        subscription_id=row.subscription_id,
        plan_id=row.plan_id,
        school_urn=row.school_urn,
        starts_on=row.starts_on,
        state=row.state,
        version=row.version,
        ends_on=row.ends_on,
        requested_by=Person(row.requested_by_id, row.requested_by),
        approved_by=approved_by,
        approved_at=row.approved_at,
        first_approval=first,
        reason=row.reason,
    )
    return FoundSubscription(subscription, row.school_name, row.requested_at, row.ended_by, row.ended_at)
