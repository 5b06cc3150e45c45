"""What the supplier is told of an invoice or credit note: its state, and every reason why it is not paid yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from contracts.money import pounds

State = Literal["received", "accepted", "under_query", "rejected", "part_paid", "paid"]

WAITING: Final = frozenset({"awaiting_receipts", "not_received"})
"""Reasons that pass by themselves once the schools have recorded what arrived."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer is made of; amounts in pence, signed as what is owed.

    `credited_pence` is what credits have taken off an invoice. `matched`: every line has its match, or for a credit
    note its share of what it gives back; `queried`: something is held that does not pass by itself; `held`: something
    is held at all.
    """

    gross_pence: int
    paid_pence: int
    credited_pence: int
    rejected_why: str | None
    matched: bool
    held: bool
    queried: bool


@dataclass(frozen=True, slots=True)
class HeldMatch:
    """One held line of one school, as far as the supplier may read of it."""

    line_no: int
    school_urn: int
    school_name: str
    reasons: tuple[str, ...]
    disputed: bool
    quantity_ordered: int
    quantity_received: int
    quantity_invoiced: int
    unit_price_ordered: Decimal
    unit_price_invoiced: Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not paid: a stable code, and what is the matter in words."""

    code: str
    text: str
    school_urn: int | None = None
    line_no: int | None = None


def state_of(facts: Facts) -> State:
    """The state to tell: what is paid comes first, then what a person rejected, then what the match says."""
    if facts.paid_pence:
        return "paid" if facts.paid_pence + facts.credited_pence >= facts.gross_pence else "part_paid"
    if facts.rejected_why is not None:
        return "rejected"
    if facts.queried:
        return "under_query"
    return "accepted" if facts.matched and not facts.held else "received"


def reasons_of(state: State, facts: Facts, held: Iterable[HeldMatch]) -> tuple[Reason, ...]:
    """Why the document is in this state, line by line and school by school; none where nothing is in its way."""
    if state == "rejected":
        return (Reason("rejected", facts.rejected_why or ""),)
    if state == "part_paid":
        left = facts.gross_pence - facts.paid_pence - facts.credited_pence
        return (Reason("part_paid", f"£{pounds(facts.paid_pence)} is paid, £{pounds(left)} is left to pay."),)
    if state in ("under_query", "received"):
        return tuple(
            Reason(code, _text(code, match), match.school_urn, match.line_no)
            for match in held
            for code in (*match.reasons, *(["disputed"] if match.disputed and "disputed" not in match.reasons else []))
        )
    return ()


def _text(code: str, match: HeldMatch) -> str:
    school = match.school_name or f"School {match.school_urn}"
    short = match.quantity_invoiced - match.quantity_received
    over = match.quantity_invoiced - match.quantity_ordered
    texts = {
        "price": f"£{match.unit_price_invoiced:f} is invoiced, £{match.unit_price_ordered:f} was ordered",
        "vat": "the VAT is not that of the order",
        "quantity_over": f"{match.quantity_invoiced} invoiced, {match.quantity_ordered} ordered"
        if over > 0
        else "earlier invoices have used up what was ordered",
        "quantity_short": f"{short} of {match.quantity_invoiced} not received"
        if short > 0
        else "earlier invoices have used up what was received",
        "not_received": "nothing is recorded as received",
        "awaiting_receipts": "waits until every school has recorded what arrived",
        "wrong_buyer": "the school has not ordered this",
        "disputed": "the line is disputed",
    }
    return f"Line {match.line_no}, {school}: {texts.get(code, code.replace('_', ' '))}."
