"""The rules of budgets: years, VAT, and that no figure is counted twice."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.school_types import FinancialYear
from services.orders.domain.budget import (
    Budget,
    Movement,
    Ordered,
    beyond,
    check_budgets,
    commitments,
    days_of,
    financial_year,
    positions,
    vat_is_a_cost,
)
from services.orders.domain.errors import BudgetInvalid

DAY = date(2026, 11, 2)
ORDERS, CATEGORIES = ("po-1", "po-2", "po-3"), ("cleaning", "paper")


def movement(kind: str, category: str, net: int, vat: int = 0, order: str | None = None) -> Movement:
    return Movement(kind, category, net, vat, "N-1", "Autumn", DAY, purchase_order_id=order)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "begins", "year"),
    [
        (date(2027, 3, 31), "april", "2026-27"),
        (date(2027, 4, 1), "april", "2027-28"),
        (date(2026, 8, 31), "september", "2025-26"),
        (date(2026, 9, 1), "september", "2026-27"),
        (date(2099, 12, 31), "april", "2099-00"),
    ],
)
def test_a_day_lies_in_the_schools_own_financial_year(on: date, begins: FinancialYear, year: str) -> None:
    assert financial_year(on, begins) == year
    first, last = days_of(year, begins)
    assert first <= on <= last


@settings(deadline=None)
@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.sampled_from(["april", "september"]))
def test_every_day_lies_in_exactly_one_year(on: date, begins: FinancialYear) -> None:
    first, last = days_of(financial_year(on, begins), begins)
    assert first <= on <= last
    assert financial_year(first, begins) == financial_year(last, begins)
    assert (last - first).days in (364, 365)


@pytest.mark.parametrize("label", ["2026", "2026-28", "26-27", "2026-2027", ""])
def test_what_is_no_financial_year_is_refused(label: str) -> None:
    with pytest.raises(BudgetInvalid):
        days_of(label, "april")


@pytest.mark.parametrize(("type_code", "cost"), [("1", False), ("2", False), ("34", False), ("35", False), ("6", True)])
def test_vat_counts_only_where_nobody_gets_it_back(type_code: str, cost: bool) -> None:
    assert vat_is_a_cost(type_code) is cost
    assert movement("actual", "paper", 100_00, 20_00).counted(type_code) == (120_00 if cost else 100_00)


def test_a_category_has_one_budget() -> None:
    with pytest.raises(BudgetInvalid) as refusal:
        check_budgets([Budget("paper", 1), Budget("cleaning", 2), Budget("paper", 3)])
    assert list(refusal.value.fields) == ["budgets.2.category_code"]


def test_what_is_billed_is_committed_no_more() -> None:
    ordered = [Ordered(movement("committed", "paper", 100_00, 20_00, "po-1"), settled=False)]
    part = movement("actual", "paper", 95_00, 19_00, "po-1")
    assert [(left.net_pence, left.vat_pence) for left in commitments(ordered, [])] == [(100_00, 20_00)]
    assert [(left.net_pence, left.vat_pence) for left in commitments(ordered, [part])] == [(5_00, 1_00)]
    assert commitments(ordered, [part, movement("actual", "paper", 5_00, 1_00, "po-1")]) == []


def test_what_a_settled_order_has_left_is_released() -> None:
    ordered = [Ordered(movement("committed", "paper", 100_00, 0, "po-1"), settled=True)]
    assert commitments(ordered, [movement("actual", "paper", 95_00, 0, "po-1")]) == []


def test_a_bill_of_another_order_or_category_takes_nothing_away() -> None:
    ordered = [Ordered(movement("committed", "paper", 100_00, 0, "po-1"), settled=False)]
    others = [movement("actual", "paper", 50_00, 0, "po-2"), movement("actual", "cleaning", 50_00, 0, "po-1")]
    assert [left.net_pence for left in commitments(ordered, others)] == [100_00]


def test_positions_add_up_by_category_and_say_what_is_left() -> None:
    found = positions(
        [Budget("paper", 500_00), Budget("energy", 10_00)],
        [
            movement("reserved", "paper", 100_00),
            movement("committed", "paper", 50_00),
            movement("actual", "paper", 400_00),
            movement("actual", "cleaning", 7_00),
        ],
        "1",
    )
    assert [(each.category_code, each.used_pence, each.left_pence) for each in found] == [
        ("cleaning", 7_00, None),
        ("energy", 0, 10_00),
        ("paper", 550_00, -50_00),
    ]
    assert beyond(found, {"paper": 1, "energy": 10_00, "cleaning": 5}) == {"paper": 50_01}


_AMOUNTS = st.integers(0, 1_000_000)


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Ordered], list[Movement]]:
    """Purchase orders, and bills that never charge more of one than was ordered of it."""
    ordered, billed = [], []
    for order in ORDERS:
        settled = draw(st.booleans())
        for category in draw(st.sets(st.sampled_from(CATEGORIES))):
            net = draw(_AMOUNTS)
            ordered.append(Ordered(movement("committed", category, net, net // 5, order), settled))
            rest = net
            for _ in range(draw(st.integers(0, 3))):
                charged = draw(st.integers(0, rest))
                rest -= charged
                billed.append(movement("actual", category, charged, charged // 5, order))
    return ordered, billed


@settings(deadline=None)
@given(lives())
def test_committed_and_actual_together_are_what_was_ordered(life: tuple[list[Ordered], list[Movement]]) -> None:
    ordered, billed = life
    left = commitments(ordered, billed)
    for part in ordered:
        key = part.movement.purchase_order_id, part.movement.category_code
        own = [m for m in [*left, *billed] if (m.purchase_order_id, m.category_code) == key]
        assert sum(m.net_pence for m in own if m.kind == "actual") <= part.movement.net_pence
        if part.settled:
            assert all(m.kind == "actual" for m in own), "what was not billed is released"
        else:
            assert sum(m.net_pence for m in own) == part.movement.net_pence
        assert all(m.net_pence >= 0 and m.vat_pence >= 0 for m in own)


@settings(deadline=None)
@given(lives(), st.randoms())
def test_the_order_of_documents_does_not_matter(life: tuple[list[Ordered], list[Movement]], random: object) -> None:
    ordered, billed = life
    before = positions([], [*commitments(ordered, billed), *billed], "6")
    random.shuffle(ordered)  # type: ignore[attr-defined]
    random.shuffle(billed)  # type: ignore[attr-defined]
    assert positions([], [*commitments(ordered, billed), *billed], "6") == before
