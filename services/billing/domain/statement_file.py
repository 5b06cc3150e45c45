"""Which format a bank's file has, and reading it: the content decides, whatever it was sent as."""

from collections.abc import Callable, Sequence
from typing import Final

from services.billing.domain.bank_csv import read_bank_csv, read_bank_table
from services.billing.domain.bank_statement import BankStatement
from services.billing.domain.camt import read_camt
from services.billing.domain.csv_columns import Columns
from services.billing.domain.errors import StatementUnreadable
from services.billing.domain.ofx import is_ofx, read_ofx
from services.billing.domain.swift_mt940 import is_mt940, read_mt940

_OTHER_FILES: Final = (b"PK", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")

Remembered = Callable[[Sequence[str]], Columns | None]
"""The columns that somebody chose for a CSV header before."""


def read_statement_file(
    data: bytes, account: str, columns: Columns | None, remembered: Remembered
) -> tuple[BankStatement, Sequence[str] | None]:
    """A statement in camt.053, MT940, OFX or CSV, and the header if it is CSV.

    `account` is whose statement a CSV file is; the others name it. Raises StatementUnreadable, XmlNotAllowed,
    ColumnsUnknown.
    """
    if data.startswith(_OTHER_FILES):
        raise StatementUnreadable("a spreadsheet, PDF or picture: ask the bank for camt.053, MT940, OFX or CSV")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise StatementUnreadable("a zero byte, as in files that are saved as UTF-16: save it as UTF-8", line=line)
    if is_ofx(data):
        return read_ofx(data), None
    if data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return read_camt(data), None
    if is_mt940(data):
        return read_mt940(data), None
    table = read_bank_table(data)
    return read_bank_csv(table, account, columns or remembered(table.header)), table.header
