"""When a recurring service runs: the years, billing periods and days of its term.

A subscription year runs from the first day of the plan to the day before its anniversary (a plan that begins on
29 February has its anniversary on 1 March of an ordinary year). It has its real number of days, 365 or 366, and what
a service costs a year is shared over just those days. Billing periods follow the calendar and never cross a year, so
that the periods of a year hold each of its days exactly once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

BillingPeriod = Literal["month", "term", "quarter", "year"]
Billed = Literal["advance", "arrears"]
RunKind = Literal["period", "true_up"]

DAYS_FOR_LAST_READINGS: Final = 30
"""How long after a subscription year its true-up waits for the last readings."""
DAYS_AHEAD: Final = 31
"""How long before its first day a period that is billed in advance can be billed by hand."""

_DAY: Final = timedelta(days=1)
# The months in which a billing period begins. Terms end on 31 December, 31 March and 31 August, as in the Childcare
# (Early Years Provision Free of Charge) Regulations 2014; school holidays belong to the term before them.
_BEGINS_IN: Final[dict[str, tuple[int, ...]]] = {
    "month": tuple(range(1, 13)),
    "quarter": (1, 4, 7, 10),
    "term": (1, 4, 9),
    "year": (),
}


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """A run of days, both ends included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def within(self, other: "Days") -> "Days | None":
        """The days that both have; None if there are none."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Days(first, last) if first <= last else None


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """One thing to bill: a period, or the true-up of a year (`days` is then the year as far as the term goes).

    The timer bills it on `due_on`; by hand it can be billed from `from_on`.
    """

    due_on: date
    from_on: date
    kind: RunKind
    days: Days


def anniversary(start: date, years: int) -> date:
    """The same day so many years later; 1 March for 29 February in an ordinary year."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def subscription_years(term: Days) -> Iterator[Days]:
    """The subscription years that begin in the term, each whole: the last may reach beyond it."""
    number = 0
    while (first := anniversary(term.first, number)) <= term.last:
        number += 1
        yield Days(first, anniversary(term.first, number) - _DAY)


def year_of(term: Days, day: date) -> Days:
    """The subscription year, whole, in which a day of the term or after it lies. Raises ValueError before the term."""
    if day < term.first:
        raise ValueError(f"{day} lies before {term.first}")
    number = day.year - term.first.year
    if anniversary(term.first, number) > day:
        number -= 1
    return Days(anniversary(term.first, number), anniversary(term.first, number + 1) - _DAY)


def periods(term: Days, every: BillingPeriod) -> Iterator[Days]:
    """The billing periods of a term in order: together they hold each of its days exactly once."""
    for year in subscription_years(term):
        starts = [year.first, *(day for day in _calendar_starts(year, every) if day > year.first)]
        for first, following in zip(starts, [*starts[1:], year.last + _DAY], strict=True):
            if kept := Days(first, following - _DAY).within(term):
                yield kept


def runs(term: Days, every: BillingPeriod, billed: Billed) -> list[Run]:
    """Everything that is to be billed over a term, in the order in which it falls due."""
    found = []
    for days in periods(term, every):
        if billed == "advance":
            found.append(Run(days.first, days.first - DAYS_AHEAD * _DAY, "period", days))
        else:
            found.append(Run(days.last + _DAY, days.last + _DAY, "period", days))
    for year in subscription_years(term):
        days = Days(year.first, min(year.last, term.last))
        found.append(Run(days.last + (DAYS_FOR_LAST_READINGS + 1) * _DAY, days.last + _DAY, "true_up", days))
    return sorted(found, key=lambda run: (run.due_on, run.days.first, run.kind))


def _calendar_starts(year: Days, every: BillingPeriod) -> Iterator[date]:
    for number in (year.first.year, year.first.year + 1):
        for month in _BEGINS_IN[every]:
            if year.first <= (day := date(number, month, 1)) <= year.last:
                yield day
