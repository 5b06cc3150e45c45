"""Files of schools and people as tables of text: decoded, recognised and refused whole when broken.

Four layouts are known by their columns: the national register (Get Information about Schools, cp1252), the school
census (UTF-8, mostly with a byte order mark), and sheets of one's own, of schools or their pupils and of people.
Columns are found by name, so their number and order may vary.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from services.members.domain.errors import SchoolFileUnreadable

if TYPE_CHECKING:
    import _csv

Layout = Literal["register", "census", "sheet", "people"]

REGISTER_COLUMNS: Final = frozenset(
    {
        "urn",
        "la (code)",
        "establishmentnumber",
        "establishmentname",
        "typeofestablishment (code)",
        "establishmentstatus (name)",
        "phaseofeducation (name)",
        "statutorylowage",
        "statutoryhighage",
        "numberofpupils",
        "censusdate",
        "closedate",
        "town",
        "postcode",
    }
)
CENSUS_COLUMNS: Final = frozenset({"urn", "la", "estab", "schooltype", "nor"})

PEOPLE_COLUMNS: Final = frozenset({"name", "e-mail", "role"})

MOST_BYTES: Final = 200_000_000
_LAYOUTS: Final[tuple[tuple[Layout, frozenset[str]], ...]] = (
    ("register", REGISTER_COLUMNS),
    ("census", CENSUS_COLUMNS),
    ("people", PEOPLE_COLUMNS),
    ("sheet", frozenset({"urn", "name"})),
    ("sheet", frozenset({"urn", "pupils"})),
)
_CALLED: Final[Mapping[Layout, str]] = {
    "register": "the national register",
    "census": "the school census",
    "people": "a sheet of people",
    "sheet": "a sheet of schools",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """One record: the line it starts on (the header is line 1) and its values by lower-case column name."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SchoolTable:
    """A whole file that has a sound structure, of schools or (`people`) of those who act for them."""

    layout: Layout
    rows: tuple[TableRow, ...]


def read_table(content: bytes) -> SchoolTable:
    """Read a CSV file. Raises SchoolFileUnreadable, naming the line, if its structure is broken anywhere."""
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
    return _table(_records(reader))


def table_of(rows: Sequence[Sequence[str]]) -> SchoolTable:
    """The table in the rows of a spreadsheet, whose rows may end early. Raises SchoolFileUnreadable."""
    width = len(rows[0]) if rows else 0
    padded = ((line, [*row, *[""] * (width - len(row))]) for line, row in enumerate(rows, start=1))
    return _table((line, row) for line, row in padded if any(value.strip() for value in row))


def _table(records: Iterator[tuple[int, list[str]]]) -> SchoolTable:
    try:
        _, header = next(records)
    except StopIteration:
        raise SchoolFileUnreadable("The file is empty.") from None
    columns = [name.strip().lower() for name in header]
    layout = _recognised(columns)
    rows = []
    for line, record in records:
        if len(record) != len(columns):
            raise SchoolFileUnreadable(
                f"Line {line}: {len(record)} values where the header has {len(columns)} columns."
            )
        rows.append(TableRow(line, dict(zip(columns, (value.strip() for value in record), strict=True))))
    if not rows:
        raise SchoolFileUnreadable("The file has a header and no rows.")
    return SchoolTable(layout, tuple(rows))


def _decoded(content: bytes) -> str:
    """UTF-8 where it is that, otherwise cp1252: accented cp1252 text is practically never valid UTF-8."""
    if len(content) > MOST_BYTES:
        raise SchoolFileUnreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    if b"\x00" in content:
        raise SchoolFileUnreadable("The file is not text: it holds zero bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError as fault:
            line = content.count(b"\n", 0, fault.start) + 1
            raise SchoolFileUnreadable(f"Line {line}: neither UTF-8 nor cp1252 text.") from fault


def _records(reader: "_csv.Reader") -> Iterator[tuple[int, list[str]]]:
    """Records with the line they start on; a quoted value may span lines. Blank lines are passed over."""
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise SchoolFileUnreadable(f"Line {line}: {fault}.") from fault
        if any(value.strip() for value in record):
            yield line, record


def _recognised(columns: list[str]) -> Layout:
    if len(set(columns)) != len(columns):
        raise SchoolFileUnreadable("Line 1: a column stands there twice.")
    for layout, needed in _LAYOUTS:
        if needed <= set(columns):
            return layout
    layout, needed = min(_LAYOUTS, key=lambda known: len(known[1] - set(columns)) / len(known[1]))
    raise SchoolFileUnreadable(
        "Line 1: these columns are neither the national register’s, nor the school census’s, nor those of a sheet of"
        f" schools or people. For {_CALLED[layout]} these are missing: {', '.join(sorted(needed - set(columns)))}."
    )
