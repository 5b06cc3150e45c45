"""When governing bodies are reminded of a contribution that awaits them: on working mornings, as London reads them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from contracts.london import LONDON, london_day
from contracts.working_days import add_working_days, is_working_day

MORNING: Final = time(7, 30)
BEFORE: Final = (10, 2)
"""Working days before the day of the answer."""
EVERY: Final = 10
"""Working days from one reminder to the next once that day is past."""
MOST_AFTER: Final = 6


def latest_reminder(asked_at: datetime, answer_by: date, now: datetime) -> datetime | None:
    """The latest morning on which governors were to be reminded, UTC; None if none has come since they were asked.

    A morning that passed while nothing ran is made up for once, and several that passed together.
    """
    days = [_working_days_before(answer_by, count) for count in BEFORE]
    after = answer_by
    for _ in range(MOST_AFTER):
        after = add_working_days(after, EVERY if after != answer_by else 1)
        days.append(after)
    mornings = (datetime.combine(day, MORNING, LONDON).astimezone(UTC) for day in days)
    return max((due for due in mornings if asked_at < due <= now), default=None)


def is_overdue(answer_by: date, now: datetime) -> bool:
    """Whether the day of the answer is past in London."""
    return london_day(now) > answer_by


def _working_days_before(day: date, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day
