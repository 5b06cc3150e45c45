"""How values read on a page."""

from datetime import UTC, datetime

import pytest

from gateway.pages import show

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pence", "text"), [(123450, "£1,234.50"), (0, "£0.00"), (-5, "−£0.05"), (100_000_000, "£1,000,000.00"), (None, "")]
)
def test_money_always_shows_its_pence(pence: int | None, text: str) -> None:
    assert show.money(pence) == text


@pytest.mark.parametrize(
    ("unit_price", "text"),
    [("12.5000", "£12.50"), ("0.0349", "£0.0349"), ("0.3490", "£0.349"), ("1234.0000", "£1,234.00")],
)
def test_a_unit_price_shows_as_many_decimals_as_it_needs(unit_price: str, text: str) -> None:
    assert show.price(unit_price) == text


def test_days_and_moments_are_those_of_london() -> None:
    assert show.day("2026-11-24") == "Tue 24 Nov 2026"
    assert show.moment("2026-11-24T17:00:00Z") == "Tue 24 Nov 2026, 17:00"
    assert show.moment("2026-07-01T23:30:00Z") == "Thu 2 Jul 2026, 00:30"
    assert show.day(None) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-24", "in 3 days"),
        ("2026-11-24T17:00:00Z", "in 3 days"),
        ("2026-11-22T00:00:00Z", "tomorrow"),
        ("2026-11-21T15:30:00Z", "today at 15:30"),
        ("2026-11-21", "today"),
        ("2026-11-20", "yesterday"),
        ("2026-11-11", "10 days ago"),
    ],
)
def test_deadlines_say_how_far_off_they_are(value: str, text: str) -> None:
    assert show.until(value, NOW) == text


@pytest.mark.parametrize(
    ("value", "look"),
    [
        ("2026-11-20", "late"),
        ("2026-11-21", "due"),
        ("2026-11-21T09:59:00Z", "late"),
        ("2026-11-28", "due"),
        ("2026-12-24", "calm"),
    ],
)
def test_deadlines_look_as_urgent_as_they_are(value: str, look: str) -> None:
    assert show.urgency(value, NOW) == look


@pytest.mark.parametrize(
    ("count", "unit", "text"), [(34, "XBX", "34 boxes"), (1, "XBX", "1 box"), (1200, "C62", "1,200"), (2, "ZZ", "2 ZZ")]
)
def test_quantities_are_said_in_their_unit(count: int, unit: str, text: str) -> None:
    assert show.quantity(count, unit) == text


def test_an_unknown_state_or_reason_is_shown_by_its_name() -> None:
    assert show.state("part_shipped", "drop") == ("Part shipped", "")
    assert show.reason("late_delivery") == "Late delivery"
