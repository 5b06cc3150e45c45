"""Pence, four-decimal prices, VAT and phases."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import line_net_pence, pounds, round_pence, unit_price_text
from contracts.phases import PHASES, phase_from_ages
from contracts.vat import VAT_CLASSES, vat_pence, vat_rate, vat_words


def test_example_12_multiply_first_and_round_once() -> None:
    assert line_net_pence(12_500, Decimal("0.0349")) == 436_25


@pytest.mark.parametrize(("amount", "pence"), [("0.005", 1), ("-0.005", -1), ("0.0149", 1), ("1.0050", 101)])
def test_halves_round_away_from_zero(amount: str, pence: int) -> None:
    assert round_pence(Decimal(amount)) == pence


@pytest.mark.parametrize(
    ("pence", "text"), [(0, "0.00"), (123_450, "1,234.50"), (-5, "−0.05"), (10**8, "1,000,000.00")]
)
def test_pounds_always_show_their_pence(pence: int, text: str) -> None:
    assert pounds(pence) == text


@given(st.decimals(min_value=0, max_value=10_000, places=4))
def test_a_unit_price_travels_with_four_decimals(price: Decimal) -> None:
    assert Decimal(unit_price_text(price)) == price
    assert len(unit_price_text(price).split(".")[1]) == 4


def test_standard_rate_is_dated() -> None:
    assert vat_rate("S", date(2026, 11, 22)) == 20
    assert vat_rate("S", date(2010, 12, 31)) == Decimal("17.5")
    assert {vat_rate(kind, date(2026, 11, 22)) for kind in VAT_CLASSES if kind != "S"} == {0}
    with pytest.raises(KeyError):
        vat_rate("X", date(2026, 11, 22))


def test_vat_is_rounded_once() -> None:
    assert vat_pence(1_234_03, Decimal(20)) == 246_81


@pytest.mark.parametrize(
    ("low", "high", "phase"),
    [
        (2, 5, "nursery"),
        (4, 7, "primary"),
        (7, 11, "primary"),
        (4, 11, "primary"),
        (5, 12, "middle_deemed_primary"),
        (9, 13, "middle_deemed_secondary"),
        (11, 16, "secondary"),
        (11, 18, "secondary"),
        (16, 19, "sixteen_plus"),
        (4, 18, "all_through"),
    ],
)
def test_the_phase_follows_from_the_statutory_ages(low: int, high: int, phase: str) -> None:
    assert phase_from_ages(low, high) == phase
    assert phase in PHASES


@pytest.mark.parametrize(
    ("vat_class", "rate", "words"),
    [
        ("S", None, "standard rate"),
        ("S", Decimal("20.00"), "standard rate"),
        ("S", Decimal("5.00"), "reduced rate"),
        ("S", Decimal("17.50"), "standard rate"),
        ("E", Decimal("0.00"), "exempt"),
        ("K", None, "K"),
    ],
)
def test_a_vat_class_is_told_in_words(vat_class: str, rate: Decimal | None, words: str) -> None:
    assert vat_words(vat_class, rate) == words
