"""What a recurring service costs by the day: partition of the term, proration, readings, true-up, credits."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain.subscription_charge import (
    Charge,
    Reading,
    Subscriber,
    Terms,
    amounts_to_order,
    lacks_reading,
    parts_of,
    period_charges,
    price_parts,
    true_up_charges,
)
from services.orders.domain.subscription_term import (
    BillingPeriod,
    Days,
    Run,
    anniversary,
    periods,
    runs,
    subscription_years,
    year_of,
)

SEPTEMBER = date(2026, 9, 1)
SCHOOL_YEAR = Days(SEPTEMBER, date(2027, 8, 31))
EVERY: tuple[BillingPeriod, ...] = ("month", "term", "quarter", "year")

days_of_ten_years = st.dates(date(2024, 1, 1), date(2034, 12, 31))
terms_of_service = st.builds(
    lambda first, length: Days(first, first + timedelta(days=length)), days_of_ten_years, st.integers(0, 1600)
)


def fixed(price: str, term: Days = SCHOOL_YEAR) -> Terms:
    return Terms(term, "fixed", Decimal(price))


def subscriber(covered: Days | None, *readings: Reading, has_left: bool = False, **more: object) -> Subscriber:
    return Subscriber("s", 900001, covered, has_left, readings, **more)  # type: ignore[arg-type]


def bill(terms: Terms, every: BillingPeriod, billed: str, school_on: object) -> list[Charge]:
    """Run the whole term; `school_on(run)` is what is known of the school at each run."""
    charged: dict[date, int] = {}
    trued_up: set[date] = set()
    found = []
    for run in runs(terms.term, every, billed):  # type: ignore[arg-type]
        covered, readings, has_left = school_on(run)  # type: ignore[operator]
        school = Subscriber("s", 900001, covered, has_left, readings, dict(charged), frozenset(trued_up))
        if run.kind == "period":
            charges = period_charges(terms, list(periods(terms.term, every)), run, school)
        else:
            charges = true_up_charges(terms, run, school)
        for charge in charges:
            if charge.kind == "period":
                assert charge.days.first not in charged
                charged[charge.days.first] = charge.full_pence
            else:
                trued_up.add(charge.days.first)
        found += charges
    return found


def whole(terms: Terms, covered: Days | None, readings: tuple[Reading, ...]) -> int:
    """What the days cost, each subscription year at once."""
    total = 0
    for year in subscription_years(terms.term):
        days = covered.within(year) if covered else None
        if days:
            parts = parts_of(days, readings or (Reading(days.first, 1, ""),))
            total += price_parts(parts, terms.unit_price, year.count)
    return total


def test_a_school_that_leaves_on_30_november_pays_91_of_365_days() -> None:
    """Domain example 13."""
    covered = Days(SEPTEMBER, date(2026, 11, 30))
    assert covered.count == 91
    assert price_parts(parts_of(covered, [Reading(SEPTEMBER, 1, "")]), Decimal("1200"), 365) == 29918


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("billed", ["advance", "arrears"])
def test_it_has_paid_29918_pence_when_all_is_billed_whatever_the_period(every: BillingPeriod, billed: str) -> None:
    left = Days(SEPTEMBER, date(2026, 11, 30))
    charges = bill(fixed("1200.0000"), every, billed, lambda _: (left, (), True))
    assert sum(charge.net_pence for charge in charges) == 29918


def test_a_year_with_29_february_has_366_days() -> None:
    term = Days(date(2027, 9, 1), date(2029, 8, 31))
    assert [year.count for year in subscription_years(term)] == [366, 365]
    september = Days(date(2027, 9, 1), date(2027, 9, 30))
    charges = period_charges(
        fixed("1200.0000", term),
        list(periods(term, "month")),
        Run(september.first, september.first, "period", september),
        subscriber(term),
    )
    assert [(charge.year_days, charge.net_pence) for charge in charges] == [(366, 9836)]


def test_a_plan_that_begins_on_29_february_has_its_anniversary_on_1_march() -> None:
    assert anniversary(date(2028, 2, 29), 1) == date(2029, 3, 1)
    assert [year.count for year in subscription_years(Days(date(2028, 2, 29), date(2032, 2, 28)))] == [
        366,
        365,
        365,
        365,
    ]


@given(terms_of_service, st.sampled_from(EVERY))
def test_periods_hold_every_day_of_the_term_exactly_once(term: Days, every: BillingPeriod) -> None:
    found = list(periods(term, every))
    assert found[0].first == term.first
    assert found[-1].last == term.last
    for one, following in pairwise(found):
        assert following.first == one.last + timedelta(days=1)
    assert all(year_of(term, days.first) == year_of(term, days.last) for days in found)


@given(terms_of_service, st.data())
def test_a_year_is_found_by_any_of_its_days(term: Days, data: st.DataObject) -> None:
    day = data.draw(st.dates(term.first, term.last))
    year = year_of(term, day)
    assert year.first <= day <= year.last
    assert year in list(subscription_years(term))
    assert year.count in (365, 366)


def test_terms_and_quarters_follow_the_calendar() -> None:
    firsts = [f"{days.first:%d %b}" for days in periods(SCHOOL_YEAR, "term")]
    assert firsts == ["01 Sep", "01 Jan", "01 Apr"]
    firsts = [f"{days.first:%d %b}" for days in periods(SCHOOL_YEAR, "quarter")]
    assert firsts == ["01 Sep", "01 Oct", "01 Jan", "01 Apr", "01 Jul"]


def test_each_day_is_charged_at_the_reading_that_stood() -> None:
    readings = [Reading(date(2026, 10, 1), 271, "census"), Reading(date(2027, 1, 21), 280, "census")]
    parts = parts_of(SCHOOL_YEAR, readings)
    assert [(part.days.count, part.quantity) for part in parts] == [(142, 271), (223, 280)]
    assert price_parts(parts, Decimal("4.2000"), 365) == 116129  # (142 × 271 + 223 × 280) × 4.20 / 365 = 1,161.29


def test_halves_of_a_penny_go_up() -> None:
    one_day = [Reading(SEPTEMBER, 1, "")]
    assert price_parts(parts_of(Days(SEPTEMBER, SEPTEMBER), one_day), Decimal("1.8250"), 365) == 1  # 0.5 p
    assert price_parts(parts_of(Days(SEPTEMBER, SEPTEMBER), one_day), Decimal("1.8249"), 365) == 0


def test_without_a_reading_nothing_is_charged_until_there_is_one() -> None:
    terms = Terms(SCHOOL_YEAR, "payslips", Decimal("48.0000"))
    every = list(periods(SCHOOL_YEAR, "month"))
    september, october = runs(SCHOOL_YEAR, "month", "arrears")[:2]
    school = subscriber(SCHOOL_YEAR)
    assert lacks_reading(terms, september.days, school)
    assert period_charges(terms, every, september, school) == []
    read = subscriber(SCHOOL_YEAR, Reading(date(2026, 10, 3), 40, "payroll"))
    charges = period_charges(terms, every, october, read)
    assert [(charge.days.first.month, charge.net_pence) for charge in charges] == [(9, 15781), (10, 16307)]


def test_who_joins_after_a_period_was_charged_pays_its_days_with_the_next() -> None:
    joined = Days(date(2026, 10, 10), SCHOOL_YEAR.last)
    every = list(periods(SCHOOL_YEAR, "month"))
    november = next(run for run in runs(SCHOOL_YEAR, "month", "advance") if run.days.first == date(2026, 11, 1))
    charges = period_charges(fixed("1200.0000"), every, november, subscriber(joined))
    assert [(charge.covered.count if charge.covered else 0, charge.net_pence) for charge in charges] == [
        (22, 7233),
        (30, 9863),
    ]


def test_who_leaves_within_a_period_charged_in_advance_gets_the_days_back_with_the_next_run() -> None:
    every = list(periods(SCHOOL_YEAR, "month"))
    october = next(run for run in runs(SCHOOL_YEAR, "month", "advance") if run.days.first == date(2026, 10, 1))
    left = subscriber(Days(SEPTEMBER, date(2026, 9, 15)), has_left=True, charged={SEPTEMBER: 9863})
    (charge,) = period_charges(fixed("1200.0000"), every, october, left)
    assert (charge.kind, charge.full_pence, charge.charged_pence, charge.net_pence) == ("true_up", 4932, 9863, -4931)


def test_a_year_is_trued_up_once() -> None:
    run = next(run for run in runs(SCHOOL_YEAR, "month", "advance") if run.kind == "true_up")
    assert run.due_on == date(2027, 10, 1)
    assert run.from_on == date(2027, 9, 1)
    school = subscriber(SCHOOL_YEAR, charged={SEPTEMBER: 9863})
    (charge,) = true_up_charges(fixed("1200.0000"), run, school)
    assert charge.net_pence == 120000 - 9863
    assert true_up_charges(fixed("1200.0000"), run, subscriber(SCHOOL_YEAR, trued_up=frozenset({SEPTEMBER}))) == []


@given(
    terms_of_service,
    st.sampled_from(EVERY),
    st.sampled_from(["advance", "arrears"]),
    st.decimals("0.0001", "99999", places=4),
    st.data(),
)
def test_all_charges_of_a_year_add_up_to_its_days_at_once(
    term: Days, every: BillingPeriod, billed: str, price: Decimal, data: st.DataObject
) -> None:
    """Whenever a school joins, leaves or is read: before the true-up to a penny a period, after it exactly."""
    terms = Terms(term, "pupils", price)
    joined = data.draw(st.dates(term.first, term.last), label="joined")
    latest = min(year_of(term, joined).last, term.last)  # a later request starts in a later year
    known = data.draw(st.dates(joined, latest), label="known to have joined from")
    leaves = data.draw(st.none() | st.dates(joined, term.last), label="leaves")
    notice = data.draw(st.dates(joined, leaves), label="notice given") if leaves else None
    readings = data.draw(
        st.lists(
            st.builds(Reading, st.dates(term.first, term.last), st.integers(0, 3000), st.just("census")), max_size=5
        )
    )
    readings.insert(0, Reading(joined, 100, "on joining"))

    def school_on(run: Run) -> tuple[Days | None, tuple[Reading, ...], bool]:
        at = run.due_on
        gone = leaves is not None and notice is not None and notice <= at
        covered = Days(joined, leaves if gone and leaves else term.last) if known <= at else None
        return covered, tuple(reading for reading in readings if reading.on <= max(at, joined)), gone

    covered = Days(joined, leaves or term.last)
    charges = bill(terms, every, billed, school_on)
    assert sum(charge.net_pence for charge in charges) == whole(terms, covered, tuple(readings))
    for charge in charges:
        assert sum(part.days.count for part in charge.parts) == (charge.covered.count if charge.covered else 0)


@given(terms_of_service, st.sampled_from(EVERY), st.integers(1, 10_000_000))
def test_before_its_true_up_a_split_term_differs_by_less_than_a_penny_a_period(
    term: Days, every: BillingPeriod, tenths: int
) -> None:
    terms = fixed(str(Decimal(tenths) / 10_000), term)
    charges = bill(terms, every, "arrears", lambda _: (term, (), False))
    split = [charge.net_pence for charge in charges if charge.kind == "period"]
    assert abs(sum(split) - whole(terms, term, ())) <= len(split)


def test_a_credit_lessens_the_next_charge_and_is_never_paid_out() -> None:
    assert amounts_to_order({1: 9863, 2: -500, 3: 4000}, {1: 5000, 3: 4000}) == {1: 4863}
    assert amounts_to_order({1: 9863 - 4931}, {1: 9863}) == {}
    assert amounts_to_order({1: 9863 - 4931 + 9863}, {1: 9863}) == {1: 4932}


def test_what_is_due_waits_for_a_further_period_if_one_is_to_come() -> None:
    assert amounts_to_order({1: 3, 2: 5}, {}, later=[1]) == {2: 5}


@given(
    st.dictionaries(st.integers(1, 5), st.integers(-1000, 1000)),
    st.dictionaries(st.integers(1, 5), st.integers(0, 900)),
)
def test_ordering_never_exceeds_what_is_due(due: dict[int, int], ordered: dict[int, int]) -> None:
    now = amounts_to_order(due, ordered)
    assert all(ordered.get(urn, 0) + pence == due[urn] and pence > 0 for urn, pence in now.items())
