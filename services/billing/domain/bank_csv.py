"""Bank statements as CSV: a header, then a row for each movement, in whatever columns the bank has.

UTF-8 or Windows-1252; fields between commas, semicolons or tabs. Lines above the header (an account's name) and empty
rows behind the last movement are passed over. Every row ends with a line end, the last as well: without it the file
counts as cut short. Where running balances do not follow from the amounts, the statement says so.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.billing.domain.bank_statement import BankStatement, StatementLine
from services.billing.domain.csv_amounts import Booked, balances_warning, directed, pence_or_none, read_pence
from services.billing.domain.csv_columns import (
    Columns,
    balance_column,
    direction_column,
    folded,
    guess_columns,
    read_day,
)
from services.billing.domain.errors import ColumnsUnknown, StatementUnreadable

LARGEST_BYTES: Final = 8 * 1024 * 1024
_MOST_LINES: Final = 100_000
_LONGEST_FIELD: Final = 500
_HEADER_WITHIN: Final = 20
_DELIMITERS: Final = ",;\t"
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BankTable:
    """The rows of a file, each with its line, beginning with the one that may be the header."""

    rows: Sequence[tuple[int, list[str]]]

    @property
    def header(self) -> Sequence[str]:
        """The first row as it is written."""
        return self.rows[0][1]


def read_bank_table(data: bytes) -> BankTable:
    """The rows of a CSV file from its header on. Raises StatementUnreadable with line and reason."""
    if len(data) > LARGEST_BYTES:
        raise StatementUnreadable("the file is too large")
    content = _decoded(data)
    if not content.strip():
        raise StatementUnreadable("the file is empty")
    if not content.endswith(("\n", "\r")):
        raise StatementUnreadable("the last row has no line end: the file is cut short", line=content.count("\n") + 1)
    rows = _rows(content)
    return BankTable(rows[_header_place(rows) :])


def read_bank_csv(table: BankTable, account: str, columns: Columns | None = None) -> BankStatement:
    """The movements of `account`, in pounds unless a column says otherwise.

    Without `columns` the header must speak for itself. Raises ColumnsUnknown, StatementUnreadable with line and reason.
    """
    columns = columns or guess_columns(table.header)
    places = {folded(name): place for place, name in reversed(list(enumerate(table.header))) if folded(name)}
    if columns is None or not columns.names() <= set(places):
        raise ColumnsUnknown([name for name in table.header if name.strip()])
    lines = [_line(row, number, account, columns, places) for number, row in table.rows[1:]]
    days = [line.booked_on for line in lines]
    warnings = balances_warning(account, _booked(table, lines, places))
    return BankStatement(account, min(days, default=None), max(days, default=None), tuple(lines), tuple(warnings))


def _header_place(rows: Sequence[tuple[int, list[str]]]) -> int:
    """Which row is the header: one that speaks for itself, else the one above the first movement, else the first."""
    for place, (_, row) in enumerate(rows[:_HEADER_WITHIN]):
        if guess_columns(row):
            return place
    first = next((place for place, (_, row) in enumerate(rows[:_HEADER_WITHIN]) if _is_movement(row)), None)
    if first == 0:
        fault = "no row names the columns: put one such as Date,Description,Amount above the first movement"
        raise StatementUnreadable(fault, line=rows[0][0])
    return first - 1 if first else 0


def _is_movement(row: Sequence[str]) -> bool:
    """Whether a row holds a day and an amount with its pence, as no header does."""
    has_day = any(read_day(value, "dmy") or read_day(value, "mdy") for value in row)
    return has_day and any(value[-3:-2] == "." and pence_or_none(value) is not None for value in row)


def _booked(table: BankTable, lines: Sequence[StatementLine], places: dict[str, int]) -> list[Booked]:
    """What the running balances are held to; nothing where the header names no balance."""
    place = balance_column(places)
    if place is None or len({line.currency for line in lines}) > 1:
        return []
    rows = (row for _, row in table.rows[1:])
    return [
        Booked(line.line, line.amount_pence, pence_or_none(row[place])) for line, row in zip(lines, rows, strict=True)
    ]


def _decoded(data: bytes) -> str:
    fault: UnicodeDecodeError | None = None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as caught:
            fault = caught
    line = data[: fault.start].count(b"\n") + 1 if fault else 0
    raise StatementUnreadable("neither UTF-8 nor Windows-1252 text", line=line) from fault


def _rows(content: str) -> list[tuple[int, list[str]]]:
    first = next((row for row in content.splitlines() if any(mark in row for mark in _DELIMITERS)), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            rows.append((reader.line_num, [" ".join(value.split()) for value in row]))
            if len(rows) > _MOST_LINES:
                raise StatementUnreadable(f"more than {_MOST_LINES} lines", line=reader.line_num)
    except csv.Error as fault:
        raise StatementUnreadable(f"not CSV: {fault}", line=reader.line_num) from fault
    while rows and not any(rows[-1][1]):
        rows.pop()
    if not rows:
        raise StatementUnreadable("the file is empty")
    return rows


def _line(row: list[str], number: int, account: str, columns: Columns, places: dict[str, int]) -> StatementLine:
    needed = max(places.values()) + 1
    if len(row) < needed or any(row[needed:]):
        raise StatementUnreadable(f"{len(row)} fields, {needed} are needed", line=number)
    if max(map(len, row)) > _LONGEST_FIELD or any("\0" in value for value in row):
        raise StatementUnreadable(
            f"a field is longer than {_LONGEST_FIELD} characters or holds a zero byte", line=number
        )

    def told(name: str | None) -> str:
        return row[places[folded(name)]] if name else ""

    booked_on = read_day(told(columns.date), columns.date_order)
    if booked_on is None:
        raise StatementUnreadable(f"{told(columns.date)[:30]!r} is not a date such as 30/11/2026", line=number)
    if columns.amount:
        way = direction_column(places)
        pence = directed(read_pence(told(columns.amount), number), "" if way is None else row[way])
    else:
        pence = _one_of(told(columns.paid_in), told(columns.paid_out), number)
    return StatementLine(
        line=number,
        account=account,
        booked_on=booked_on,
        amount_pence=pence,
        currency=_currency(told(columns.currency), number),
        counterparty=told(columns.counterparty),
        reference=told(columns.reference),
        bank_reference=told(columns.identity),
    )


def _currency(raw: str, number: int) -> str:
    """A currency's code, GBP where the row says none."""
    code = "GBP" if raw in ("", "£") else raw.upper()
    if not _CURRENCY.fullmatch(code):
        raise StatementUnreadable(f"{raw[:30]!r} is not a currency such as GBP", line=number)
    return code


def _one_of(paid_in: str, paid_out: str, number: int) -> int:
    """Paid in less paid out, of which a row has one; banks write the other as nothing or as 0."""
    came, went = (read_pence(raw, number) if raw else 0 for raw in (paid_in, paid_out))
    if bool(came) == bool(went):
        raise StatementUnreadable("either what was paid in or what was paid out is needed", line=number)
    return came - abs(went)
