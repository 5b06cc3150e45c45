"""A school's statement of account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

MovementKind = Literal["bill", "credit_note", "receipt"]


@dataclass(frozen=True, slots=True)
class Movement:
    """A bill (positive pence), a credit note or a receipt (negative pence) on a school's account."""

    on: date
    kind: MovementKind
    number: str
    description: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class StatementItem:
    """One printed line: debit or credit, and the balance after it, in pence; positive is owed by the school."""

    on: date
    kind: MovementKind
    number: str
    description: str
    debit_pence: int
    credit_pence: int
    balance_pence: int


def statement(movements: Iterable[Movement]) -> tuple[list[StatementItem], int]:
    """(items, balance) in order of date, bills before credit notes before receipts, then number.

    One school's movements only.
    """
    balance = 0
    items = []
    for move in sorted(movements, key=lambda move: (move.on, move.kind, move.number)):
        balance += move.amount_pence
        debit, credit = max(move.amount_pence, 0), max(-move.amount_pence, 0)
        items.append(StatementItem(move.on, move.kind, move.number, move.description, debit, credit, balance))
    return items, balance
