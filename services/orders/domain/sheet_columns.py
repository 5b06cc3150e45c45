"""Which columns of a table hold codes, names and quantities: by its headings, or else by what stands in them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

MOST_UNITS: Final = 1_000_000
_HEADING_ROWS: Final = 20

_CODES: Final = (
    "code, sku, item code, item no, item number, product code, product no, product number, catalogue code,"
    " catalogue no, catalogue number, cat no, stock code, stock no, part no, part number, order code, article no,"
    " article number, ref, reference"
)
_NAMES: Final = (
    "name, description, item, item name, item description, product, product name, product description, offer"
)
_QUANTITIES: Final = (
    "quantity, qty, order quantity, order qty, quantity required, qty required, quantity ordered, qty ordered,"
    " required, how many, number required"
)
_HEADINGS: Final = {
    heading: kind
    for kind, headings in (("code", _CODES), ("name", _NAMES), ("quantity", _QUANTITIES))
    for heading in headings.split(", ")
}
_WHOLE: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.0+)?")

Table = Sequence[Sequence[str]]
Kind = Literal["code", "name", "quantity"]


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of columns, from 0; None where the table has no such column."""

    code: int | None
    name: int | None
    quantity: int | None


def whole_units(text: str) -> int | None:
    """A whole number of units from 0 to a million, however a spreadsheet writes it ("1,200", "12.0"); else None."""
    found = _WHOLE.fullmatch(text.strip())
    if found is None:
        return None
    units = int(found[1].replace(",", ""))
    return units if units <= MOST_UNITS else None


def cell(row: Sequence[str], place: int | None) -> str:
    """A cell's text; nothing where the row ends before it or there is no such column."""
    return row[place].strip() if place is not None and place < len(row) else ""


def find_headings(rows: Table) -> tuple[int, Columns] | None:
    """The place of the first row that names a quantity and a code or name as headings do, and those columns."""
    for place, row in enumerate(rows[:_HEADING_ROWS]):
        found = _by_headings(row)
        if "quantity" in found and len(found) > 1:
            return place, Columns(found.get("code"), found.get("name"), found["quantity"])
    return None


def guess_columns(rows: Table, is_code: Callable[[str], bool], is_name: Callable[[str], bool]) -> Columns:
    """The columns of a table without headings; `is_code` and `is_name` tell whether a text is one of the round's.

    Codes and names stand where most cells are known, quantities in the last other column with the most whole numbers
    beside them.
    """
    width = max(map(len, rows), default=0)
    code = _most(width, lambda column: sum(is_code(cell(row, column)) for row in rows))
    name = _most(width, lambda column: sum(is_name(cell(row, column)) for row in rows))
    named = [row for row in rows if is_code(cell(row, code)) or is_name(cell(row, name))]
    others = [column for column in range(width) if column not in (code, name)]
    counted = {column: sum(whole_units(cell(row, column)) is not None for row in named) for column in others}
    most = max(counted.values(), default=0)
    quantity = max((column for column in others if counted[column] == most), default=None) if most else None
    return Columns(code, name, quantity)


def _by_headings(row: Sequence[str]) -> dict[str, int]:
    """The first column of each kind that the row names as headings do."""
    found: dict[str, int] = {}
    for column, text in enumerate(row):
        heading = " ".join(re.sub(r"[^a-z ]", " ", text.lower()).split())
        if kind := _HEADINGS.get(heading):
            found.setdefault(kind, column)
    return found


def _most(width: int, count: Callable[[int], int]) -> int | None:
    counts = [count(column) for column in range(width)]
    return counts.index(max(counts)) if any(counts) else None
