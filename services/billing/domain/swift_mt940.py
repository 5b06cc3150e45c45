"""Bank statements in SWIFT MT940: fields as `mt-940` reads them, with the line of the file that each stands in.

A field that cannot be read, a day that no calendar has, or a statement without its closing balance refuses the file.
The library alone would pass over what it does not know and move 30 February to a day that exists.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from mt940 import Options, tags
from mt940.models import Transactions
from mt940.processors import transaction_details_post_processor

from services.billing.domain.bank_statement import (
    BankStatement,
    StatementLine,
    balance_warning,
    comes_again,
    in_pence,
)
from services.billing.domain.errors import StatementUnreadable

LARGEST_BYTES: Final = 8 * 1024 * 1024
_MOST_LINES: Final = 100_000
_OPTIONS: Final = Options.all()
_TAG: Final = re.compile(r":(\d{2}[A-Z]?|NS):(.*)", re.ASCII)
_MOVEMENT, _OPENING, _CLOSING = tags.Statement(), tags.FinalOpeningBalance(), tags.FinalClosingBalance()
_DETAILS = tags.TransactionDetails()
_KNOWN: Final = frozenset(
    ("13", "13D", "20", "21", "25", "25P", "28", "28C", "34F", "60F", "60M", "61", "62F", "62M", "64", "65", "86",
     "90C", "90D", "NS")
)  # fmt: skip
_NO_REFERENCE: Final = frozenset({"", "NONREF", "NOTPROVIDED"})
_MONEY: Final = re.compile(r"\s*(?:\d{6}(?:\d{4})?R?[CD][A-Z]?|[CD]\d{6}[A-Z]{3})\d{1,13},\d*(?![.,\d])", re.ASCII)
_NAMED: Final = re.compile(r"/NAME/([^/]+)")


@dataclass(slots=True)
class _Field:
    """One field of a statement: its tag, its text, the line of the file where it begins."""

    tag: str
    line: int
    text: str


@dataclass(slots=True)
class _Statement:
    """The fields of one statement, from its :20: on."""

    line: int
    fields: list[_Field] = field(default_factory=list)

    def take(self, row: str, line: int) -> None:
        """A row of the file: another field, or more of the last one."""
        if found := _TAG.match(row):
            if found[1] not in _KNOWN:
                raise StatementUnreadable(f"MT940 has no field :{found[1]}:", line=line)
            self.fields.append(_Field(found[1], line, found[2]))
        elif row.strip():
            self.fields[-1].text += f"\n{row}"

    def first(self, *names: str) -> _Field | None:
        """The first field with one of these tags."""
        return next((each for each in self.fields if each.tag in names), None)


def is_mt940(data: bytes) -> bool:
    """Whether a file looks like MT940: one of its lines begins with the tag of a statement."""
    return re.search(rb"(?m)^(?:\xef\xbb\xbf)?:20:", data) is not None


def read_mt940(data: bytes) -> BankStatement:
    """Read every statement of an MT940 file. Raises StatementUnreadable with line and reason.

    Booking days are entry dates where the bank states them, value dates else. Balances that do not agree with the lines
    are told as warnings. A statement that stands in the file twice counts once.
    """
    if len(data) > LARGEST_BYTES:
        raise StatementUnreadable("the file is too large")
    lines: list[StatementLine] = []
    accounts: dict[str, None] = {}
    warnings: list[str] = []
    seen: set[tuple[object, ...]] = set()
    for statement in _statements(_decoded(data).splitlines()):
        account = _account(statement)
        accounts[account] = None
        opening, closing = _balance(statement, _OPENING, "60F", "60M"), _balance(statement, _CLOSING, "62F", "62M")
        found = list(_movements(statement, account, opening[1]))
        if comes_again(seen, opening, closing, found):
            continue
        if len(lines) + len(found) > _MOST_LINES:
            raise StatementUnreadable(f"more than {_MOST_LINES} lines", line=statement.line)
        lines += found
        if opening[1] != closing[1]:
            fault = f"the statement opens in {opening[1]} and closes in {closing[1]}"
            raise StatementUnreadable(fault, line=statement.line)
        warnings += balance_warning(account, opening[0], closing[0], found)
    if not accounts:
        raise StatementUnreadable("the file holds no statement (:20:)")
    days = [line.booked_on for line in lines]
    return BankStatement(
        ", ".join(accounts), min(days, default=None), max(days, default=None), tuple(lines), tuple(warnings)
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _statements(rows: list[str]) -> Iterator[_Statement]:
    """The file cut at its :20: fields; what stands between an end ("-") and the next :20: is the carrier's."""
    begun: _Statement | None = None
    for number, row in enumerate(rows, 1):
        if row.startswith(":20:"):
            if begun:
                yield _complete(begun, number)
            begun = _Statement(number)
        if begun is None:
            if _TAG.match(row):
                raise StatementUnreadable("this field stands outside of a statement", line=number)
        elif row.startswith("-") and begun.first("62F", "62M"):
            yield _complete(begun, number)
            begun = None
        else:
            begun.take(row, number)
    if begun:
        yield _complete(begun, len(rows))


def _complete(statement: _Statement, line: int) -> _Statement:
    needed = {"names no account (:25:)": ("25", "25P"), "has no opening balance (:60F:)": ("60F", "60M")}
    needed["has no closing balance (:62F:)"] = ("62F", "62M")
    for missing, names in needed.items():
        if statement.first(*names) is None:
            raise StatementUnreadable(f"the statement of line {statement.line} {missing}: cut short?", line=line)
    return statement


def _account(statement: _Statement) -> str:
    found = statement.first("25", "25P")
    account = " ".join(found.text.split()) if found else ""
    if not account:
        raise StatementUnreadable("the statement names no account", line=found.line if found else statement.line)
    return account


def _balance(statement: _Statement, tag: tags.BalanceBase, *names: str) -> tuple[int, str]:
    """A balance of a complete statement in hundredths of its currency, and the currency."""
    found = next(each for each in statement.fields if each.tag in names)
    own = Transactions(options=_OPTIONS)
    _has_money(found)
    (read,) = _read(found, lambda: tag(own, tag.parse(own, found.text))).values()
    return in_pence(read.amount.amount, found.line), str(read.amount.currency)


def _movements(statement: _Statement, account: str, currency: str) -> Iterator[StatementLine]:
    for position, each in enumerate(statement.fields):
        if each.tag != "61":
            continue
        following = statement.fields[position + 1] if position + 1 < len(statement.fields) else None
        details = following if following and following.tag == "86" else None
        yield _movement(each, details, account, currency)


def _movement(each: _Field, details: _Field | None, account: str, currency: str) -> StatementLine:
    own = Transactions(options=_OPTIONS)
    _has_money(each)
    read: dict[str, Any] = _read(each, lambda: _MOVEMENT(own, _MOVEMENT.parse(own, each.text)))
    told = _told(own, details) if details else {}
    purpose = told.get("purpose") or told.get("posting_text") or told.get("transaction_details") or ""
    name = told.get("applicant_name") or _name_in(purpose)
    parts = (purpose, told.get("end_to_end_reference"), read.get("customer_reference"), read.get("extra_details"))
    texts = dict.fromkeys(" ".join((part or "").split()) for part in parts)
    return StatementLine(
        line=each.line,
        account=account,
        booked_on=_day(read.get("entry_date") or read["date"]),
        amount_pence=in_pence(read["amount"].amount, each.line),
        currency=currency,
        counterparty=" ".join(name.split()),
        reference=" ".join(text for text in texts if text not in _NO_REFERENCE),
        bank_reference=" ".join((read.get("bank_reference") or "").split()),
    )


def _has_money(each: _Field) -> None:
    """An amount is digits with a comma before the pence. The library would take 1.000,00 for 1, and one cut short."""
    if not _MONEY.match(each.text):
        first = (each.text.splitlines() or [""])[0][:60]
        fault = f"the field :{each.tag}:{first} cannot be read: an amount is written like 1234,50"
        raise StatementUnreadable(fault, line=each.line)


def _told(own: Transactions, details: _Field) -> dict[str, Any]:
    """What the details (:86:) say. Structured ones (`166?00…?20…`) end with a whole field, or they were cut off."""
    if re.match(r"\s*\d{3}\?\d{2}", details.text) and re.search(r"\?\d?\s*$", details.text):
        last = details.line + details.text.count("\n")
        raise StatementUnreadable("the details (:86:) end in the middle of a field", line=last)
    text = {"transaction_details": details.text.strip()}
    return transaction_details_post_processor(own, _DETAILS, text, dict(text))


def _name_in(text: str) -> str:
    found = _NAMED.search(text.replace("\n", ""))
    return found[1] if found else ""


def _day(read: date) -> date:
    return date(read.year, read.month, read.day)


def _read(each: _Field, read: Callable[[], Any]) -> Any:
    """What the library makes of a field; its complaints become ours, with the line."""
    try:
        return read()
    except (RuntimeError, ValueError, ArithmeticError) as fault:
        first = (each.text.splitlines() or [""])[0][:60]
        why = f": {fault}" if isinstance(fault, ValueError) else ""
        raise StatementUnreadable(f"the field :{each.tag}:{first} cannot be read{why}", line=each.line) from fault
