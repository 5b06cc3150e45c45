"""Which months are closed: up to the end of the latest closed one, nothing more is posted."""

from datetime import date

from sqlalchemy import Connection, text

from services.billing.domain import periods
from services.billing.domain.period_errors import PeriodClosed

_OPEN_FROM = text("""
    SELECT CAST(max(month) + interval '1 month' AS date) FROM period WHERE state = 'closed'
""")
_LOCK_MONTHS = text("SELECT months_are_locked()")


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
