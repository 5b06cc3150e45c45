"""Working days in England: Monday to Friday without bank holidays (Banking and Financial Dealings Act 1971)."""

from datetime import date, timedelta
from functools import cache
from typing import Final

# Proclaimed or moved for one year; the rules below give all others.
_EXTRA: Final = frozenset({date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)})
_MOVED_AWAY: Final = frozenset({date(2020, 5, 4), date(2022, 5, 30)})
_MONDAY: Final = 0
_SATURDAY: Final = 5


def is_working_day(on: date) -> bool:
    """Whether banks in England work that day."""
    return on.weekday() < _SATURDAY and on not in bank_holidays(on.year)


def add_working_days(on: date, days: int) -> date:
    """The working day that comes `days` (at least 1) working days after `on`."""
    if days < 1:
        raise ValueError("Count at least one working day.")
    while days:
        on += timedelta(days=1)
        days -= is_working_day(on)
    return on


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales in a year, with the days that stand in for those on a weekend."""
    easter = _easter(year)
    fixed = (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26))
    days = {easter - timedelta(days=2), easter + timedelta(days=1)}
    days |= {_first_monday(date(year, 5, 1)), _last_monday(date(year, 5, 31)), _last_monday(date(year, 8, 31))}
    for day in fixed:
        while day.weekday() >= _SATURDAY or day in days:
            day += timedelta(days=1)
        days.add(day)
    return frozenset((days - _MOVED_AWAY) | {day for day in _EXTRA if day.year == year})


def _first_monday(of: date) -> date:
    return of + timedelta(days=(_MONDAY - of.weekday()) % 7)


def _last_monday(of: date) -> date:
    return of - timedelta(days=of.weekday())


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century = year % 19, year // 100
    leap, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    leaps, years = divmod(year % 100, 4)
    weekday = (32 + 2 * rest + 2 * leaps - epact - years) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
