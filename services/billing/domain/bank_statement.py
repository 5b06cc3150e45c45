"""A bank statement as read from any format, and how a repeated line is recognised."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.billing.domain.errors import StatementUnreadable

_HUNDREDTH: Final = Decimal("0.01")
_EARLIEST: Final = date(1990, 1, 1)
_AHEAD: Final = timedelta(days=366)
_BRITISH_IBAN: Final = re.compile(r"GB\d{2}[A-Z]{4}(\d{14})", re.ASCII)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked movement. `amount_pence` in hundredths of `currency`, positive in, negative out.

    `line` is where it stands in the file, `bank_reference` the bank's own identity of it, if there is one,
    `counterparty_account` the number or IBAN of the account on the other side, where the bank tells it.
    """

    line: int
    account: str
    booked_on: date
    amount_pence: int
    currency: str
    counterparty: str
    reference: str
    bank_reference: str = ""
    counterparty_account: str = ""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One file: its accounts (usually one), the days that it covers, its booked lines in file order.

    `warnings` say what does not add up in it. Nothing of such a file is posted by itself.
    """

    account: str
    from_on: date | None
    to_on: date | None
    lines: tuple[StatementLine, ...]
    warnings: tuple[str, ...] = ()


def comes_again(
    seen: set[tuple[object, ...]], opening: tuple[int, str] | None, closing: object, lines: Sequence[StatementLine]
) -> bool:
    """Whether a statement stood in its file before: one that moves the balance cannot begin twice where it began."""
    told = (opening, closing, *(replace(line, line=0) for line in lines))
    again = opening is not None and opening != closing and told in seen
    seen.add(told)
    return again


def account_key(account: str) -> str:
    """An account for comparing: 20-45-77 10203040, 204577/10203040 and its IBAN are one."""
    plain = "".join(filter(str.isalnum, account.upper()))
    iban = _BRITISH_IBAN.fullmatch(plain)
    return iban[1] if iban else plain


def as_known(statement: BankStatement, known: Mapping[str, str]) -> BankStatement:
    """The statement with its accounts as they are kept; `known` has those by their keys."""
    names = {line.account: known.get(account_key(line.account), line.account) for line in statement.lines}
    accounts = statement.account.split(", ")
    return replace(
        statement,
        account=", ".join(dict.fromkeys(known.get(account_key(each), each) for each in accounts)),
        lines=tuple(replace(line, account=names[line.account]) for line in statement.lines),
    )


def refuse_strange_days(statement: BankStatement, today: date) -> None:
    """A year that nobody meant (1026, 2099) would post where no month is ever closed. Raises StatementUnreadable."""
    for line in statement.lines:
        if not _EARLIEST <= line.booked_on <= today + _AHEAD:
            day = f"{line.booked_on:%-d %B} {line.booked_on.year}"
            raise StatementUnreadable(f"{day} is not a day on which a bank booked this", line=line.line)


def in_pence(amount: Decimal, line: int) -> int:
    """An amount in hundredths of its currency. Raises StatementUnreadable for parts of them."""
    if amount != amount.quantize(_HUNDREDTH):
        raise StatementUnreadable(f"{amount} is not an amount in whole pence", line=line)
    return int(amount * 100)


def balance_warning(account: str, opening_pence: int, closing_pence: int, lines: Sequence[StatementLine]) -> list[str]:
    """What to say where opening balance and lines do not give the closing balance; nothing where they do."""
    reached = opening_pence + sum(line.amount_pence for line in lines)
    if reached == closing_pence:
        return []
    figures = f"opening balance and lines give {reached / 100:,.2f}, the closing balance is {closing_pence / 100:,.2f}"
    return [f"{account}: {figures}. Lines are missing or changed."]


def fingerprints(lines: tuple[StatementLine, ...]) -> list[str]:
    """One identity a line, equal when the same line comes again in another file.

    Two lines alike in everything within one file are two movements: the second gets an identity of its own.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for line in lines:
        facts = (
            line.account,
            line.booked_on.isoformat(),
            str(line.amount_pence),
            line.currency,
            line.counterparty,
            line.reference,
            line.bank_reference,
        )
        seen[facts] += 1
        found.append(hashlib.sha256("\x1f".join((*facts, str(seen[facts]))).encode()).hexdigest())
    return found
