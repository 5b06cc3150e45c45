"""A purchase order: one supplier, one contract, one drop for each school."""

from collections.abc import Mapping, Sequence
from typing import Literal

from services.orders.domain.errors import (
    PurchaseOrderAnswered,
    PurchaseOrderNotAccepted,
    ReasonMissing,
    ReceiptRefused,
)

PurchaseOrderState = Literal["issued", "accepted", "rejected"]
Answer = Literal["accepted", "rejected"]
DropState = Literal["awaited", "part", "received"]


def answer_changes(state: PurchaseOrderState, answer: Answer, reason: str) -> bool:
    """Whether the supplier's answer changes anything: False for the same answer given again.

    Raises PurchaseOrderAnswered when it was answered otherwise, ReasonMissing for a rejection without a reason.
    """
    if state == answer:
        return False
    if state != "issued":
        raise PurchaseOrderAnswered(f"This purchase order is {state} already.")
    if answer == "rejected" and not reason.strip():
        raise ReasonMissing("Say why you reject it.", fields={"reason": "Say why you reject it."})
    return True


def check_receipt(
    state: PurchaseOrderState, outstanding: Mapping[int, int], received: Sequence[tuple[int, int]]
) -> None:
    """Check (line number, units received) against the units still `outstanding` by line of the school's own drop.

    Fewer than ordered, even 0, is a record of a short delivery; more is refused, because what comes on top of an order
    is not owed. Raises PurchaseOrderNotAccepted, ReceiptRefused.
    """
    if state != "accepted":
        raise PurchaseOrderNotAccepted(f"The supplier has not accepted this purchase order: it is {state}.")
    faults: dict[str, str] = {}
    seen: set[int] = set()
    for position, (line_no, quantity) in enumerate(received):
        if line_no not in outstanding:
            faults[f"lines.{position}.line_no"] = "Your school has no such line in this purchase order."
        elif line_no in seen:
            faults[f"lines.{position}.line_no"] = "This line stands in the receipt twice."
        elif quantity > outstanding[line_no]:
            faults[f"lines.{position}.quantity_received"] = (
                f"At most {outstanding[line_no]} are still to come; put anything more into the note."
            )
        seen.add(line_no)
    if faults or not received:
        raise ReceiptRefused("The receipt does not fit the order.", fields=faults or {"lines": "Enter a line."})


def drop_state(outstanding: Mapping[int, int]) -> DropState:
    """The state of a drop of which something has been recorded: received when nothing is outstanding."""
    return "part" if any(outstanding.values()) else "received"
