"""Working days: the bank holidays that gov.uk published for England and Wales."""

from datetime import date

import pytest

from contracts.working_days import add_working_days, bank_holidays

PUBLISHED = {
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year: int) -> None:
    assert sorted(bank_holidays(year)) == [date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()]


@pytest.mark.parametrize(
    ("on", "days", "then"),
    [
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-20", 3, "2026-11-25"),
        ("2026-12-24", 3, "2026-12-31"),
        ("2026-11-22", 1, "2026-11-23"),
    ],
)
def test_weekends_and_bank_holidays_do_not_count(on: str, days: int, then: str) -> None:
    assert add_working_days(date.fromisoformat(on), days) == date.fromisoformat(then)


def test_no_days_are_no_waiting() -> None:
    with pytest.raises(ValueError, match="at least one"):
        add_working_days(date(2026, 1, 1), 0)
