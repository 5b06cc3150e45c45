"""Tiers, standings and what an order costs, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import line_net_pence
from contracts.vat import vat_pence
from services.orders.domain.offer import RoundOffer, refused_lines
from services.orders.domain.pricing import BoughtLine, price_live, price_locked, vat_of
from services.orders.domain.round import Member
from services.orders.domain.tiers import Advice, Tier, in_packs, standing, unit_price_at
from services.orders.domain.wanted import WantedLine

ASH = Member(900001, "Ash School", "primary", date(2025, 9, 1), None, type_code="1")
PAPER_TIERS = (Tier(1, Decimal("12.50")), Tier(50, Decimal("11.80")), Tier(100, Decimal("10.95")))
PAPER = RoundOffer(
    offer_id="paper",
    contract_id="contract",
    supplier_id="supplier",
    supplier_name="Fenwright Paper",
    category_code="stationery",
    category_name="Stationery",
    sku="PAP",
    name="Copier paper",
    description="",
    unit="XBX",
    pack_size=1,
    vat_class="S",
    vat_rate=Decimal(20),
    tiers=PAPER_TIERS,
    phases=(),
)

tiers = st.lists(
    st.tuples(st.integers(1, 5000), st.integers(0, 2_000_000)), min_size=1, max_size=5, unique_by=lambda tier: tier[0]
).map(lambda raw: tuple(Tier(quantity, Decimal(price).scaleb(-4)) for quantity, price in sorted(raw)))


@pytest.mark.parametrize(
    ("quantity", "price"), [(0, "12.50"), (1, "12.50"), (49, "12.50"), (50, "11.80"), (99, "11.80"), (100, "10.95")]
)
def test_the_quantity_chooses_the_tier(quantity: int, price: str) -> None:
    assert unit_price_at(PAPER_TIERS, quantity) == Decimal(price)


def test_below_the_first_tier_its_price_holds() -> None:
    assert unit_price_at((Tier(10, Decimal(2)),), 3) == Decimal(2)


def test_a_standing_names_the_next_tier_and_a_cheaper_quantity() -> None:
    at = standing(PAPER_TIERS, 93, schools=3)
    assert (at.unit_price, at.net_pence, at.units_to_next) == (Decimal("11.80"), 1097_40, 7)
    assert at.cheaper == (100, 1095_00)


def test_at_the_last_tier_nothing_comes_next() -> None:
    at = standing(PAPER_TIERS, 102)
    assert (at.next_tier, at.units_to_next, at.cheaper) == (None, None, None)


@given(tiers, st.integers(0, 10_000))
def test_a_standing_agrees_with_its_tiers(of: tuple[Tier, ...], quantity: int) -> None:
    at = standing(of, quantity)
    assert at.net_pence == line_net_pence(quantity, at.unit_price)
    assert at.unit_price in {tier.unit_price for tier in of}
    if at.next_tier is not None:
        assert at.units_to_next is not None
        assert at.units_to_next > 0
        assert unit_price_at(of, quantity + at.units_to_next) == at.next_tier.unit_price
    if at.cheaper is not None:
        more, net = at.cheaper
        assert more > quantity
        assert net < at.net_pence
        assert net == line_net_pence(more, unit_price_at(of, more))


def test_units_in_packs_reach_a_tier_with_the_first_whole_pack_of_it() -> None:
    """With 93 in packs of 12 seven more would be cut to 96 at £11.80; the next price begins at 108, which cost more."""
    of = in_packs(PAPER_TIERS, 12)
    assert [tier.from_quantity for tier in of] == [1, 60, 108]
    at = standing(of, 93, flexible=10)
    assert (at.units_to_next, at.advice) == (15, None)
    at = standing(of, 101, flexible=2)
    assert at.advice == Advice(units=7, saves_pence=1191_80 - 1182_60, offered=2)


@given(tiers, st.integers(1, 40), st.integers(0, 10_000))
def test_in_packs_the_price_is_that_of_the_whole_packs(of: tuple[Tier, ...], pack: int, quantity: int) -> None:
    filled = quantity // pack * pack
    assert unit_price_at(in_packs(of, pack), quantity) == unit_price_at(of, filled)
    assert in_packs(of, 1) == of


def test_an_order_is_priced_at_what_all_order_together_and_at_worst_alone() -> None:
    order = price_live([(PAPER, WantedLine("paper", 34), 102)])
    assert (order.net_pence, order.vat_pence, order.gross_pence) == (372_30, 74_46, 446_76)
    assert order.worst_gross_pence == 425_00 + 85_00


def test_vat_is_rounded_once_a_rate_and_its_lines_add_up() -> None:
    """domain.md §3, example 7: 0.80 on three lines of £1.33, where each line rounded alone would give 0.81."""
    pens = [replace(PAPER, offer_id=str(n), tiers=(Tier(1, Decimal("1.33")),)) for n in range(3)]
    order = price_live([(pen, WantedLine(pen.offer_id, 1), 1) for pen in pens])
    assert order.vat_pence == 80
    assert [vat for _, vat in order.lines] == [27, 27, 26]


def test_zero_rated_and_free_lines_bear_no_vat() -> None:
    book = replace(PAPER, offer_id="book", vat_class="Z", vat_rate=Decimal(0))
    free = replace(PAPER, offer_id="free", tiers=(Tier(1, Decimal(0)),))
    assert price_live([(book, WantedLine("book", 2), 2), (free, WantedLine("free", 5), 5)]).vat_pence == 0


def test_a_locked_order_can_become_no_dearer() -> None:
    order = price_locked([BoughtLine(PAPER, 34, Decimal("10.95"), 372_30)])
    assert order.worst_gross_pence == order.gross_pence == 446_76


@given(st.lists(st.tuples(st.sampled_from([Decimal(20), Decimal(5), Decimal(0)]), st.integers(0, 10**7)), max_size=30))
def test_vat_of_a_rate_is_that_of_its_sum(parts: list[tuple[Decimal, int]]) -> None:
    rates = {rate for rate, _ in parts}
    assert vat_of(parts) == sum(vat_pence(sum(net for at, net in parts if at == rate), rate) for rate in rates)


def test_refused_lines_are_named_by_their_place_in_the_request() -> None:
    secondary = replace(PAPER, offer_id="lab", name="Lab coats", phases=("secondary",))
    gone = replace(PAPER, offer_id="gone", name="Old pens", withdrawn=True)
    offers = {"paper": PAPER, "lab": secondary, "gone": gone}
    lines = [WantedLine(*line) for line in (("paper", 1), ("lab", 2), ("nothing", 1), ("gone", 3), ("paper", 4))]
    assert refused_lines(offers, ASH, lines) == {
        "lines.1.offer_id": "Lab coats is not offered to your school.",
        "lines.2.offer_id": "This round does not offer it.",
        "lines.3.offer_id": "Old pens has been withdrawn.",
        "lines.4.offer_id": "Copier paper stands in the order twice.",
    }


def test_a_line_can_always_be_taken_out() -> None:
    gone = replace(PAPER, withdrawn=True, phases=("secondary",))
    assert refused_lines({"paper": gone}, ASH, [WantedLine("paper", 0)]) == {}


def test_a_line_is_of_the_minimum_or_more() -> None:
    boxes = replace(PAPER, minimum_quantity=5)
    assert refused_lines({"paper": boxes}, ASH, [WantedLine("paper", 5)]) == {}
    assert refused_lines({"paper": boxes}, ASH, [WantedLine("paper", 4)]) == {
        "lines.0.quantity": "Copier paper is ordered 5 or more at a time."
    }


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        ({}, True),
        ({"phases": ("primary", "nursery"), "eligible_types": ("1", "2")}, True),
        ({"eligible_classes": ("full",), "eligible_urns": (900001,)}, True),
        ({"phases": ("secondary",)}, False),
        ({"phases": ("primary",), "eligible_types": ("34",)}, False),
        ({"eligible_classes": ("associate",)}, False),
        ({"eligible_urns": (900002, 900003)}, False),
    ],
)
def test_a_school_must_fit_every_limit_that_is_set(limits: dict[str, tuple[str | int, ...]], fits: bool) -> None:
    assert replace(PAPER, **limits).is_for(ASH) is fits
