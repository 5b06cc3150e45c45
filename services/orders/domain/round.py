"""A round: the window in which schools order together.

draft → open → closed → ordered → delivered → settled, or cancelled. The steps after `closed` follow from what suppliers
answer and schools receive; `advance_round` in the database takes them, since no single member may write a round.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.orders.domain.errors import DatesOutOfOrder, NotAMember, RoundNotDraft, RoundNotOpen

RoundState = Literal["draft", "open", "closed", "ordered", "delivered", "settled", "cancelled"]


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it is kept; `offers_version` counts changes of its offers after opening (withdrawals).

    `opens_at` is when it opened; of a draft, when it is to open by itself, if it is.
    """

    round_id: str
    number: str
    title: str
    state: RoundState
    opens_at: datetime | None
    closes_at: datetime
    delivery_from: date
    delivery_to: date
    closed_at: datetime | None
    offers_version: int
    version: int

    def must_take_orders(self, now: datetime) -> None:
        """Raise RoundNotOpen unless schools may still order: the deadline counts, not whether the close has run."""
        if self.state != "open":
            raise RoundNotOpen(f"This round takes no orders: it is {self.state}.")
        if now >= self.closes_at:
            raise RoundNotOpen("The deadline of this round has passed.")

    def must_be_draft(self) -> None:
        """Raise RoundNotDraft unless the round may still be changed freely and opened."""
        if self.state != "draft":
            raise RoundNotDraft(f"This round is {self.state}; only a draft can be changed or opened.")


def check_dates(now: datetime, closes_at: datetime, delivery_from: date, delivery_to: date) -> None:
    """Raise DatesOutOfOrder unless the deadline is to come and the delivery window does not end before it begins."""
    faults = {}
    if closes_at <= now:
        faults["closes_at"] = "The deadline must lie in the future."
    if delivery_to < delivery_from:
        faults["delivery_to"] = "Delivery cannot end before it begins."
    if faults:
        raise DatesOutOfOrder("The dates of the round are out of order.", fields=faults)


def check_opening(now: datetime, opens_at: datetime | None, closes_at: datetime) -> None:
    """Raise DatesOutOfOrder unless a draft that opens by itself does so between now and its deadline."""
    fault = None
    if opens_at is not None and opens_at <= now:
        fault = "The time to open must lie in the future."
    elif opens_at is not None and opens_at >= closes_at:
        fault = "The round must open before its deadline."
    if fault:
        raise DatesOutOfOrder("The dates of the round are out of order.", fields={"opens_at": fault})


@dataclass(frozen=True, slots=True)
class Member:
    """A school as far as ordering needs it; membership runs from `joined_on` to `left_on`, both included."""

    urn: int
    name: str
    phase: str
    joined_on: date
    left_on: date | None
    type_code: str = ""
    membership_class: str = "full"

    def must_belong(self, today: date) -> None:
        """Raise NotAMember unless the school is in the alliance today."""
        if self.joined_on > today or (self.left_on is not None and self.left_on < today):
            raise NotAMember(f"{self.name} is not a member of the alliance today.")
