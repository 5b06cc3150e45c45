"""Bank statements in OFX, as SGML (version 1) and as XML (version 2), with the line that each fact stands in.

Own reading, because `ofxtools` refuses what banks do write (a bank's number of ten digits) and `ofxparse` is no longer
kept; neither says the line of a fault. Only bank accounts are read (BANKMSGSRSV1).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Final

from services.billing.domain.bank_statement import BankStatement, StatementLine, in_pence
from services.billing.domain.errors import StatementUnreadable

LARGEST_BYTES: Final = 8 * 1024 * 1024
_MOST_LINES: Final = 100_000
_DEEPEST: Final = 40
_ELEMENT: Final = re.compile(r"<(/?)([A-Z][A-Z0-9._]*)>([^<]*)", re.ASCII)
_OTHER_MARKUP: Final = re.compile(r"<[!?][^>]*>|<(?!/?[A-Z][A-Z0-9._]*>)", re.ASCII)
_AMOUNT: Final = re.compile(r"[+-]?\d{1,13}([.,]\d{1,4})?", re.ASCII)
_THOUSANDS: Final = re.compile(r".*[.,]\d{3}", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{0,6}(?:\.\d+)?(?:\[[^\]]*\])?)", re.ASCII)


@dataclass(slots=True)
class _Aggregate:
    """An element that holds others: its leaves with their lines, and the aggregates in it."""

    name: str
    line: int
    leaves: dict[str, tuple[str, int]] = field(default_factory=dict)
    inner: list["_Aggregate"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["_Aggregate"]:
        """Every aggregate of this name within, at any depth."""
        for each in self.inner:
            if each.name == name:
                yield each
            else:
                yield from each.all(name)

    def leaf(self, *names: str) -> str:
        """The text of the first of these leaves that has any."""
        return next((self.leaves[name][0] for name in names if self.leaves.get(name, ("", 0))[0]), "")


def is_ofx(data: bytes) -> bool:
    """Whether a file looks like OFX: its header or its root stands within the first kilobytes."""
    return re.search(rb"OFXHEADER|<OFX>", data[:4096]) is not None


def read_ofx(data: bytes) -> BankStatement:
    """Read every bank statement of an OFX file. Raises StatementUnreadable with line and reason."""
    if len(data) > LARGEST_BYTES:
        raise StatementUnreadable("the file is too large")
    root = _tree(_decoded(data))
    lines: list[StatementLine] = []
    accounts: dict[str, None] = {}
    days: list[date] = []
    for statement in root.all("STMTRS"):
        account = _account(statement)
        accounts[account] = None
        for listed in statement.all("BANKTRANLIST"):
            days += [_day(listed, name) for name in ("DTSTART", "DTEND") if listed.leaf(name)]
            lines += [_movement(each, account, statement) for each in listed.all("STMTTRN")]
    if not accounts:
        raise StatementUnreadable("the file holds no bank statement (STMTRS)", line=root.line)
    if len(lines) > _MOST_LINES:
        raise StatementUnreadable(f"more than {_MOST_LINES} lines")
    days = days or [line.booked_on for line in lines]
    return BankStatement(", ".join(accounts), min(days, default=None), max(days, default=None), tuple(lines))


def _decoded(data: bytes) -> str:
    """The text in the character set that its head names: UTF-8, or else Windows-1252."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _tree(text: str) -> _Aggregate:
    begins = text.find("<OFX>")
    if begins < 0:
        raise StatementUnreadable("this is not an OFX file")
    body = text[begins:]
    if odd := _OTHER_MARKUP.search(body):
        raise StatementUnreadable("OFX has no such markup", line=_line(text, begins + odd.start()))
    line, reached = _line(text, begins), begins
    root = _Aggregate("", line)
    open_ = [root]
    for found in _ELEMENT.finditer(text, begins):
        line, reached = line + text.count("\n", reached, found.start()), found.start()
        _take(open_, found[1] == "/", found[2], unescape(found[3]).strip(), line)
    if len(open_) > 1:
        raise StatementUnreadable(f"the file ends before {open_[-1].name} does: it is cut short", line=line)
    return root


def _take(open_: list[_Aggregate], closes: bool, name: str, content: str, line: int) -> None:
    """A tag: one that closes the aggregate or leaf of its name, a leaf with its text, or another aggregate."""
    if not closes:
        if content:
            open_[-1].leaves[name] = (content, line)
            return
        open_.append(_Aggregate(name, line))
        if len(open_) > _DEEPEST:
            raise StatementUnreadable("elements stand too deep in one another", line=line)
        return
    if open_[-1].name == name and len(open_) > 1:
        done = open_.pop()
        open_[-1].inner.append(done)
        if not done.leaves and not done.inner:
            open_[-1].leaves.setdefault(name, ("", done.line))
    elif name not in open_[-1].leaves:
        raise StatementUnreadable(f"{name} ends here and never began", line=line)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _account(statement: _Aggregate) -> str:
    of = next(statement.all("BANKACCTFROM"), None)
    number = of.leaf("ACCTID") if of else ""
    if of is None or not number:
        raise StatementUnreadable("the statement names no account (ACCTID)", line=statement.line)
    return " ".join(f"{of.leaf('BANKID')} {number}".split())


def _movement(each: _Aggregate, account: str, statement: _Aggregate) -> StatementLine:
    name, memo = each.leaf("NAME"), each.leaf("MEMO")
    payee = next(each.all("PAYEE"), None)
    texts = dict.fromkeys(" ".join(text.split()) for text in (memo or name, each.leaf("CHECKNUM", "REFNUM")))
    return StatementLine(
        line=each.line,
        account=account,
        booked_on=_day(each, "DTPOSTED"),
        amount_pence=_amount(each),
        currency=statement.leaf("CURDEF") or "GBP",
        counterparty=" ".join((name or (payee.leaf("NAME") if payee else "")).split()),
        reference=" ".join(text for text in texts if text),
        bank_reference=each.leaf("FITID"),
    )


def _amount(each: _Aggregate) -> int:
    raw, line = each.leaves.get("TRNAMT", ("", each.line))
    if not _AMOUNT.fullmatch(raw):
        raise StatementUnreadable(f"{raw[:30]!r} is not an amount (TRNAMT)", line=line)
    if _THOUSANDS.fullmatch(raw):  # OFX has no mark of thousands, but 1,000 might be meant as one
        raise StatementUnreadable(f"{raw[:30]!r} is not an amount in whole pence (TRNAMT)", line=line)
    try:
        return in_pence(Decimal(raw.replace(",", ".")), line)
    except InvalidOperation as fault:
        raise StatementUnreadable(f"{raw[:30]!r} is not an amount (TRNAMT)", line=line) from fault


def _day(each: _Aggregate, name: str) -> date:
    """The day that the bank wrote, whatever its time zone."""
    raw, line = each.leaves.get(name, ("", each.line))
    found = _DAY.fullmatch(raw)
    if found is None:
        raise StatementUnreadable(f"{raw[:30]!r} is not a date ({name})" if raw else f"no {name}", line=line)
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as fault:
        raise StatementUnreadable(f"{raw[:30]!r} is not a date ({name})", line=line) from fault
