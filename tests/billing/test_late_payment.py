"""Interest and compensation by law for late payment, told and never posted."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.domain.late_payment import LatePayment, compensation, late_payment, reference_rate

RATES = {date(2025, 7, 1): Decimal("4.25"), date(2026, 1, 1): Decimal("3.75")}
DUE = date(2026, 3, 31)


def test_example_15_five_thousand_pounds_for_101_days() -> None:
    found = late_payment(500_000, DUE, DUE + timedelta(days=101), RATES)
    assert found == LatePayment(101, Decimal("11.75"), 16257, 7000)


@pytest.mark.parametrize(
    ("pence", "due"), [(1, 4000), (99_999, 4000), (100_000, 7000), (999_999, 7000), (10**6, 10**4)]
)
def test_compensation_is_by_the_size_of_the_debt(pence: int, due: int) -> None:
    assert compensation(pence) == due


def test_the_rate_is_that_of_the_half_year_in_which_interest_begins() -> None:
    assert reference_rate(date(2025, 12, 30), RATES) == Decimal("4.25")
    assert reference_rate(date(2025, 12, 31), RATES) == Decimal("3.75")  # the first day of interest is 1 January
    late = late_payment(100_000, date(2025, 12, 30), date(2026, 12, 30), RATES)
    assert late
    assert (late.per_cent, late.interest_pence) == (Decimal("12.25"), 12250)


def test_nothing_is_late_on_the_due_day_or_once_paid_in_time() -> None:
    assert late_payment(5000, DUE, DUE, RATES) is None
    assert late_payment(5000, DUE, DUE + timedelta(days=9), RATES, [(DUE, 5000)]) is None


@settings(max_examples=60)
@given(
    debt=st.integers(1, 10**8),
    days=st.integers(1, 400),
    paid=st.lists(st.tuples(st.integers(-10, 400), st.integers(1, 10**7)), max_size=4),
)
def test_a_part_payment_ends_the_interest_on_what_it_pays(debt: int, days: int, paid: list[tuple[int, int]]) -> None:
    """Day by day: interest is on what was open at the end of the day before."""
    moves = [(DUE + timedelta(days=after), pence) for after, pence in paid]
    found = late_payment(debt, DUE, DUE + timedelta(days=days), RATES, moves)
    open_days = sum(
        max(debt - sum(pence for on, pence in moves if on < DUE + timedelta(days=day)), 0) for day in range(1, days + 1)
    )
    if found is None:
        assert open_days == 0 or debt <= sum(pence for on, pence in moves if on <= DUE)
    else:
        exact = Decimal(open_days) * Decimal("11.75") / (100 * 365)
        assert abs(found.interest_pence - exact) <= Decimal("0.5")
