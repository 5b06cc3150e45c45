"""A bank statement as read from any format, and how a repeated line is recognised."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.billing.domain.errors import StatementUnreadable

_HUNDREDTH: Final = Decimal("0.01")


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
