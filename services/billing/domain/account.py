"""A school's statement of account, and how long what is open has been overdue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.billing.domain.ageing import BANDS, band
from services.billing.domain.late_payment import LatePayment

MovementKind = Literal["bill", "credit_note", "receipt"]


@dataclass(frozen=True, slots=True)
class Movement:
    """A bill (positive pence), a credit note or a receipt (negative pence) on a school's account.

    `bill_id` is the bill that it is or is about. A receipt of positive pence is money that the school was paid back.
    """

    on: date
    kind: MovementKind
    document_id: str
    bill_id: str
    number: str
    description: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class StatementItem:
    """One printed line: debit or credit, and the balance after it, in pence; positive is owed by the school."""

    on: date
    kind: MovementKind
    document_id: str
    bill_id: str
    number: str
    description: str
    debit_pence: int
    credit_pence: int
    balance_pence: int


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill with `open_pence` left to pay, negative where more was paid or credited than billed.

    `late` is what the law adds to one that is overdue; `disputed` while the school waits for an answer about a line.
    `purpose` (general, fund) says into which of the alliance's accounts it is paid.
    """

    bill_id: str
    number: str
    title: str
    payment_reference: str
    due_date: date
    open_pence: int
    disputed: bool
    days_overdue: int
    late: LatePayment | None
    purpose: str = "general"


def statement(movements: Iterable[Movement]) -> tuple[list[StatementItem], int]:
    """(items, balance) in order of date, bills before credit notes before receipts, then number.

    One school's movements only.
    """
    balance = 0
    items = []
    for move in sorted(movements, key=lambda move: (move.on, move.kind, move.number, move.bill_id)):
        balance += move.amount_pence
        debit, credit = max(move.amount_pence, 0), max(-move.amount_pence, 0)
        names = (move.on, move.kind, move.document_id, move.bill_id, move.number, move.description)
        items.append(StatementItem(*names, debit, credit, balance))
    return items, balance


def aged(bills: Sequence[OpenBill], on: date) -> dict[str, int]:
    """Open pence by how long they are overdue on a day (`BANDS`), and `in_credit`: all of them less that make the
    balance."""
    found = dict.fromkeys((*BANDS, "in_credit"), 0)
    for bill in bills:
        if bill.open_pence < 0:
            found["in_credit"] -= bill.open_pence
        else:
            found[band(bill.due_date, on)] += bill.open_pence
    return found
