"""The match of a whole invoice: order, receipts and invoice in total."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from contracts.money import line_net_pence

Verdict = Literal["agrees", "tolerated", "differs", "awaiting"]


class Matched(Protocol):
    """Matches of one invoice with the same figures, in pence: how many they are, and at how many places.

    A place is a school and a line of an order; what was ordered and received there counts once.
    """

    times: int
    places: int
    quantity_ordered: int
    quantity_received: int
    unit_price_ordered: Decimal
    net_pence: int
    state: str
    billable_net_pence: int
    credited_net_pence: int
    claim_net_pence: int
    returned_net_pence: int
    due_net_pence: int


@dataclass(frozen=True, slots=True)
class MatchTotals:
    """Net pence. What is credited, agreed, tolerated, claimed and awaited makes up what is invoiced.

    `ordered` and `received` are at the prices of the order, of the lines and schools that are invoiced. `agreed` is
    billed or can be, `tolerated` is asked for beyond that and not claimed, `awaiting` is held until schools say what
    came.
    """

    ordered_net_pence: int
    received_net_pence: int
    invoiced_net_pence: int
    credited_net_pence: int
    agreed_net_pence: int
    tolerated_net_pence: int
    claimed_net_pence: int
    awaiting_net_pence: int

    @property
    def verdict(self) -> Verdict:
        """Whether the invoice agrees with order and receipts in total, and if not, in what way."""
        if self.awaiting_net_pence:
            return "awaiting"
        if self.claimed_net_pence:
            return "differs"
        return "tolerated" if self.tolerated_net_pence else "agrees"


def total_matches(matches: Iterable[Matched]) -> MatchTotals:
    """Add up the matches of one invoice."""
    matches = list(matches)
    agreed = tolerated = awaiting = 0
    for match in matches:
        unclaimed = match.net_pence - match.credited_net_pence - match.claim_net_pence
        if match.state in ("billable", "billed"):
            kept = match.billable_net_pence - match.returned_net_pence - match.due_net_pence
            agreed += min(kept, unclaimed) * match.times
            tolerated += max(unclaimed - kept, 0) * match.times
        elif match.claim_net_pence:
            agreed += unclaimed * match.times
        else:
            awaiting += unclaimed * match.times
    return MatchTotals(
        ordered_net_pence=sum(
            line_net_pence(match.quantity_ordered, match.unit_price_ordered) * match.places for match in matches
        ),
        received_net_pence=sum(
            line_net_pence(match.quantity_received, match.unit_price_ordered) * match.places for match in matches
        ),
        invoiced_net_pence=sum(match.net_pence * match.times for match in matches),
        credited_net_pence=sum(match.credited_net_pence * match.times for match in matches),
        agreed_net_pence=agreed,
        tolerated_net_pence=tolerated,
        claimed_net_pence=sum(match.claim_net_pence * match.times for match in matches),
        awaiting_net_pence=awaiting,
    )
