"""Which months are closed: up to the end of the latest closed one, nothing more is posted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from chassis.actor import Actor
from services.billing.domain import periods
from services.billing.domain.period_errors import PeriodClosed
from services.billing.storage.bulk import insert_rows

_OPEN_FROM = text("""
    SELECT CAST(max(month) + interval '1 month' AS date) FROM period WHERE state = 'closed'
""")
_LOCK_MONTHS = text("SELECT months_are_locked()")
_HOLD_MONTHS = text("SELECT pg_advisory_xact_lock(x'6d6f6e7468'::bigint)")
_MONTHS = text("""
    SELECT CAST(first AS date) AS month, CASE WHEN first <= (SELECT max(month) FROM period WHERE state = 'closed')
        THEN 'closed' ELSE 'open' END AS state, coalesce(version, 0) AS version, c.changed_at, c.changed_by
    FROM generate_series(
        date_trunc('month', (SELECT least(min(posted_on), CAST(:today AS date)) FROM entry)),
        date_trunc('month', CAST(:today AS date)), interval '1 month') AS first
    LEFT JOIN period ON period.month = first LEFT JOIN period_change c USING (month, version) ORDER BY 1 DESC
""")
_MONTH = text("SELECT state, version FROM period WHERE month = :month")
_EARLIER = text("""
    SELECT CAST(min(date_trunc('month', posted_on)) AS date) FROM entry
    WHERE posted_on < :month AND posted_on >= coalesce(CAST(:open_from AS date), '-infinity')
""")
_SET = text("""
    INSERT INTO period (month, state) VALUES (:month, :state)
    ON CONFLICT (month) DO UPDATE SET state = :state, version = period.version + 1 RETURNING version
""")
_CHANGES = text("""
    SELECT version, state, changed_at, changed_by, why, open_points FROM period_change WHERE month = :month
    ORDER BY version
""")
_YEAR = text("SELECT year_begins_in, version FROM ledger_setting")
_SET_YEAR = text("""
    UPDATE ledger_setting SET year_begins_in = :month, version = version + 1 WHERE version = :version
    RETURNING version
""")


def open_from(connection: Connection) -> date | None:
    """The first day that takes postings, None where no month is closed.

    No month closes or reopens until this transaction ends, so the answer holds for what it posts.
    """
    connection.execute(_LOCK_MONTHS)
    day: date | None = connection.execute(_OPEN_FROM).scalar_one()
    return day


def refuse_closed(connection: Connection, day: date) -> None:
    """Raise PeriodClosed if the day's month is closed, and keep it open until this transaction ends if not."""
    first = open_from(connection)
    if first is not None and day < first:
        raise PeriodClosed(f"The books of {day:%B %Y} are closed. Reopen the month to change what was posted in it.")


def posting_day(connection: Connection, day: date) -> date:
    """The day itself, or the first day of the first open month after it."""
    return periods.posting_day(day, open_from(connection))


def hold_months(connection: Connection) -> None:
    """Wait until nobody posts, and keep everybody from posting until this transaction ends."""
    connection.execute(_HOLD_MONTHS)


def months(connection: Connection, today: date) -> list[Row[Any]]:
    """Every month from the first that was posted to until today's, the latest first, and who changed it last."""
    return list(connection.execute(_MONTHS, {"today": today}))


def state_of(connection: Connection, month: date) -> tuple[str, int]:
    """(state, version) of a month; one that was never closed is open, at version 0."""
    found = connection.execute(_MONTH, {"month": month}).one_or_none()
    return (found.state, found.version) if found else ("open", 0)


def earlier_open(connection: Connection, month: date) -> date | None:
    """The first month before this one that takes postings and has some."""
    earlier: date | None = connection.execute(
        _EARLIER, {"month": month, "open_from": open_from(connection)}
    ).scalar_one()
    return earlier


def change(
    connection: Connection,
    month: date,
    state: str,
    actor: Actor,
    why: str,
    *,
    open_points: Sequence[Mapping[str, Any]] = (),
    balances: Mapping[str, Sequence[int]] | None = None,
) -> None:
    """Close or reopen a month, and keep who did it, when and why; a closed one keeps its balances."""
    version = connection.execute(_SET, {"month": month, "state": state}).scalar_one()
    row = {
        "month": month,
        "version": version,
        "state": state,
        "changed_by": actor.name,
        "person_id": actor.person_id,
        "why": why,
        "open_points": list(open_points),
        "balances": balances or {},
    }
    insert_rows(connection, "period_change", [row])


def changes(connection: Connection, month: date) -> list[Row[Any]]:
    """Every closing and reopening of a month, the first first."""
    return list(connection.execute(_CHANGES, {"month": month}))


def financial_year(connection: Connection) -> tuple[int, int]:
    """(the month in which the alliance's own financial year begins, version of the setting)."""
    found = connection.execute(_YEAR).one()
    return found.year_begins_in, found.version


def set_financial_year(connection: Connection, begins_in: int, version: int) -> int | None:
    """Let the alliance's year begin in another month; returns the new version, None if somebody was faster."""
    changed: int | None = connection.execute(_SET_YEAR, {"month": begins_in, "version": version}).scalar_one_or_none()
    return changed
