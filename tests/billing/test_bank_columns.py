"""Bank statements as CSV in the columns of any bank: guessed, or chosen once and remembered."""

from datetime import date

import pytest
from werkzeug.test import TestResponse

from services.billing.domain.bank_csv import read_bank_csv, read_bank_table
from services.billing.domain.bank_statement import StatementLine
from services.billing.domain.csv_columns import Columns
from services.billing.domain.errors import ColumnsUnknown, StatementUnreadable
from tests.billing.world import MANAGER, World, answered

SEEN = [(date(2026, 11, 24), 44676, "B-000001/900001"), (date(2026, 11, 25), -134028, "SI-000001")]


def read(content: bytes, columns: Columns | None = None) -> tuple[StatementLine, ...]:
    return read_bank_csv(read_bank_table(content), "current", columns).lines


@pytest.mark.parametrize(
    "content",
    [
        b"Date,Details,Debit,Credit,Balance\n24/11/2026,B-000001/900001,,446.76,1\n25/11/2026,SI-000001,1340.28,,2\n",
        b"Date,Details,Money out,Money in\n24/11/26,B-000001/900001,0.00,446.76\n25/11/26,SI-000001,-1340.28,0.00\n",
        b"id,created,amount,notes\na,2026-11-24 10:00:00,446.76,B-000001/900001\nb,2026-11-25T09Z,-1340.28,SI-000001\n",
        "Account name:;General\nBooking date;Amount;Reference\n24 Nov 2026;£446.76;B-000001/900001\n"
        '25-Nov-26;"-£1,340.28";SI-000001\n'.encode(),
        b"Date\tDescription\tAmount\r\n24-11-2026\tB-000001/900001\t+446.76\r\n25.11.2026\tSI-000001\t-1340.28\r\n",
        "Date,Name,Reference,Amount\n24/11/2026,Caf\u00e9,B-000001/900001,446.76\n".encode("cp1252")
        + b"25/11/2026,Ash,SI-000001,-1340.28\n",
    ],
)
def test_headers_of_banks_speak_for_themselves(content: bytes) -> None:
    assert [(line.booked_on, line.amount_pence, line.reference) for line in read(content)] == SEEN


def test_names_references_and_currencies_are_told_apart() -> None:
    (line,) = read(b"Date,Description,Reference,Amount,Currency,ID\n2026-11-24,Ash Primary,B-1,1.00,eur,77\n")
    assert (line.counterparty, line.reference, line.currency, line.bank_reference) == (
        "Ash Primary",
        "B-1",
        "EUR",
        "77",
    )


@pytest.mark.parametrize(
    ("written", "pence"),
    [("(12.50)", -1250), ("12.50-", -1250), ("£12.50 DR", -1250), ("12.50cr", 1250), ("\N{MINUS SIGN}.50", -50)],
)
def test_amounts_are_read_as_programs_write_them(written: str, pence: int) -> None:
    (line,) = read(f"Date,Description,Amount\n2026-11-24,Ash,{written}\n".encode())
    assert line.amount_pence == pence


@pytest.mark.parametrize(("marked", "pence"), [("DR", -1000), ("Debit", -1000), ("CR", 1000), ("BACS", 1000)])
def test_what_a_column_marks_as_a_debit_went_out(marked: str, pence: int) -> None:
    (line,) = read(f"Date,Description,Type,Amount\n2026-11-24,Ash,{marked},10.00\n".encode())
    assert line.amount_pence == pence


def test_a_debit_that_is_negative_already_stays_so() -> None:
    (line,) = read(b"Date,Description,Type,Amount\n2026-11-24,Ash,DR,-10.00\n")
    assert line.amount_pence == -1000


BALANCES = "Date,Description,Amount,Balance\n24/11/2026,Ash,10.00,{}\n25/11/2026,Elm,-4.00,{}\n26/11/2026,Oak,1.00,{}\n"


@pytest.mark.parametrize(
    "balances",
    [
        ("110.00", "106.00", "107.00"),
        ("107.00", "97.00", "101.00"),
        ("110.00", "", "107.00"),
        ("", "", "9.00"),
        ("1.00", "1.00", "1.00"),
    ],
)
def test_running_balances_may_run_either_way_and_have_gaps(balances: tuple[str, ...]) -> None:
    assert not read_bank_csv(read_bank_table(BALANCES.format(*balances).encode()), "current").warnings


def test_running_balances_that_do_not_follow_are_told() -> None:
    (warning,) = read_bank_csv(
        read_bank_table(BALANCES.format("110.00", "106.00", "117.00").encode()), "current"
    ).warnings
    assert "the balance in line 4 is 117.00, the amounts give 107.00. Lines are missing or changed" in warning


def test_a_header_below_other_lines_is_found_by_the_movement_under_it() -> None:
    table = read_bank_table(b"Account: General\n\nBooked;What;Sum\n24/11/2026;B-1;10.00\n")
    assert list(table.header) == ["Booked", "What", "Sum"]


@pytest.mark.parametrize("day", ["24 Novxyz 2026", "24 Nev 2026"])
def test_only_months_are_months(day: str) -> None:
    with pytest.raises(StatementUnreadable, match="not a date"):
        read(f"Date,Description,Amount\n{day},Ash,10.00\n".encode())


def test_a_currency_is_three_letters() -> None:
    with pytest.raises(StatementUnreadable, match="'Pounds' is not a currency") as caught:
        read(b"Date,Description,Amount,Currency\n2026-11-24,Ash,10.00,Pounds\n")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"24/11/2026,x,,\n", "either what was paid in or"),
        (b"24/11/2026,x,1.00,2.00\n", "either what was paid in or"),
        (b"24/11/2026,x,ten,\n", "not an amount"),
        (b"30/02/2026,x,1.00,\n", "not a date"),
        (b"11/24/2026,x,1.00,\n", "not a date"),
        (b"24/11/2026,x,1,340.28,x\n", "5 fields"),
    ],
)
def test_a_row_that_says_two_things_or_none_refuses_the_file(row: bytes, reason: str) -> None:
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        read(b"Date,Details,Debit,Credit\n24/11/2026,ok,1.00,\n" + row)
    assert caught.value.line == 3


UNKNOWN = b"Tag,Betrag,Zweck\n04/05/2026,446.76,B-000001/900001\n"


def test_a_header_that_says_nothing_is_told_column_by_column() -> None:
    with pytest.raises(ColumnsUnknown) as caught:
        read(UNKNOWN)
    assert caught.value.header == ["Tag", "Betrag", "Zweck"]
    chosen = Columns(date="Tag", amount="Betrag", reference="Zweck", date_order="mdy")
    assert read(UNKNOWN, chosen)[0].booked_on == date(2026, 4, 5)
    with pytest.raises(ColumnsUnknown):
        read(UNKNOWN, Columns(date="Tag", amount="Sum", reference="Zweck"))


def test_chosen_columns_are_remembered_for_the_header(world: World) -> None:
    assert world.upload(UNKNOWN, "text/csv").get_json()["code"] == "columns_unknown"
    half = _send(world, "date=Tag&reference=Zweck")
    assert (half.status_code, half.get_json()["code"]) == (422, "validation_failed")
    told = _send(world, "date=Tag&amount=Betrag&reference=Zweck&date_order=dmy")
    assert answered(told, 201)["from_on"] == "2026-05-04"
    again = answered(world.upload(UNKNOWN.replace(b"446.76", b"1.00"), "text/csv"), 201)
    assert (again["from_on"], again["new"]) == ("2026-05-04", 1)


def _send(world: World, columns: str) -> TestResponse:
    return world.a(MANAGER).post(f"/bank-statements?{columns}", data=UNKNOWN, content_type="text/csv")
