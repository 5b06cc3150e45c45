"""Bank statements: camt.053 and the one CSV layout, read whole or refused whole."""

from datetime import date

import pytest

from contracts.errors import XmlNotAllowed
from services.billing.domain.bank_csv import read_bank_csv, read_bank_table
from services.billing.domain.bank_statement import fingerprints
from services.billing.domain.camt import read_camt
from services.billing.domain.errors import StatementUnreadable
from tests.billing.documents import billion_laughs, camt, entry

CSV = (
    b"date,amount,counterparty,reference\n"
    b"2026-11-24,446.76,Ash Primary,B-000001/900001\n"
    b'2026-11-25,-1340.28,"Fenwright, Paper","SI-000001 ""autumn"""\n'
)


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08"])
def test_booked_entries_are_read(version: str) -> None:
    found = read_camt(
        camt(
            entry("446.76", "B-000001/900001", bank_reference="A1"),
            entry("40.00", "SI-000001", sign="DBIT", name="Fenwright"),
            closing="506.76",
            version=version,
        )
    )
    assert found.account == "GB33BUKB20201555555555"
    assert [(line.amount_pence, line.counterparty, line.reference) for line in found.lines] == [
        (44676, "Ash Primary", "B-000001/900001"),
        (-4000, "Fenwright", "SI-000001"),
    ]
    assert (found.from_on, found.to_on) == (date(2026, 11, 24), date(2026, 11, 24))
    assert found.lines[0].bank_reference == "A1"


def test_pending_entries_are_left_out() -> None:
    pending = entry("5.00", status="<Sts><Cd>PDNG</Cd></Sts>")
    booked = entry("1.00", status="<Sts><Cd>BOOK</Cd></Sts>")
    assert [line.amount_pence for line in read_camt(camt(pending, booked, closing="101.00")).lines] == [100]


def test_a_batch_is_read_payment_by_payment_when_it_adds_up() -> None:
    def part(amount: str, name: str) -> str:
        return (
            f'<TxDtls><AmtDtls><TxAmt><Amt Ccy="GBP">{amount}</Amt></TxAmt></AmtDtls>'
            f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties></TxDtls>"
        )

    whole = read_camt(camt(entry("3.00", details=part("1.00", "Ash") + part("2.00", "Beech"))))
    assert [(line.amount_pence, line.counterparty) for line in whole.lines] == [(100, "Ash"), (200, "Beech")]
    odd = read_camt(camt(entry("3.00", details=part("1.00", "Ash") + part("1.00", "Beech"))))
    assert [line.amount_pence for line in odd.lines] == [300]


def test_lines_whose_balances_are_in_other_currencies_are_read() -> None:
    found = read_camt(camt(entry("8.85", currency="EUR"), closing="0.00"))
    assert [(line.amount_pence, line.currency) for line in found.lines] == [(885, "EUR")]


GOOD = camt(entry("446.76", "B-000001/900001"), closing="546.76")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not well-formed"),
        (GOOD[: len(GOOD) // 2], "cut short"),
        (GOOD[:-3], "cut short"),
        (GOOD.replace(b"446.76", b"446.75"), "opening balance and entries give 546.75"),
        (GOOD.replace(b"446.76", b"446.765"), "not an amount in whole pence"),
        (GOOD.replace(b"446.76", b"-1.00"), "not an amount in whole pence"),
        (GOOD.replace(b"446.76", b"NaN"), "not an amount in whole pence"),
        (GOOD.replace(b">CRDT<", b">BOTH<"), "CRDT or DBIT"),
        (GOOD.replace(b"<BookgDt><Dt>2026-11-24", b"<BookgDt><Dt>2026-02-30"), "not a date"),
        (GOOD.replace(b"BookgDt", b"Other"), "no booking date"),
        (GOOD.replace(b"IBAN", b"Bank"), "names no account"),
        (GOOD.replace(b"camt.053", b"camt.054"), "not a camt.053 statement"),
        (
            camt(more="<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"),
            "2 entries, 0 are here",
        ),
        (GOOD.replace(b"Stmt>", b"Rpt>"), "not well-formed|holds no statement"),
    ],
)
def test_a_broken_camt_file_is_refused_with_line_and_reason(content: bytes, reason: str) -> None:
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        read_camt(content)
    assert caught.value.line >= 1


def test_an_entry_with_its_line_in_the_file() -> None:
    broken = camt(entry("1.00"), entry("oops"))
    with pytest.raises(StatementUnreadable) as caught:
        read_camt(broken)
    assert "oops" in broken.decode().splitlines()[caught.value.line - 1]


def test_a_camt_statement_that_stands_in_a_file_twice_counts_once() -> None:
    whole = camt(entry("446.76", "B-000001/900001"), closing="546.76")
    begins, ends = whole.index(b"<Stmt>"), whole.index(b"</Stmt>") + len(b"</Stmt>")
    twice = whole[:ends] + whole[begins:ends] + whole[ends:]
    assert len(read_camt(twice).lines) == 1
    again = whole[begins:ends].replace(b">546.76<", b">993.52<").replace(b">100.00<", b">546.76<")
    assert len(read_camt(whole[:ends] + again + whole[ends:]).lines) == 2  # it goes on where the first one ended


def test_a_bomb_is_refused() -> None:
    with pytest.raises(XmlNotAllowed):
        read_camt(billion_laughs("Document"))


@pytest.mark.parametrize("content", [CSV, b"\xef\xbb\xbf" + CSV, CSV.replace(b"\n", b"\r\n"), CSV + b"\n,,,\n\n"])
def test_a_csv_statement_is_read(content: bytes) -> None:
    found = read_bank_csv(read_bank_table(content), "current")
    assert [(line.booked_on, line.amount_pence, line.counterparty, line.reference) for line in found.lines] == [
        (date(2026, 11, 24), 44676, "Ash Primary", "B-000001/900001"),
        (date(2026, 11, 25), -134028, "Fenwright, Paper", 'SI-000001 "autumn"'),
    ]
    assert (found.account, found.from_on, found.to_on) == ("current", date(2026, 11, 24), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 0, "empty"),
        (CSV[:-1], 3, "cut short"),
        (CSV[: CSV.index(b"Fenwright")] + b"\n", 3, "unexpected end"),
        (CSV.replace(b",Ash Primary", b""), 2, "3 fields"),
        (CSV.replace(b"446.76", b"1,446.76"), 2, "5 fields"),
        (CSV.replace(b"446.76", b"446.765"), 2, "not an amount"),
        (CSV.replace(b"446.76", b""), 2, "not an amount"),
        (CSV.replace(b"446.76", b"--446.76"), 2, "not an amount"),
        (CSV.replace(b"446.76", b"44,6.76"), 2, "5 fields"),
        (CSV.replace(b"446.76", b'"44,6.76"'), 2, "not an amount"),
        (CSV.replace(b"446.76", "٤".encode()), 2, "not an amount"),
        (CSV.replace(b"2026-11-24", b"30/02/2026"), 2, "not a date"),
        (CSV.replace(b"2026-11-24", b"2026-02-30"), 2, "not a date"),
        (CSV.replace(b"Ash", b"\x81"), 2, "neither UTF-8"),
        (CSV.replace(b"Ash", b"A" * 600), 2, "longer than"),
        (CSV.replace(b"Ash", b"\0"), 2, "zero byte|NUL"),
        (CSV + b"\n2026-11-26,1.00,x,y\n", 4, "0 fields"),
        (b",,,\n\n", 0, "empty"),
        (CSV[CSV.index(b"\n") + 1 :], 1, "no row names the columns"),
    ],
)
def test_a_broken_csv_is_refused_with_line_and_reason(content: bytes, line: int, reason: str) -> None:
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        read_bank_csv(read_bank_table(content), "current")
    assert caught.value.line == line


def test_a_repeated_line_has_the_same_fingerprint_and_a_twin_another() -> None:
    once = fingerprints(read_camt(camt(entry("1.00", "same"))).lines)
    twice = fingerprints(read_camt(camt(entry("1.00", "same"), entry("1.00", "same"))).lines)
    assert twice[0] == once[0]
    assert twice[1] != once[0]
    elsewhere = fingerprints(read_camt(camt(entry("1.00", "same"), account="GB00OTHER")).lines)
    assert elsewhere != once
