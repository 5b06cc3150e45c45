"""Bank statements as CSV: a header, then a row for each movement, in whatever columns the bank has.

UTF-8 or Windows-1252; fields between commas, semicolons or tabs. Lines above the header (an account's name) are passed
over. Every row ends with a line end, the last as well: without it the file counts as cut short.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.billing.domain.bank_statement import BankStatement, StatementLine
from services.billing.domain.csv_columns import Columns, folded, guess_columns, read_day
from services.billing.domain.errors import ColumnsUnknown, StatementUnreadable

LARGEST_BYTES: Final = 8 * 1024 * 1024
_MOST_LINES: Final = 100_000
_LONGEST_FIELD: Final = 500
_HEADER_WITHIN: Final = 20
_AMOUNT: Final = re.compile(r"([+-]?)£?([+-]?)(\d{1,11}|\d{1,3}(?:,\d{3})+)(\.\d{1,2})?", re.ASCII)


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
    for position, (_, row) in enumerate(rows[:_HEADER_WITHIN]):
        if guess_columns(row):
            return BankTable(rows[position:])
    return BankTable(rows)


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
    return BankStatement(account, min(days, default=None), max(days, default=None), tuple(lines))


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
    first = content.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            rows.append((reader.line_num, [" ".join(value.split()) for value in row]))
            if len(rows) > _MOST_LINES:
                raise StatementUnreadable(f"more than {_MOST_LINES} lines", line=reader.line_num)
    except csv.Error as fault:
        raise StatementUnreadable(f"not CSV: {fault}", line=reader.line_num) from fault
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
        pence = _pence(told(columns.amount), number)
    else:
        pence = _one_of(told(columns.paid_in), told(columns.paid_out), number)
    return StatementLine(
        line=number,
        account=account,
        booked_on=booked_on,
        amount_pence=pence,
        currency=told(columns.currency).upper() or "GBP",
        counterparty=told(columns.counterparty),
        reference=told(columns.reference),
        bank_reference=told(columns.identity),
    )


def _one_of(paid_in: str, paid_out: str, number: int) -> int:
    """Paid in less paid out, of which a row has one; banks write the other as nothing or as 0."""
    came, went = (_pence(raw, number) if raw else 0 for raw in (paid_in, paid_out))
    if bool(came) == bool(went):
        raise StatementUnreadable("either what was paid in or what was paid out is needed", line=number)
    return came - abs(went)


def _pence(raw: str, number: int) -> int:
    found = _AMOUNT.fullmatch(raw)
    if found is None or (found[1] and found[2]):
        raise StatementUnreadable(f"{raw[:30]!r} is not an amount in pounds", line=number)
    pence = int(Decimal(found[3].replace(",", "") + (found[4] or "")) * 100)
    return -pence if "-" in (found[1], found[2]) else pence
