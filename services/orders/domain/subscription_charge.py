"""What a recurring service costs one school: by the day, multiplied first and rounded once, with the proof.

A charge is Σ (quantity × days) × price a year ÷ days of the subscription year, in pence, halves away from zero. The
quantity of each day is that of the newest reading on or before it; days before the first reading have the first one.
Each period is rounded by itself, so twelve months may differ from the year by some pence; readings and leavers may
become known after a period was charged. The true-up of the year sets both right: it is the charge of all its days at
once, less what its periods charged, so that afterwards the year has cost exactly that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from services.orders.domain.subscription_term import Days, Run, RunKind, subscription_years, year_of

Driver = Literal["pupils", "payslips", "square_metres", "sites", "fixed"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """What a driver stands at from a day on, and where the figure comes from."""

    on: date
    quantity: int
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """Days that were charged at one quantity."""

    days: Days
    quantity: int
    reading_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan fixes: its term, driver and price in pounds for a unit (fixed: for the service) and year."""

    term: Days
    driver: Driver
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """One school's charge for a period, or the true-up of a year, with everything that it was made of.

    `net_pence` is `full_pence`, what the days cost, less `charged_pence`, what was charged for them before: nothing for
    a period, the year's periods for a true-up. It is negative where the school gets money back.
    """

    subscription_id: str
    school_urn: int
    kind: RunKind
    days: Days
    covered: Days | None
    year_days: int
    parts: tuple[Part, ...]
    full_pence: int
    charged_pence: int = 0

    @property
    def net_pence(self) -> int:
        """What it adds to the school's account with the plan."""
        return self.full_pence - self.charged_pence


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A school's subscription as far as charging needs it.

    `covered` are its days in the plan's term and in the alliance, if any; `has_left` says that these have an end of
    their own. `charged` is what its periods were charged, by their first day, `trued_up` the first days of the years
    that are trued up.
    """

    subscription_id: str
    school_urn: int
    covered: Days | None
    has_left: bool
    readings: Sequence[Reading] = ()
    charged: Mapping[date, int] = field(default_factory=dict)
    trued_up: frozenset[date] = frozenset()


def parts_of(covered: Days, readings: Iterable[Reading]) -> tuple[Part, ...]:
    """Cut days where the quantity changes; none without a reading. Of two readings of one day the later given counts.

    The parts hold each covered day exactly once.
    """
    by_day = {reading.on: reading for reading in readings}
    ordered = [by_day[on] for on in sorted(by_day)]
    parts = []
    for place, reading in enumerate(ordered):
        first = reading.on if place else covered.first
        last = ordered[place + 1].on - _DAY if place + 1 < len(ordered) else covered.last
        if days := Days(first, last).within(covered):
            parts.append(Part(days, reading.quantity, reading.on, reading.source))
    return tuple(parts)


def price_parts(parts: Iterable[Part], unit_price: Decimal, year_days: int) -> int:
    """Pence for parts of one subscription year, exact to the last rounding: halves go up."""
    units = sum(part.quantity * part.days.count for part in parts)
    pence, scale = units * int(unit_price.scaleb(4)), year_days * 100
    return (2 * pence + scale) // (2 * scale)


def cost_of(terms: Terms, days: Days | None, readings: Sequence[Reading]) -> int:
    """Net pence for some days of the term as far as is known now, each subscription year rounded once."""
    if days is None:
        return 0
    pence = 0
    for year in subscription_years(terms.term):
        if within := days.within(year):
            parts = _fixed(within) if terms.driver == "fixed" else parts_of(within, readings)
            pence += price_parts(parts, terms.unit_price, year.count)
    return pence


def period_charges(terms: Terms, every: Sequence[Days], run: Run, school: Subscriber) -> list[Charge]:
    """What a run over a period charges one school: the period itself, and what earlier runs could not know.

    That is earlier periods of which nothing was charged yet (the school joined late, or its first reading came late),
    and the true-up of the year in which it has left. Without a reading nothing is charged; it waits for the next run.
    """
    charges = []
    for days in every:
        due = days.first <= run.days.first and days.first not in school.charged
        if due and year_of(terms.term, days.first).first not in school.trued_up:
            charges += _charge(terms, "period", days, school, charged=0)
    if school.has_left and school.covered is not None and school.covered.last < run.due_on:
        last_year = year_of(terms.term, school.covered.last)
        charged = {**school.charged, **{charge.days.first: charge.full_pence for charge in charges}}
        has_been_charged = any(last_year.first <= first <= last_year.last for first in charged)
        if has_been_charged and last_year.first not in school.trued_up:
            charges += _true_up(terms, last_year, school, charged)
    return charges


def true_up_charges(terms: Terms, run: Run, school: Subscriber) -> list[Charge]:
    """The true-up of a year for one school; none if it had no day of the year or is trued up already."""
    if run.days.first in school.trued_up:
        return []
    return _true_up(terms, year_of(terms.term, run.days.first), school, school.charged)


def lacks_reading(terms: Terms, days: Days, school: Subscriber) -> bool:
    """Whether a school has days to be charged and no reading to charge them by."""
    return terms.driver != "fixed" and not school.readings and _within(school.covered, days) is not None


def _true_up(terms: Terms, year: Days, school: Subscriber, charged: Mapping[date, int]) -> list[Charge]:
    days = Days(year.first, min(year.last, terms.term.last))
    before = sum(pence for first, pence in charged.items() if year.first <= first <= year.last)
    return _charge(terms, "true_up", days, school, charged=before, also_without_days=before != 0)


def _charge(
    terms: Terms, kind: RunKind, days: Days, school: Subscriber, *, charged: int, also_without_days: bool = False
) -> list[Charge]:
    covered = _within(school.covered, days)
    if covered is None and not also_without_days:
        return []
    parts: tuple[Part, ...] = ()
    if covered is not None:
        parts = _fixed(covered) if terms.driver == "fixed" else parts_of(covered, school.readings)
        if not parts:
            return []
    year_days = year_of(terms.term, days.first).count
    full = price_parts(parts, terms.unit_price, year_days)
    return [Charge(school.subscription_id, school.school_urn, kind, days, covered, year_days, parts, full, charged)]


def _within(covered: Days | None, days: Days) -> Days | None:
    return None if covered is None else covered.within(days)


def _fixed(covered: Days) -> tuple[Part, ...]:
    return (Part(covered, 1, None, ""),)


def amounts_to_order(
    due: Mapping[int, int], ordered: Mapping[int, int], *, later: Iterable[int] = ()
) -> dict[int, int]:
    """What each school is to be billed now, in pence by URN: what is due less what was ordered, if that is anything.

    A credit is never paid out here: it stays and lessens the school's next charges. Schools in `later` have a further
    period to come, which takes what is due along.
    """
    waiting = set(later)
    balances = {urn: pence - ordered.get(urn, 0) for urn, pence in due.items() if urn not in waiting}
    return {urn: balance for urn, balance in sorted(balances.items()) if balance > 0}
