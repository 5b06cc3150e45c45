"""A purchase order: one supplier, one contract, one drop for each school."""

from collections.abc import Mapping
from typing import Literal

from services.orders.domain.errors import PurchaseOrderAnswered, ReasonMissing

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


def drop_state(outstanding: Mapping[int, int]) -> DropState:
    """The state of a drop of which something has been recorded: received when nothing is outstanding."""
    return "part" if any(outstanding.values()) else "received"
