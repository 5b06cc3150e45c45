"""When people are reminded and chased: by the wall clock in London, whatever the season and whatever ran meanwhile.

Each rule gives the latest moment that has come. Whoever acts notes when it did; what was noted before that moment is
due now. So a time that passed while nothing ran is made up for once, and several that passed are made up for together.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from contracts.london import LONDON, london_day

MORNING: Final = time(7, 30)

Reminder = Literal["week", "two_days", "morning"]
REMINDERS: Final[dict[Reminder, int]] = {"week": 7, "two_days": 2, "morning": 0}
"""Days before the day of the deadline."""

ANSWER_AFTER: Final = 2
ANSWER_EVERY: Final = 3
RECEIPT_AFTER: Final = 1
RECEIPT_EVERY: Final = 7


def morning_of(day: date) -> datetime:
    """07:30 in London on the day; UTC."""
    return datetime.combine(day, MORNING, LONDON).astimezone(UTC)


def latest_reminder(opened_at: datetime, closes_at: datetime, now: datetime) -> tuple[Reminder, datetime] | None:
    """The latest reminder of a round's deadline that has come, and when it was due; None if none has, or too late.

    A reminder that fell before the round opened is none, nor one on the morning of a deadline that is earlier still.
    """
    if now >= closes_at:
        return None
    deadline = london_day(closes_at)
    found = None
    for reminder, days in REMINDERS.items():  # from the earliest to the latest
        due = morning_of(deadline - timedelta(days=days))
        if opened_at < due <= now:
            found = reminder, due
    return found


def latest_chase(first: date, every_days: int, now: datetime) -> datetime | None:
    """The latest morning, `first` or whole steps of `every_days` after it, that has come; None before the first.

    A morning at the weekend moves to the Monday, when somebody is there to read it.
    """
    today = london_day(now)
    step = (today - first).days // every_days
    while step >= 0:
        due = morning_of(_working(first + timedelta(days=step * every_days)))
        if due <= now:
            return due
        step -= 1
    return None


def answer_by(issued_at: datetime) -> date:
    """The day by which a supplier is to answer a purchase order: after it, it is asked again."""
    return _working(london_day(issued_at) + timedelta(days=ANSWER_AFTER))


def latest_answer_chase(issued_at: datetime, now: datetime) -> datetime | None:
    """The latest morning on which a supplier's answer to a purchase order was asked for again: from the second day."""
    return latest_chase(london_day(issued_at) + timedelta(days=ANSWER_AFTER), ANSWER_EVERY, now)


def answer_reminder(asked_at: datetime, due: datetime) -> int:
    """Which reminder of an answer falls due then, counted from 1."""
    return 1 + (london_day(due) - london_day(asked_at) - timedelta(days=ANSWER_AFTER)).days // ANSWER_EVERY


def latest_receipt_chase(delivery_to: date, now: datetime) -> datetime | None:
    """The latest morning on which schools were asked what arrived: the day after the window, then every week."""
    return latest_chase(delivery_to + timedelta(days=RECEIPT_AFTER), RECEIPT_EVERY, now)


def _working(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
