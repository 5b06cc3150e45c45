"""A school's bill: its reference, its due date and how far it is paid."""

from datetime import date, timedelta
from typing import Final, Literal

DAYS_TO_PAY: Final = 30
BACS_REFERENCE_LENGTH: Final = 18

BillState = Literal["open", "part_paid", "paid", "credited"]


def payment_reference(bill_number: str, school_urn: int) -> str:
    """What the school quotes when it pays: "B-000001/900001".

    It fits Bacs (at most 18 of A–Z 0–9 - . & / and space), and names bill and school, so that neither a mistyped number
    nor another supplier's numbering is taken for ours.
    """
    reference = f"{bill_number}/{school_urn}"
    if len(reference) > BACS_REFERENCE_LENGTH:
        raise ValueError(f"{reference} is longer than Bacs carries")
    return reference


def due_on(issued_on: date, days: int | None = None) -> date:
    """The day by which a bill is to be paid: so many days after its issue, 30 where no contract says otherwise."""
    return issued_on + timedelta(days=DAYS_TO_PAY if days is None else days)


def bill_state(gross_pence: int, paid_pence: int, credited_pence: int = 0) -> BillState:
    """How far a bill is paid; a part payment never makes it paid, and what is credited need not be."""
    if credited_pence >= gross_pence > 0:
        return "credited"
    if paid_pence + credited_pence >= gross_pence:
        return "paid"
    return "part_paid" if paid_pence else "open"
