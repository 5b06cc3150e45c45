"""Tables for people as XLSX files, of any length: written while they are read, and never whole in memory.

XlsxWriter makes the frame (package, styles, headings); the rows are put into its sheets one by one, so that the file
begins to arrive at once. With XlsxWriter alone it would exist only when its last row is written.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import islice
from typing import Any, Final, cast

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
ROWS_A_SHEET: Final = 1_000_000
"""A sheet holds 1,048,576 rows; a longer table goes on in the next."""

_ROWS_AT_ONCE: Final = 500
_TEXT_WIDTH, _NUMBER_WIDTH = 24, 13
_DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")
_STYLE: Final = re.compile(rb' style="([0-9]+)"')
_PENCE: Final = -2
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Cell = str | int | Decimal | None


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its title, its headings, and rows of as many cells each."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def table_as_xlsx(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, most_rows: int
) -> Iterator[bytes]:
    """A table as an XLSX file, block by block. Whole numbers and prices (Decimal) are numbers, texts never formulas.

    `title` names the sheet; `most_rows` is at least the number of rows: they fill as many sheets as they need.
    """
    count = max(1, -(-most_rows // ROWS_A_SHEET))
    rows = iter(rows)
    titles = [title] if count == 1 else [f"{title} {place}" for place in range(1, count + 1)]
    return tables_as_xlsx([Table(name, headings, rows) for name in titles])


def tables_as_xlsx(tables: Sequence[Table]) -> Iterator[bytes]:
    """Tables as an XLSX file, block by block, each on a sheet of its own; rows beyond what a sheet holds are left to
    the next one, if it has the same rows. A Decimal in whole pence is shown with two decimals, any other with four.
    """
    frame = zipfile.ZipFile(io.BytesIO(_frame(tables)))
    sheets = {f"xl/worksheets/sheet{place}.xml": table for place, table in enumerate(tables, 1)}
    out = _Outlet()
    with zipfile.ZipFile(cast(Any, out), "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name in frame.namelist():
            table = sheets.get(name)
            if table is None:
                book.writestr(name, frame.read(name))
                continue
            head, tail = _DIMENSION.sub(b"", frame.read(name)).split(b"</sheetData>")
            write, rows = (
                _Rows(len(table.headings), [found.decode() for found in _STYLE.findall(head)]),
                iter(table.rows),
            )
            with book.open(name, "w", force_zip64=True) as sheet:
                sheet.write(head)
                for first in range(2, ROWS_A_SHEET + 2, _ROWS_AT_ONCE):
                    block = list(islice(rows, _ROWS_AT_ONCE))
                    sheet.write("".join(write.row(first + place, row) for place, row in enumerate(block)).encode())
                    yield out.taken()
                    if len(block) < _ROWS_AT_ONCE:
                        break
                sheet.write(b"</sheetData>" + tail)
    yield out.taken()


def _frame(tables: Sequence[Table]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        price = book.add_format({"num_format": "#,##0.0000"})
        money = book.add_format({"num_format": "#,##0.00"})
        for table in tables:
            sheet = book.add_worksheet(table.title)
            for at, heading in enumerate(table.headings):
                sheet.write_string(0, at, heading, head)
                sheet.set_column(at, at, max(_NUMBER_WIDTH, min(_TEXT_WIDTH, len(heading) + 4)))
            for at, style in enumerate((price, money), len(table.headings)):
                sheet.set_column(at, at, None, style)  # one that nothing uses is left out
            sheet.freeze_panes(1, 0)
    return file.getvalue()


class _Rows:
    """Rows of a sheet; `styles` are the numbers of the formats of prices and of money."""

    def __init__(self, width: int, styles: Sequence[str]) -> None:
        self._columns = [xl_col_to_name(at) for at in range(width)]
        self._price, self._money = styles

    def row(self, number: int, cells: Sequence[Cell]) -> str:
        """One row, numbered from 1; empty cells are left out."""
        written = [
            self._cell(f"{column}{number}", cell)
            for column, cell in zip(self._columns, cells, strict=True)
            if cell is not None and cell != ""
        ]
        return f'<row r="{number}">{"".join(written)}</row>'

    def _cell(self, where: str, cell: str | int | Decimal) -> str:
        if isinstance(cell, str):
            return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        style = ""
        if isinstance(cell, Decimal):
            style = f' s="{self._money if cell.as_tuple().exponent == _PENCE else self._price}"'
        return f'<c r="{where}"{style}><v>{cell}</v></c>'


@lru_cache(4096)
def _text(text: str) -> str:
    """Most texts of a long table stand in it often."""
    return escape(_UNPRINTABLE.sub("", harmless(text)))


class _Outlet(io.RawIOBase):
    """Takes what the archive writes, for the next block; it cannot seek, so the archive is written straight on."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep bytes until they are taken."""
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        block = bytes(self._written)
        self._written.clear()
        return block
