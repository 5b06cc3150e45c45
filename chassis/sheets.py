"""Tables that people bring: text copied from a spreadsheet, CSV and XLSX files, as rows of text cells.

A file comes from outside, so its unpacked size and the extent of its sheet are bounded before anything is built of it.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

MOST_CELLS: Final = 2_000_000
_MOST_UNPACKED: Final = 96 * 1024 * 1024
_DELIMITERS: Final = "\t;,|"
_CELL_AT: Final = re.compile(rb"""[\s]r\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")

Cell = str | int | float | bool | date | datetime | time | timedelta


class SheetUnreadable(Exception):
    """The file is no table that can be read; the message says why, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of text, the first being row 1 of the sheet; `others` names further sheets that hold something too."""

    rows: list[list[str]]
    name: str = ""
    others: tuple[str, ...] = ()


def read_file(content: bytes) -> Sheet:
    """The first sheet that holds anything of an XLSX file, or a CSV file as a whole. Raises SheetUnreadable."""
    if content.startswith(b"PK\x03\x04"):
        return _read_workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetUnreadable("This is an old Excel file, or one with a password. Save it as .xlsx or CSV.")
    return Sheet(read_text(_decoded(content)))


def read_sheets(content: bytes) -> list[Sheet]:
    """Every sheet that holds anything, of an XLSX file or of a CSV file, which is one. Raises SheetUnreadable."""
    if content.startswith(b"PK\x03\x04"):
        return [Sheet([[_text(cell) for cell in row] for row in rows], name) for name, rows in _filled_sheets(content)]
    return [read_file(content)]


def read_text(text: str) -> list[list[str]]:
    """The rows of a CSV file, or of cells copied from a spreadsheet. Raises SheetUnreadable."""
    if "\x00" in text:
        raise SheetUnreadable("This is neither a spreadsheet nor a CSV file.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda mark: (first.count(mark), -_DELIMITERS.index(mark)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in reader:
            cells += len(row)
            if cells > MOST_CELLS:
                raise SheetUnreadable(f"This table has more than {MOST_CELLS:,} cells.")
            rows.append([cell.strip() for cell in row])
    except csv.Error as fault:
        raise SheetUnreadable(f"Line {reader.line_num} cannot be read: {fault}.") from fault
    return rows


def _decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 if the file says or shows so, otherwise what Windows programs write in Britain."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_workbook(content: bytes) -> Sheet:
    filled = _filled_sheets(content)
    if not filled:
        return Sheet([])
    name, rows = filled[0]
    return Sheet([[_text(cell) for cell in row] for row in rows], name, tuple(other for other, _ in filled[1:]))


def _filled_sheets(content: bytes) -> list[tuple[str, list[list[Cell]]]]:
    try:
        _must_be_modest(content)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        filled = []
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                filled.append((name, rows))
    except (CalamineError, zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        raise SheetUnreadable("This file is damaged, or no Excel workbook (.xlsx).") from fault
    return filled


def _must_be_modest(content: bytes) -> None:
    """Refuse what unpacks to far more than people write, and a cell so far out that the sheet would not fit."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
        if "xl/workbook.xml" not in packed.namelist():
            raise ValueError("not a workbook")
        if sum(member.file_size for member in members) > _MOST_UNPACKED:
            raise SheetUnreadable("This workbook is too large once unpacked. Save its first sheet as CSV.")
        for member in members:
            _must_fit(packed.read(member))


def _must_fit(xml: bytes) -> None:
    rows = columns = 0
    for column, row in _CELL_AT.findall(xml):
        columns, rows = max(columns, _column(column)), max(rows, int(row))
    if rows * columns > MOST_CELLS:
        raise SheetUnreadable(f"A sheet reaches over more than {MOST_CELLS:,} cells. Delete what lies far outside.")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: Cell) -> str:
    """A cell as it reads: whole numbers without decimals, times as ISO 8601."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (date, datetime, time)):
        return cell.isoformat()
    return str(cell).strip()
