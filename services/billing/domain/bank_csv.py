"""The one CSV layout for bank statements.

UTF-8 (with or without a byte order mark), first row `date,amount,counterparty,reference`; dates as 2026-11-30, amounts
in pounds with a point and no thousands separators (in positive, out negative); commas inside a field are quoted. Every
row ends with a line end, the last as well: without it the file counts as cut short.
"""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Final

from services.billing.domain.bank_statement import BankStatement, StatementLine
from services.billing.domain.errors import StatementUnreadable

HEADER: Final = ("date", "amount", "counterparty", "reference")
LARGEST_BYTES: Final = 8 * 1024 * 1024
_MOST_LINES: Final = 100_000
_LONGEST_FIELD: Final = 500
_AMOUNT: Final = re.compile(r"[+-]?\d{1,11}(\.\d{1,2})?", re.ASCII)


def read_bank_csv(data: bytes, account: str) -> BankStatement:
    """Read a CSV statement of `account`, in pounds. Raises StatementUnreadable with line and reason."""
    if len(data) > LARGEST_BYTES:
        raise StatementUnreadable("the file is too large")
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise StatementUnreadable("not UTF-8 text", line=data[: fault.start].count(b"\n") + 1) from fault
    if not content.strip():
        raise StatementUnreadable("the file is empty")
    if not content.endswith(("\n", "\r")):
        raise StatementUnreadable("the last row has no line end: the file is cut short", line=content.count("\n") + 1)
    lines = _rows(content, account)
    days = [line.booked_on for line in lines]
    return BankStatement(account, min(days, default=None), max(days, default=None), tuple(lines))


def _rows(content: str, account: str) -> list[StatementLine]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    lines: list[StatementLine] = []
    try:
        header = tuple(field.strip().lower() for field in next(reader))
        if header != HEADER:
            raise StatementUnreadable(f"the first row must be {','.join(HEADER)}", line=1)
        for row in reader:
            lines.append(_row(row, reader.line_num, account))
            if len(lines) > _MOST_LINES:
                raise StatementUnreadable(f"more than {_MOST_LINES} lines", line=reader.line_num)
    except csv.Error as fault:
        raise StatementUnreadable(f"not CSV: {fault}", line=reader.line_num) from fault
    return lines


def _row(row: list[str], line: int, account: str) -> StatementLine:
    if len(row) != len(HEADER):
        raise StatementUnreadable(f"{len(row)} fields, {len(HEADER)} are needed", line=line)
    day, amount, counterparty, reference = (" ".join(field.split()) for field in row)
    if not _AMOUNT.fullmatch(amount):
        raise StatementUnreadable(f"{amount[:30]!r} is not an amount in pounds", line=line)
    if max(len(counterparty), len(reference)) > _LONGEST_FIELD or "\0" in counterparty + reference:
        raise StatementUnreadable(f"a field is longer than {_LONGEST_FIELD} characters or holds a zero byte", line=line)
    try:
        booked_on = date.fromisoformat(day)
    except ValueError as fault:
        raise StatementUnreadable(f"{day[:30]!r} is not a date such as 2026-11-30", line=line) from fault
    return StatementLine(line, account, booked_on, int(Decimal(amount) * 100), "GBP", counterparty, reference)
