"""Long tables as XLSX: whole, numbers as numbers, no formula, and the first block long before the last row."""

import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from chassis import workbooks
from chassis.workbooks import Cell, table_as_xlsx

HEADINGS = ("Name", "Price", "Pence")


def table(count: int, taken: list[int] | None = None) -> Iterator[list[Cell]]:
    for place in range(count):
        if taken is not None:
            taken.append(place)
        yield [f"=SUM(A{place}) & <more>\x01", Decimal("12.5000"), None if place == 0 else place]


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_cells_read_back_as_what_they_were_and_never_as_formulas() -> None:
    found = sheets(b"".join(table_as_xlsx("Prices", HEADINGS, table(3), most_rows=3)))
    assert found == {
        "Prices": [
            ["Name", "Price", "Pence"],
            ["'=SUM(A0) & <more>", 12.5, ""],
            ["'=SUM(A1) & <more>", 12.5, 1.0],
            ["'=SUM(A2) & <more>", 12.5, 2.0],
        ]
    }


def test_a_table_without_rows_has_its_headings() -> None:
    assert sheets(b"".join(table_as_xlsx("Empty", HEADINGS, [], most_rows=0))) == {"Empty": [list(HEADINGS)]}


def test_it_is_sent_while_it_is_read() -> None:
    taken: list[int] = []
    blocks = table_as_xlsx("Long", HEADINGS, table(5_000, taken), most_rows=5_000)
    assert next(blocks).startswith(b"PK")
    assert len(taken) < 1_000


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ROWS_A_SHEET", 1_000)
    found = sheets(b"".join(table_as_xlsx("Long", HEADINGS, table(2_500), most_rows=2_500)))
    assert {name: len(rows) for name, rows in found.items()} == {"Long 1": 1_001, "Long 2": 1_001, "Long 3": 501}
    assert found["Long 2"][1][2] == 1_000
