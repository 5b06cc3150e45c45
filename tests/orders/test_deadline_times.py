"""Reminders and chases go by the wall clock in London, in summer, in winter and on the days between."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.orders.domain.deadlines import (
    RECEIPT_EVERY,
    latest_answer_chase,
    latest_receipt_chase,
    latest_reminder,
    morning_of,
)

LONDON = ZoneInfo("Europe/London")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
moments = some.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("closes", "reminder", "due"),
    [
        # The clocks go forward on 29 March 2026 and back on 25 October 2026.
        ("2026-04-01 16:00", "week", "2026-03-25T07:30:00Z"),
        ("2026-04-01 16:00", "two_days", "2026-03-30T06:30:00Z"),
        ("2026-04-01 16:00", "morning", "2026-04-01T06:30:00Z"),
        ("2026-03-29 16:00", "two_days", "2026-03-27T07:30:00Z"),
        ("2026-03-29 16:00", "morning", "2026-03-29T06:30:00Z"),
        ("2026-10-28 16:00", "week", "2026-10-21T06:30:00Z"),
        ("2026-10-28 16:00", "two_days", "2026-10-26T07:30:00Z"),
        ("2026-10-28 16:00", "morning", "2026-10-28T07:30:00Z"),
        ("2026-10-25 16:00", "two_days", "2026-10-23T06:30:00Z"),
        ("2026-10-25 16:00", "morning", "2026-10-25T07:30:00Z"),
    ],
)
def test_reminders_come_at_half_past_seven_across_both_clock_changes(closes: str, reminder: str, due: str) -> None:
    closes_at, at = london(closes), datetime.fromisoformat(due)
    found = latest_reminder(LONG_AGO, closes_at, at)
    assert found == (reminder, at)
    before = latest_reminder(LONG_AGO, closes_at, at - timedelta(microseconds=1))
    assert before is None or before[0] != reminder


@given(moments, some.integers(0, 60 * 24 * 20))
def test_the_latest_reminder_is_before_now_and_now_before_the_deadline(closes_at: datetime, minutes: int) -> None:
    now = closes_at - timedelta(minutes=minutes)
    found = latest_reminder(LONG_AGO, closes_at, now)
    days_left = (closes_at.astimezone(LONDON).date() - now.astimezone(LONDON).date()).days
    if found is None:
        assert minutes == 0 or days_left >= 7 or closes_at <= morning_of(closes_at.astimezone(LONDON).date())
        return
    reminder, due = found
    assert due <= now < closes_at
    assert due.astimezone(LONDON).time().isoformat() == "07:30:00"
    assert {"week": days_left > 1, "two_days": days_left <= 2, "morning": days_left == 0}[reminder]


def test_a_round_is_not_reminded_of_what_fell_before_it_opened() -> None:
    closes_at = london("2026-11-20 16:00")
    opened = london("2026-11-16 09:00")
    assert latest_reminder(opened, closes_at, london("2026-11-17 12:00")) is None
    assert latest_reminder(opened, closes_at, london("2026-11-18 07:30")) == ("two_days", london("2026-11-18 07:30"))


def test_a_deadline_before_the_morning_has_no_reminder_on_its_day() -> None:
    closes_at = london("2026-11-20 07:00")
    assert latest_reminder(LONG_AGO, closes_at, london("2026-11-20 06:59")) == ("two_days", london("2026-11-18 07:30"))
    assert latest_reminder(LONG_AGO, closes_at, london("2026-11-20 07:30")) is None


@pytest.mark.parametrize(
    ("issued", "now", "due"),
    [
        ("2026-11-17 16:00", "2026-11-19 07:29", None),
        ("2026-11-17 16:00", "2026-11-19 07:30", "2026-11-19 07:30"),
        ("2026-11-17 16:00", "2026-11-23 07:29", "2026-11-19 07:30"),
        # The second time falls on Sunday the 22nd, and waits for the Monday.
        ("2026-11-17 16:00", "2026-11-23 07:30", "2026-11-23 07:30"),
        ("2026-11-17 16:00", "2026-11-25 12:00", "2026-11-25 07:30"),
        # Issued on a Friday evening: Sunday is no day to ask.
        ("2026-03-27 18:00", "2026-03-29 12:00", None),
        ("2026-03-27 18:00", "2026-03-30 07:30", "2026-03-30 07:30"),
        ("2026-10-22 18:00", "2026-10-26 07:29", None),
        ("2026-10-22 18:00", "2026-10-26 07:30", "2026-10-26 07:30"),
    ],
)
def test_answers_are_asked_for_on_working_mornings(issued: str, now: str, due: str | None) -> None:
    assert latest_answer_chase(london(issued), london(now)) == (london(due) if due else None)


@given(some.dates(date(2026, 1, 1), date(2028, 1, 1)), some.integers(0, 24 * 400))
def test_receipts_are_asked_for_each_week_from_the_day_after_the_window(last: date, hours: int) -> None:
    now = morning_of(last) + timedelta(hours=hours)
    due = latest_receipt_chase(last, now)
    if due is None:
        assert now < morning_of(last + timedelta(days=3))
        return
    day = due.astimezone(LONDON)
    assert due <= now
    assert day.weekday() < 5
    assert day.time().isoformat() == "07:30:00"
    assert now - due < timedelta(days=RECEIPT_EVERY + 2, hours=1)
