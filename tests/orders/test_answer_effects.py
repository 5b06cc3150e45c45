"""What a supplier's change does to each school: exact shares, the same in any order, nobody pays more unasked."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.allocation import allocate
from contracts.money import line_net_pence
from services.orders.domain.answer import (
    DropAnswer,
    LineAnswer,
    OrderedDocument,
    OrderedLine,
    Substitute,
    SupplierAnswer,
    checked_answer,
)
from services.orders.domain.answer_effect import LineEffect, effect_of
from services.orders.domain.answer_sheet import read_answer_sheets
from services.orders.domain.errors import AnswerUnreadable, OrderAnswerRefused, ReasonMissing, RevisionOutdated
from services.orders.domain.packs import Fairness

UNITS = st.dictionaries(st.integers(1, 40), st.integers(0, 60), min_size=1, max_size=12).filter(
    lambda units: sum(units.values()) > 0
)
PRICES = st.decimals("0.0001", "40", places=4)


def a_line(units: dict[int, int], price: Decimal, line_no: int = 1) -> OrderedLine:
    net = line_net_pence(sum(units.values()), price)
    shares = allocate(net, units)
    drops = {urn: (quantity, shares[urn]) for urn, quantity in units.items()}
    return OrderedLine(line_no, "goods", "A4", "Paper", "XBX", "S", price, sum(units.values()), net, drops)


def an_order(*lines: OrderedLine) -> OrderedDocument:
    return OrderedDocument("PO-000001", 1, date(2027, 1, 4), date(2027, 1, 22), {line.line_no: line for line in lines})


def parts(effect: LineEffect) -> dict[int, tuple[int, int]]:
    return {drop.urn: (drop.quantity, drop.net_pence) for drop in effect.drops}


@settings(max_examples=150, deadline=None)
@given(
    units=UNITS,
    before=PRICES,
    after=PRICES,
    short=st.integers(0, 400),
    fairness=st.sampled_from(["pro_rata", "equal", "priority"]),
    cut=st.sets(st.integers(1, 40)),
    named=st.dictionaries(st.integers(1, 40), st.integers(0, 60), max_size=3),
    seed=st.randoms(use_true_random=False),
)
def test_every_change_adds_up_and_costs_nobody_more_unasked(units, before, after, short, fairness, cut, named, seed):  # type: ignore[no-untyped-def]
    line = a_line(units, before)
    said_of = {urn: DropAnswer(min(quantity, units[urn])) for urn, quantity in named.items() if units.get(urn)}
    fixed = sum(drop.quantity or 0 for drop in said_of.values())
    others = sum(quantity for urn, quantity in units.items() if urn not in said_of)
    said = LineAnswer(1, quantity=fixed + max(0, others - short), unit_price=after, drops=said_of)
    effect = effect_of(line, said, fairness, cut)
    assert effect.quantity == said.quantity == sum(drop.quantity for drop in effect.drops)
    assert effect.net_pence == sum(drop.net_pence for drop in effect.drops)
    price = effect.unit_price
    assert abs(effect.net_pence - line_net_pence(effect.quantity, price)) <= len(units)
    for drop in effect.drops:
        assert 0 <= drop.quantity <= drop.quantity_before
        assert drop.net_pence >= 0
        assert drop.quantity or not drop.net_pence
        assert drop.must_agree or drop.net_pence <= drop.net_before_pence
    shuffled = list(units)
    seed.shuffle(shuffled)
    again = effect_of(a_line({urn: units[urn] for urn in shuffled}, before), said, fairness, set(cut))
    assert parts(again) == parts(effect)
    askers = [drop.urn for drop in effect.drops if drop.must_agree]
    refusing = set(askers[::2])
    agreed = {drop.urn: drop.net_pence for drop in effect.drops if drop.must_agree and drop.urn not in refusing}
    ended = effect_of(line, said, fairness, cut, left_out=refusing, agreed=agreed)
    for drop in ended.drops:
        assert drop.urn not in refusing or (drop.quantity, drop.net_pence) == (0, 0)
        assert drop.net_pence <= agreed.get(drop.urn, drop.net_before_pence)


@pytest.mark.parametrize(
    ("fairness", "cut", "shares"),
    [
        ("pro_rata", (), {1: 15, 2: 8, 3: 7}),
        ("pro_rata", (3,), {1: 15, 2: 7, 3: 8}),
        ("equal", (), {1: 10, 2: 10, 3: 10}),
        ("priority", (), {1: 10, 2: 10, 3: 10}),
        ("priority", (1,), {1: 20, 2: 10, 3: 0}),
    ],
)
def test_thirty_of_forty_are_shared_as_the_contract_says(
    fairness: Fairness, cut: tuple[int, ...], shares: dict[int, int]
) -> None:
    line = a_line({1: 20, 2: 10, 3: 10}, Decimal("2.50"))
    effect = effect_of(line, LineAnswer(1, quantity=30), fairness, cut)
    assert {drop.urn: drop.quantity for drop in effect.drops} == shares
    assert (effect.net_before_pence, effect.net_pence) == (10000, 7500)
    assert not any(drop.must_agree for drop in effect.drops)


def test_who_is_named_is_cut_and_the_others_share_the_rest() -> None:
    line = a_line({1: 20, 2: 10, 3: 10}, Decimal("2.50"))
    said = LineAnswer(1, quantity=24, drops={2: DropAnswer(3)})
    effect = effect_of(line, said, "pro_rata", ())
    assert {drop.urn: (drop.quantity, drop.why) for drop in effect.drops} == {
        1: (14, "shared"),
        2: (3, "named"),
        3: (7, "shared"),
    }


def test_a_penny_that_would_move_to_another_school_is_taken_off_the_line() -> None:
    """0.05 over four is 2, 1, 1, 1 pence; without the first the others keep theirs, though 3 × 0.0125 is 4 pence."""
    line = a_line({1: 1, 2: 1, 3: 1, 4: 1}, Decimal("0.0125"))
    effect = effect_of(line, LineAnswer(1, drops={1: DropAnswer(0)}), "pro_rata", ())
    assert parts(effect) == {1: (0, 0), 2: (1, 1), 3: (1, 1), 4: (1, 1)}
    assert effect.net_pence == 3


def test_saying_again_what_was_ordered_is_no_change() -> None:
    order = an_order(a_line({1: 20, 2: 10}, Decimal("2.50")))
    said = LineAnswer(1, quantity=30, unit_price=Decimal("2.5"), promised_on=date(2027, 1, 12))
    checked = checked_answer(order, SupplierAnswer("changes", "", [said]))
    assert (checked.answer, list(checked.lines)) == ("accepted", [LineAnswer(1, promised_on=date(2027, 1, 12))])


def test_a_day_outside_the_delivery_window_is_a_change() -> None:
    order = an_order(a_line({1: 20}, Decimal("2.50")))
    late = LineAnswer(1, promised_on=date(2027, 2, 1))
    assert checked_answer(order, SupplierAnswer("changes", "", [late])).answer == "changes"
    with pytest.raises(OrderAnswerRefused):
        checked_answer(order, SupplierAnswer("accepted", "", [late]))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (LineAnswer(9, quantity=1), "lines.9"),
        (LineAnswer(1, quantity=31), "lines.1.quantity"),
        (LineAnswer(1, drops={1: DropAnswer(21)}), "lines.1.drops.1.quantity"),
        (LineAnswer(1, drops={7: DropAnswer(1)}), "lines.1.drops.7"),
        (LineAnswer(1, quantity=2, drops={1: DropAnswer(5)}), "lines.1.quantity"),
    ],
)
def test_what_does_not_fit_the_order_is_named(line: LineAnswer, field: str) -> None:
    order = an_order(a_line({1: 20, 2: 10}, Decimal("2.50")))
    with pytest.raises(OrderAnswerRefused) as caught:
        checked_answer(order, SupplierAnswer("changes", "", [line]))
    assert list(caught.value.fields) == [field]


def test_an_answer_is_to_one_revision_and_says_why_it_rejects() -> None:
    order = an_order(a_line({1: 20}, Decimal("2.50")))
    with pytest.raises(RevisionOutdated):
        checked_answer(order, SupplierAnswer("accepted", revision=2))
    with pytest.raises(ReasonMissing):
        checked_answer(order, SupplierAnswer("rejected", " "))
    with pytest.raises(OrderAnswerRefused, match="reject the order"):
        checked_answer(order, SupplierAnswer("changes", "", [LineAnswer(1, quantity=0)]))


def test_a_sheet_is_read_by_its_columns() -> None:
    lines = [
        ["Order", "PO-000001"],
        ["Revision", "2"],
        [],
        ["Line", "Item", "Your quantity", "Your price", "Your date", "Substitute code", "Substitute", "Your note"],
        ["1", "Paper", "1,030", "£2.4500", "2027-02-01", "", "", "Late from the mill"],
        ["2", "Pens", "", "", "", "PN-2", "Blue pens", ""],
        ["3", "Glue", "", "", "", "", "", ""],
    ]
    drops = [["Line", "School URN", "Your quantity", "Your date"], ["1", "900002", "3", "03/02/2027"]]
    read = read_answer_sheets([("Lines", lines), ("Drops", drops)])
    assert (read.order_number, read.answer.revision) == ("PO-000001", 2)
    assert list(read.answer.lines) == [
        LineAnswer(
            1, 1030, Decimal("2.4500"), date(2027, 2, 1), None, "Late from the mill",
            {900002: DropAnswer(3, date(2027, 2, 3))},
        ),
        LineAnswer(2, substitute=Substitute("PN-2", "Blue pens")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["1", "ten", "", ""], "no whole number"),
        (["1", "", "2.12345", ""], "no price"),
        (["1", "", "", "soon"], "no day"),
        (["", "4", "", ""], "number of the line"),
        (["1", "", "", ""], "Nothing is filled in"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(row: list[str], said: str) -> None:
    sheet = [["Order", "PO-000001"], ["Line", "Your quantity", "Your price", "Your date"], row]
    with pytest.raises(AnswerUnreadable) as caught:
        read_answer_sheets([("Lines", sheet)])
    assert said in " ".join([caught.value.detail, *caught.value.fields.values()])
