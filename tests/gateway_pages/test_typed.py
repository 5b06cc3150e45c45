"""Reading what was typed."""

from datetime import date

import pytest

from gateway.pages.faults import Faults
from gateway.pages.typed import Typed


def read(**sent: str) -> tuple[Typed, Faults]:
    faults = Faults()
    return Typed(sent, faults), faults


def test_a_local_time_becomes_an_instant_in_utc() -> None:
    typed, faults = read(day="2026-07-01", time="17:00", winter="2026-12-01")
    assert typed.instant("day", "time", "it closes") == "2026-07-01T16:00:00Z"
    assert typed.instant("winter", "time", "it closes") == "2026-12-01T17:00:00Z"
    assert not faults


@pytest.mark.parametrize(("text", "count"), [("", 0), (" 12 ", 12), ("1,200", 1200), ("1000000", 1_000_000)])
def test_units_are_read(text: str, count: int) -> None:
    typed, faults = read(q=text)
    assert typed.units("q", "pens") == count
    assert not faults


@pytest.mark.parametrize("text", ["-1", "1.5", "abc", "1000001", "99999999999", "1e3", "٣"])
def test_units_that_make_no_sense_are_refused_with_what_to_type(text: str) -> None:
    typed, faults = read(q=text)
    assert typed.units("q", "pens") is None
    assert faults.at("q") == "Enter a whole number from 0 to 1,000,000 for pens."


@pytest.mark.parametrize(("text", "pence"), [("1,234.50", 123450), ("£10", 1000), ("0.05", 5)])
def test_amounts_are_read_as_pence(text: str, pence: int) -> None:
    typed, faults = read(net=text)
    assert typed.pence("net", "the total") == pence
    assert not faults


@pytest.mark.parametrize("text", ["", "ten", "1.005", "NaN", "Infinity", "1e99", "1e5", "1_000", "٣", "."])
def test_amounts_that_make_no_sense_are_refused(text: str) -> None:
    typed, faults = read(net=text)
    assert typed.pence("net", "the total") is None
    assert faults.at("net")


@pytest.mark.parametrize(("text", "price"), [("12.5", "12.5000"), ("0.0349", "0.0349")])
def test_prices_travel_with_four_decimals(text: str, price: str) -> None:
    typed, faults = read(price=text)
    assert typed.price("price", "the price") == price
    assert not faults


@pytest.mark.parametrize("text", ["0.00001", "-1", "x"])
def test_prices_that_make_no_sense_are_refused(text: str) -> None:
    typed, faults = read(price=text)
    assert typed.price("price", "the price") is None
    assert faults.at("price")


def test_a_day_that_does_not_exist_is_refused() -> None:
    typed, faults = read(day="2026-02-30")
    assert typed.day("day", "the first day") is None
    assert faults.at("day") == "Enter the first day as a real day, such as 2026-11-24."
    assert read(day="2026-02-28")[0].day("day", "the first day") == date(2026, 2, 28)


@pytest.mark.parametrize(("text", "number"), [("", None), (" 900001 ", 900_001), ("7", 7)])
def test_what_is_chosen_from_a_list_is_its_number(text: str, number: int | None) -> None:
    typed, faults = read(urn=text)
    assert typed.number("urn", "the school", needed=False) == number
    assert not faults
