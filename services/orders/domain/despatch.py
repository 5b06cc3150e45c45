"""A despatch: what a supplier has sent of a purchase order, to which schools. An order may be sent in several parts.

What may be sent is what is still outstanding and not on its way already. What should not come any more is taken off the
order by an amendment, never by a despatch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.orders.domain.errors import DespatchRefused, PurchaseOrderNotAccepted
from services.orders.domain.purchase_order import PurchaseOrderState

LATEST_ARRIVAL: Final = timedelta(days=365)

Place = tuple[int, int]
"""A school's part of a line: (URN, line number)."""


@dataclass(frozen=True, slots=True)
class SentLine:
    """Units of one line sent to one school."""

    school_urn: int
    line_no: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Despatch:
    """What the supplier says of a despatch; `reference` is its own number for it."""

    despatched_on: date
    expected_on: date | None = None
    carrier: str = ""
    tracking: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ToSend:
    """Units of a drop's line that may be sent now, and the line's name and unit."""

    quantity: int
    name: str
    unit: str
    sku: str


def check_despatch(
    state: PurchaseOrderState,
    despatch: Despatch,
    issued_on: date,
    today: date,
    to_send: Mapping[Place, ToSend],
    sent: Sequence[SentLine],
) -> None:
    """Check what is sent against what may be; a fault is named `{URN}.{line number}`.

    Raises PurchaseOrderNotAccepted, DespatchRefused.
    """
    if state != "accepted":
        raise PurchaseOrderNotAccepted(f"Only an accepted purchase order is delivered; this one is {state}.")
    faults = _date_faults(despatch, issued_on, today)
    seen: set[Place] = set()
    schools = {urn for urn, _ in to_send}
    for line in sent:
        place = (line.school_urn, line.line_no)
        name = f"{line.school_urn}.{line.line_no}"
        if line.school_urn not in schools:
            faults[name] = f"The school with URN {line.school_urn} has no drop in this purchase order."
        elif place not in to_send:
            faults[name] = f"The school with URN {line.school_urn} has no line {line.line_no} to be delivered."
        elif place in seen:
            faults[name] = f"Line {line.line_no} of the school with URN {line.school_urn} is there twice."
        elif line.quantity > to_send[place].quantity:
            faults[name] = _too_many(line, to_send[place])
        seen.add(place)
    if not sent and not faults:
        faults["drops"] = "Nothing is left to be sent to these schools." if to_send else "Choose what you send."
    if faults:
        raise DespatchRefused(next(iter(faults.values())), fields=faults)


def all_of(to_send: Mapping[Place, ToSend], urns: Sequence[int] | None = None) -> list[SentLine]:
    """Everything that may be sent, or all of it for some schools."""
    wanted = None if urns is None else set(urns)
    return [
        SentLine(urn, line_no, left.quantity)
        for (urn, line_no), left in to_send.items()
        if left.quantity > 0 and (wanted is None or urn in wanted)
    ]


def _too_many(line: SentLine, left: ToSend) -> str:
    more = f"{line.quantity} {left.name} for the school with URN {line.school_urn}"
    if left.quantity == 0:
        return f"{more}: all that was ordered has arrived or is on its way."
    return f"{more}: {left.quantity} are ordered and not sent yet."


def _date_faults(despatch: Despatch, issued_on: date, today: date) -> dict[str, str]:
    if not issued_on <= despatch.despatched_on <= today:
        return {"despatched_on": f"Enter a day from {issued_on:%-d %B %Y}, when it was ordered, to today."}
    expected = despatch.expected_on
    if expected and not despatch.despatched_on <= expected <= today + LATEST_ARRIVAL:
        return {"expected_on": "Enter a day from the despatch on, within a year."}
    return {}
