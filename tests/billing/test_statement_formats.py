"""Bank statements in MT940 and OFX: read whole, refused whole, and never posted from when they do not add up."""

from datetime import date

import pytest

from services.billing.domain.errors import StatementUnreadable
from services.billing.domain.ofx import read_ofx
from services.billing.domain.statement_file import read_statement_file
from services.billing.domain.swift_mt940 import read_mt940
from tests.billing.world import World, answered

MT940 = b"""{1:F01BUKBGB22XXXX0000000000}{2:I940BUKBGB22XXXXN}{4:
:20:NOV-24
:25:20201555555555
:28C:00012/001
:60F:C261123GBP100,00
:61:2611241124C446,76NTRFB-000001/900001//BK77
:86:/NAME/Ash Primary School/REMI/B-000001/900001/
:61:261125D40,NMSCNONREF
Card payment
:86:SI-000001 paper
:61:2612310102RD1,50NTRFNONREF
:86:166?00CREDIT?20Refund of a du?21plicate?32FENWRIGHT?33 PAPER
:62F:C270102GBP508,26
-}
"""


def test_mt940_is_read() -> None:
    found = read_mt940(MT940)
    assert (found.account, found.warnings) == ("20201555555555", ())
    assert [(line.line, line.booked_on, line.amount_pence, line.counterparty) for line in found.lines] == [
        (6, date(2026, 11, 24), 44676, "Ash Primary School"),
        (8, date(2026, 11, 25), -4000, ""),
        (11, date(2027, 1, 2), 150, "FENWRIGHT PAPER"),
    ]
    assert found.lines[0].bank_reference == "BK77"
    assert [line.currency for line in found.lines] == ["GBP"] * 3
    assert "B-000001/900001" in found.lines[0].reference
    assert found.lines[1].reference == "SI-000001 paper Card payment"
    assert found.lines[2].reference == "Refund of a duplicate"


def test_every_statement_of_a_file_is_read_and_its_account_kept() -> None:
    other = MT940.replace(b"20201555555555", b"20201555555556")
    found = read_mt940(MT940 + other)
    assert [line.account for line in found.lines] == ["20201555555555"] * 3 + ["20201555555556"] * 3


def test_a_statement_that_stands_in_a_file_twice_counts_once() -> None:
    once = read_mt940(MT940)
    assert read_mt940(MT940 + MT940).lines == once.lines


def test_balances_that_do_not_agree_are_told() -> None:
    (warning,) = read_mt940(MT940.replace(b"508,26", b"508,27")).warnings
    assert "give 508.26, the closing balance is 508.27" in warning


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (b"2611241124C446,76", b"2602300301C446,76", 6, "day is out of range"),
        (b"2611241124C446,76", b"2611241124X446,76", 6, "cannot be read"),
        (b"2611241124C446,76", b"2611241124C4,46,76", 6, "cannot be read"),
        (b"2611241124C446,76", b"2611241124C446,765", 6, "not an amount in whole pence"),
        (b"2611241124C446,76", b"2611241124C1.446,76", 6, "written like 1234,50"),
        (b"2611241124C446,76", b"2611241124C446.76", 6, "written like 1234,50"),
        (b"GBP508,26\n-}\n", b"GBP50", 13, "written like 1234,50"),
        (b":62F:C270102GBP", b":62F:C270102EUR", 2, "opens in GBP and closes in EUR"),
        (b":60F:C261123GBP100,00\n", b"", 13, "no opening balance"),
        (b":62F:C270102GBP508,26\n-}\n", b"", 12, "no closing balance"),
        (b":25:20201555555555\n", b"", 13, "names no account"),
        (b"?33 PAPER", b"?", 12, "middle of a field"),
        (b":28C:", b":77Q:", 4, "no field"),
        (b":20:NOV-24", b":21:NOV-24", 2, "outside of a statement"),
    ],
)
def test_broken_mt940_is_refused_with_line_and_reason(old: bytes, new: bytes, line: int, reason: str) -> None:
    assert old in MT940
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        read_mt940(MT940.replace(old, new))
    assert caught.value.line == line


SGML = b"""OFXHEADER:100
DATA:OFXSGML
VERSION:102

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>GBP
<BANKACCTFROM><BANKID>202015<ACCTID>55555555<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261130
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261124120000.000[0:GMT]<TRNAMT>446.76<FITID>77<NAME>Ash &amp; Elm
<MEMO>B-000001/900001</STMTTRN>
<STMTTRN>
<TRNTYPE>DEBIT<DTPOSTED>20261125<TRNAMT>-40<FITID>78<NAME>Fenwright</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
XML = b"""<?xml version="1.0"?>
<?OFX OFXHEADER="200" VERSION="211"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>GBP</CURDEF>
<BANKACCTFROM><BANKID>202015</BANKID><ACCTID>55555555</ACCTID></BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101</DTSTART><DTEND>20261130</DTEND>
<STMTTRN><DTPOSTED>20261124</DTPOSTED><TRNAMT>446.76</TRNAMT><FITID>77</FITID><PAYEE><NAME>Ash &amp; Elm</NAME></PAYEE>
<MEMO>B-000001/900001</MEMO></STMTTRN>
<STMTTRN><DTPOSTED>20261125</DTPOSTED><TRNAMT>-40.00</TRNAMT><FITID>78</FITID><NAME>Fenwright</NAME></STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


@pytest.mark.parametrize("content", [SGML, XML, XML.replace(b"\n", b"")])
def test_ofx_is_read(content: bytes) -> None:
    found = read_ofx(content)
    assert (found.account, found.from_on, found.to_on) == ("202015 55555555", date(2026, 11, 1), date(2026, 11, 30))
    assert [
        (line.booked_on, line.amount_pence, line.currency, line.counterparty, line.reference, line.bank_reference)
        for line in found.lines
    ] == [
        (date(2026, 11, 24), 44676, "GBP", "Ash & Elm", "B-000001/900001", "77"),
        (date(2026, 11, 25), -4000, "GBP", "Fenwright", "Fenwright", "78"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (b"<DTPOSTED>20261125", b"", 10, "no DTPOSTED"),
        (b"<DTPOSTED>20261125", b"<DTPOSTED>20260231", 11, "not a date"),
        (b"<TRNAMT>-40", b"<TRNAMT>$40", 11, "not an amount"),
        (b"<TRNAMT>-40", b"<TRNAMT>-40.005", 11, "whole pence"),
        (b"<TRNAMT>-40", b"<TRNAMT>-1,000", 11, "whole pence"),
        (b"<ACCTID>55555555", b"", 5, "names no account"),
        (b"</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n", b"", 12, "cut short"),
        (b"</STMTTRN>\n<STMTTRN>\n", b"</STMTTRX>\n<STMTTRN>\n", 9, "never began"),
        (b"STMTRS", b"CCSTMTRS", 5, "no bank statement"),
        (b"<CURDEF>", b"<!DOCTYPE x><CURDEF>", 5, "no such markup"),
    ],
)
def test_broken_ofx_is_refused_with_line_and_reason(old: bytes, new: bytes, line: int, reason: str) -> None:
    assert old in SGML
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        read_ofx(SGML.replace(old, new))
    assert caught.value.line == line


def test_a_statement_that_does_not_add_up_posts_nothing(world: World) -> None:
    world.invoiced(world.ordered())
    bill = world.billed()[0]
    paid = f"{bill['gross_pence'] / 100:.2f}".replace(".", ",").encode()
    fits = MT940.replace(b"446,76NTRFB-000001/900001", paid + b"NTRF" + bill["payment_reference"].encode())
    told = answered(world.upload(fits.replace(b"508,26", b"1,00"), "text/plain"), 201)
    assert (told["posted"], len(told["warnings"])) == (0, 1)
    (line,) = world.rows("SELECT explanation FROM bank_line WHERE explanation LIKE '%does not add up%'")
    assert bill["number"] in line.explanation


@pytest.mark.parametrize(("old", "line"), [(b":20:", 2), (b":61:", MT940[: MT940.index(b":61:")].count(b"\n") + 1)])
def test_a_zero_byte_is_refused_with_its_line(old: bytes, line: int) -> None:
    with pytest.raises(StatementUnreadable, match="zero byte") as caught:
        read_statement_file(MT940.replace(old, old + b"\0", 1), "current", None, lambda _: None)
    assert caught.value.line == line
    with pytest.raises(StatementUnreadable, match="UTF-16"):
        read_statement_file(MT940.decode().encode("utf-16"), "current", None, lambda _: None)


def test_a_mark_of_utf_8_before_the_first_tag_is_passed_over() -> None:
    found, header = read_statement_file(b"\xef\xbb\xbf" + MT940, "current", None, lambda _: None)
    assert (found.lines, header) == (read_mt940(MT940).lines, None)
