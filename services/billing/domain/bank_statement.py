"""A bank statement as read from any format, and how a repeated line is recognised."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked movement. `amount_pence` in hundredths of `currency`, positive in, negative out.

    `line` is where it stands in the file, `bank_reference` the bank's own identity of it, if there is one.
    """

    line: int
    account: str
    booked_on: date
    amount_pence: int
    currency: str
    counterparty: str
    reference: str
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One file: its accounts (usually one), the days that it covers, its booked lines in file order."""

    account: str
    from_on: date | None
    to_on: date | None
    lines: tuple[StatementLine, ...]


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
