"""A pasted table against a round's offers: every row is ordered or named with its reason."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.orders.domain.line_report import LineReport, report_on_table
from services.orders.domain.offer import RoundOffer
from services.orders.domain.sheet_columns import Columns, whole_units
from services.orders.domain.tiers import Tier


def offer(sku: str, name: str, **more: Any) -> RoundOffer:
    sensible: dict[str, Any] = {
        "offer_id": f"id of {sku} {name}",
        "contract_id": "c",
        "supplier_id": "s",
        "supplier_name": "Fenwright",
        "category_code": "stationery",
        "category_name": "Stationery",
        "sku": sku,
        "name": name,
        "description": "",
        "unit": "XBX",
        "pack_size": 1,
        "vat_class": "S",
        "vat_rate": Decimal(20),
        "tiers": (Tier(1, Decimal("12.5")),),
        "phases": (),
    }
    return RoundOffer(**sensible | more)


PAPER, PENS = offer("PAP-080", "Copier paper A4, 80 g"), offer("0417", "Ballpoint pens, black")
TWIN, OTHER_TWIN = offer("EXB-1", "Exercise book, ruled"), offer("exb-1", "Exercise book, squared")
LABS, GONE = offer("LAB-1", "Lab coat", phases=("secondary",)), offer("OLD-1", "Chalk", withdrawn=True)
OFFERS = [PAPER, PENS, TWIN, OTHER_TWIN, LABS, GONE]


def report(*rows: list[str], columns: Columns | None = None) -> LineReport:
    return report_on_table(rows, OFFERS, lambda found: not found.phases, columns)


def ordered(found: LineReport) -> dict[str, tuple[int, tuple[int, ...]]]:
    return {line.offer.name: (line.quantity, line.rows) for line in found.lines}


def left_out(found: LineReport) -> dict[int, str]:
    return {left.row: left.reason for left in found.left_out}


def test_headings_decide_which_column_is_which() -> None:
    found = report(
        ["Order of Oak Street", "", "", ""],
        ["Pack", "Item no.", "Qty", "Description"],
        ["500", "pap-080", "12", "Paper"],
        ["50", "", "3", " ballpoint PENS,  black "],
    )
    assert ordered(found) == {"Copier paper A4, 80 g": (12, (3,)), "Ballpoint pens, black": (3, (4,))}
    assert left_out(found) == {1: "no_quantity"}
    assert found.columns == Columns(1, 3, 2)


def test_without_headings_what_is_known_decides() -> None:
    found = report(["Copier paper A4, 80 g", "PAP-080", "5", "1,200"], ["Pens", "417", "50", "12.0"])
    assert ordered(found) == {"Copier paper A4, 80 g": (1200, (1,)), "Ballpoint pens, black": (12, (2,))}
    assert found.columns == Columns(1, 0, 3)


def test_the_reader_may_choose_the_columns() -> None:
    rows = ["PAP-080", "12", "150"], ["417", "3", "12"]
    assert ordered(report(*rows))["Copier paper A4, 80 g"] == (150, (1,))
    assert ordered(report(*rows, columns=Columns(0, None, 1)))["Copier paper A4, 80 g"] == (12, (1,))


def test_every_row_that_is_not_ordered_says_why() -> None:
    found = report(
        ["Code", "Name", "Quantity"],
        ["XYZ-9", "Unheard of", "4"],
        ["EXB-1", "", "4"],
        ["LAB-1", "", "4"],
        ["OLD-1", "", "4"],
        ["PAP-080", "", "four"],
        ["PAP-080", "", "-4"],
        ["PAP-080", "", ""],
        ["", "", ""],
        ["PAP-080", "", "0"],
        ["PAP-080", "", "1000001"],
        ["Total", "", "28"],
    )
    assert ordered(found) == {}
    assert left_out(found) == {
        2: "unknown",
        3: "ambiguous",
        4: "not_eligible",
        5: "withdrawn",
        6: "unreadable_quantity",
        7: "unreadable_quantity",
        8: "no_quantity",
        10: "no_quantity",
        11: "unreadable_quantity",
        12: "unknown",
    }
    assert [left.text for left in found.left_out if left.row == 2] == ["XYZ-9 · Unheard of"]


def test_several_rows_of_one_offer_are_added_up_and_say_so() -> None:
    found = report(["PAP-080", "12"], ["417", "1"], ["pap-080 ", "8"])
    assert ordered(found)["Copier paper A4, 80 g"] == (20, (1, 3))
    assert left_out(report(["PAP-080", "900000"], ["PAP-080", "900000"])) == {1: "too_many", 2: "too_many"}


def test_an_offer_is_ordered_from_its_minimum_on() -> None:
    trolley = offer("TRL-1", "Trolley", minimum_quantity=5)
    found = report_on_table([["TRL-1", "4"]], [trolley], lambda _: True)
    assert [(left.row, left.message) for left in found.left_out] == [(1, "It is ordered 5 or more at a time.")]
    assert ordered(report_on_table([["TRL-1", "4"], ["TRL-1", "1"]], [trolley], lambda _: True)) == {
        "Trolley": (5, (1, 2))
    }


def test_a_shared_code_is_told_apart_by_its_name() -> None:
    found = report(["Code", "Name", "Qty"], ["EXB-1", "Exercise book, squared", "30"])
    assert ordered(found) == {"Exercise book, squared": (30, (2,))}


@pytest.mark.parametrize(("text", "units"), [("12", 12), (" 1,200 ", 1200), ("12.00", 12), ("0", 0)])
def test_quantities_as_spreadsheets_write_them(text: str, units: int) -> None:
    assert whole_units(text) == units


@pytest.mark.parametrize("text", ["", "1.5", "12 boxes", "-3", "1,20", "1e3", "٣", "1000001", "=2+2"])
def test_anything_else_is_no_quantity(text: str) -> None:
    assert whole_units(text) is None


CELLS = st.sampled_from(
    ["PAP-080", "417", "EXB-1", "LAB-1", "OLD-1", "Qty", "Code", "Chalk", "", " ", "7", "1,000", "x"]
)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, max_size=4), max_size=12))
def test_no_row_is_dropped_in_silence(rows: list[list[str]]) -> None:
    found = report(*rows)
    told = sorted([row for line in found.lines for row in line.rows] + [left.row for left in found.left_out])
    filled = [place for place, row in enumerate(rows, 1) if any(text.strip() for text in row)]
    assert len(told) == len(set(told))
    assert set(told) <= set(filled)
    assert len(filled) - len(told) <= 1, "only the headings are no line"
