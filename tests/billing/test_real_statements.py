"""Bank statements as banks and test suites publish them: the good ones are read, the broken ones refused by line."""

import os
from datetime import date
from pathlib import Path

import pytest

from services.billing.domain.bank_statement import BankStatement
from services.billing.domain.errors import StatementUnreadable
from services.billing.domain.statement_file import read_statement_file

BANK = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "bank"
FILES = sorted(BANK.glob("*/*"))
BROKEN = ("wrong", "malformed", "fail_nice", "february_30")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FILES, reason="the published files are not here: set BURSAR_REAL_DATA"),
]


def read(file: Path) -> BankStatement:
    return read_statement_file(file.read_bytes(), "current", None, lambda _: None)[0]


@pytest.mark.parametrize("file", [file for file in FILES if not any(word in file.name for word in BROKEN)], ids=str)
def test_good_files_are_read(file: Path) -> None:
    found = read(file)
    assert found.lines
    assert all(line.amount_pence and line.account and line.currency for line in found.lines)


@pytest.mark.parametrize("file", [file for file in FILES if any(word in file.name for word in BROKEN)], ids=str)
def test_broken_files_are_refused_with_their_line(file: Path) -> None:
    with pytest.raises(StatementUnreadable) as caught:
        read(file)
    assert caught.value.line > 0


@pytest.mark.parametrize(
    ("name", "lines", "pence", "last"),
    [
        ("mt940/cmxl_mt940.sta", 16, 12_327_30, date(2003, 10, 20)),
        ("mt940/jejik_ing.sta", 7, -45_59, date(2010, 7, 23)),
        ("ofx/checking.ofx", 3, -59_50, date(2011, 4, 7)),
        ("ofx/bank_medium.ofx", 3, -345_27, date(2009, 4, 3)),
        ("csv/MonzoDataExport_February2018_2018-02-26_174335.csv", 1, -10_00, date(2018, 2, 25)),
    ],
)
def test_not_a_penny_is_lost(name: str, lines: int, pence: int, last: date) -> None:
    found = read(BANK / name)
    assert (len(found.lines), sum(line.amount_pence for line in found.lines)) == (lines, pence)
    assert found.lines[-1].booked_on == last
