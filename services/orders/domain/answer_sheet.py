"""A purchase order answered in a spreadsheet: the columns that a supplier fills in, and what they say.

Any sheet of the workbook counts that has a row of headings with "Line" and at least one of the columns to fill in. With
a column "School URN" its rows are drops, without one they are lines of the order. A cell left empty says: as ordered.
Order and revision stand in columns of their own, or once anywhere as a label with its value to the right; so may "Your
answer" (accept or reject) and "Your reason". A sheet on which nothing is filled in is no answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final

from contracts.digits import as_whole
from services.orders.domain.answer import DropAnswer, LineAnswer, Substitute, SupplierAnswer
from services.orders.domain.errors import AnswerUnreadable

ORDER: Final = "Order"
REVISION: Final = "Revision"
LINE: Final = "Line"
SCHOOL_URN: Final = "School URN"
YOUR_QUANTITY: Final = "Your quantity"
YOUR_PRICE: Final = "Your price"
YOUR_DATE: Final = "Your date"
SUBSTITUTE_CODE: Final = "Substitute code"
SUBSTITUTE: Final = "Substitute"
YOUR_NOTE: Final = "Your note"
YOUR_ANSWER: Final = "Your answer"
YOUR_REASON: Final = "Your reason"

LINE_COLUMNS: Final = (YOUR_QUANTITY, YOUR_PRICE, YOUR_DATE, SUBSTITUTE_CODE, SUBSTITUTE, YOUR_NOTE)
"""What can be answered of a line; of a drop only the columns of DROP_COLUMNS."""

DROP_COLUMNS: Final = (YOUR_QUANTITY, YOUR_DATE)

_HEADINGS_WITHIN: Final = 30
_MOST_FAULTS: Final = 20
_PRICE: Final = re.compile(r"£?\s*([0-9][0-9,]*(?:\.[0-9]{1,4})?)")
_WHOLE: Final = re.compile(r"[0-9][0-9,]{0,9}")


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """What a filled-in workbook says; the answer is "changes" whenever it says anything of a line."""

    order_number: str
    answer: SupplierAnswer


@dataclass(slots=True)
class _Reading:
    """What has been read so far, over all sheets."""

    order: str = ""
    revision: str = ""
    answer: str = ""
    reason: str = ""
    lines: dict[int, LineAnswer] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    answerable: bool = False


def read_answer_sheets(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> SheetAnswer:
    """What (name, rows of text) of a workbook's sheets answer. Raises AnswerUnreadable with each faulty cell."""
    reading = _Reading()
    for name, rows in sheets:
        _read_sheet(reading, name, rows)
    if not reading.answerable and not reading.answer:
        raise AnswerUnreadable(f"No sheet has the columns “{LINE}” and “{YOUR_QUANTITY}”: take our answer sheet.")
    if not reading.order:
        reading.faults.append(f"The order’s number is missing: it stands beside “{ORDER}”.")
    revision = as_whole(reading.revision)
    if reading.revision and revision is None:
        reading.faults.append(f"“{reading.revision[:20]}” is no revision.")
    if reading.faults:
        faults = {f"cells.{place}": fault for place, fault in enumerate(reading.faults[:_MOST_FAULTS])}
        raise AnswerUnreadable("Some cells cannot be read.", fields=faults)
    return SheetAnswer(reading.order, _answer(reading, revision))


def _answer(reading: _Reading, revision: int | None) -> SupplierAnswer:
    lines = tuple(reading.lines.values())
    if reading.answer.casefold().startswith("reject"):
        return SupplierAnswer("rejected", reading.reason, (), revision)
    if not lines and not reading.answer.casefold().startswith("accept"):
        raise AnswerUnreadable(f"Nothing is filled in: neither a line nor “{YOUR_ANSWER}”.")
    return SupplierAnswer("changes" if lines else "accepted", reading.reason, lines, revision)


def _read_sheet(reading: _Reading, name: str, rows: Sequence[Sequence[str]]) -> None:
    labels = _labels(rows[:_HEADINGS_WITHIN])
    for at, row in enumerate(rows[:_HEADINGS_WITHIN]):
        columns = {cell.strip().casefold(): place for place, cell in reversed(list(enumerate(row))) if cell.strip()}
        if LINE.casefold() in columns and any(each.casefold() in columns for each in LINE_COLUMNS):
            reading.answerable = True
            for number, cells in enumerate(rows[at + 1 :], start=at + 2):
                _read_row(reading, f"{name or 'Sheet'}, row {number}", _named(columns, cells), labels)
            break
    reading.order = reading.order or labels.get(ORDER.casefold(), "")
    reading.revision = reading.revision or labels.get(REVISION.casefold(), "")
    reading.answer = reading.answer or labels.get(YOUR_ANSWER.casefold(), "")
    reading.reason = (reading.reason or labels.get(YOUR_REASON.casefold(), ""))[:1000]


def _labels(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Labels with the value in the cell to the right, as they stand above or beside a table."""
    found: dict[str, str] = {}
    for row in rows:
        headings = {cell.strip().casefold() for cell in row}
        if LINE.casefold() in headings:
            break
        for label, value in pairwise(row):
            if label.strip() and value.strip():
                found.setdefault(label.strip().rstrip(":").casefold(), value.strip())
    return found


def _named(columns: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    return {name: cells[place].strip() for name, place in columns.items() if place < len(cells)}


def _read_row(reading: _Reading, where: str, row: Mapping[str, str], labels: Mapping[str, str]) -> None:
    def cell(column: str) -> str:
        return row.get(column.casefold(), "")

    line_no = as_whole(cell(LINE))
    if line_no is None:
        if any(cell(column) for column in LINE_COLUMNS):
            reading.faults.append(f"{where}: the number of the line is missing.")
        return
    for column, value in ((ORDER, reading.order), (REVISION, reading.revision)):
        if cell(column) and value and cell(column) != value:
            reading.faults.append(f"{where}: {column} is {cell(column)} here and {value} elsewhere.")
    reading.order, reading.revision = cell(ORDER) or reading.order, cell(REVISION) or reading.revision
    urn = cell(SCHOOL_URN) or labels.get(SCHOOL_URN.casefold(), "")
    if urn:
        _read_drop(reading, where, line_no, urn, (cell(YOUR_QUANTITY), cell(YOUR_DATE)))
    else:
        _read_line(reading, where, line_no, {column: cell(column) for column in LINE_COLUMNS})


def _read_drop(reading: _Reading, where: str, line_no: int, urn: str, cells: tuple[str, str]) -> None:
    school_urn = as_whole(urn)
    if school_urn is None:
        reading.faults.append(f"{where}: “{urn[:20]}” is no {SCHOOL_URN}.")
        return
    said = DropAnswer(_units(reading, where, cells[0]), _day(reading, where, cells[1]))
    if said == DropAnswer():
        return
    line = reading.lines.get(line_no, LineAnswer(line_no))
    if school_urn in line.drops:
        reading.faults.append(f"{where}: line {line_no} of school {urn} is answered twice.")
    reading.lines[line_no] = replace(line, drops={**line.drops, school_urn: said})


def _read_line(reading: _Reading, where: str, line_no: int, cells: Mapping[str, str]) -> None:
    if not any(cells.values()):
        return
    before = reading.lines.get(line_no, LineAnswer(line_no))
    if replace(before, drops={}) != LineAnswer(line_no):
        reading.faults.append(f"{where}: line {line_no} is answered twice.")
    code, name = cells[SUBSTITUTE_CODE], cells[SUBSTITUTE]
    if bool(code) != bool(name):
        reading.faults.append(f"{where}: a substitute has a code and a name.")
    reading.lines[line_no] = replace(
        before,
        quantity=_units(reading, where, cells[YOUR_QUANTITY]),
        unit_price=_price(reading, where, cells[YOUR_PRICE]),
        promised_on=_day(reading, where, cells[YOUR_DATE]),
        substitute=Substitute(code[:60], name[:200]) if code and name else None,
        note=cells[YOUR_NOTE][:500],
    )


def _units(reading: _Reading, where: str, cell: str) -> int | None:
    if not cell:
        return None
    if _WHOLE.fullmatch(cell):
        return int(cell.replace(",", ""))
    reading.faults.append(f"{where}: {YOUR_QUANTITY} “{cell}” is no whole number.")
    return None


def _price(reading: _Reading, where: str, cell: str) -> Decimal | None:
    if not cell:
        return None
    found = _PRICE.fullmatch(cell)
    if found:
        return Decimal(found[1].replace(",", ""))
    try:
        rounded = Decimal(cell).quantize(Decimal("0.0001"))
        if rounded.is_finite() and rounded >= 0 and abs(rounded - Decimal(cell)) < Decimal("1e-9"):
            return rounded  # 0.1 + 0.2, as spreadsheets reckon it
    except InvalidOperation:
        rounded = Decimal(0)
    reading.faults.append(f"{where}: {YOUR_PRICE} “{cell}” is no price in pounds with at most four decimals.")
    return None


def _day(reading: _Reading, where: str, cell: str) -> date | None:
    if not cell:
        return None
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y"):
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 -- a day, not a moment
        except ValueError:
            continue
    reading.faults.append(f"{where}: {YOUR_DATE} “{cell}” is no day; write it as 2026-11-24 or 24/11/2026.")
    return None
