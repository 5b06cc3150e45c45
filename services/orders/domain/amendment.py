"""A change of a committed line: nobody's alone to make.

The school, the supplier and the alliance each have to agree, whoever asked for it. Until all three have, nothing
changes; then the school's drop changes and the purchase order gets a new revision. No other school's units, price or
pennies move: the supplier's line becomes what the other schools keep plus what this school now has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from contracts.money import line_net_pence
from services.orders.domain.errors import AmendmentDecided, AmendmentRefused, OwnAmendment, ReasonMissing
from services.orders.domain.order import Person

Party = Literal["school", "supplier", "alliance"]
AmendmentState = Literal["proposed", "refused", "withdrawn", "applied"]

PARTIES: Final[tuple[Party, ...]] = ("school", "supplier", "alliance")


@dataclass(frozen=True, slots=True)
class Agreement:
    """That one party has agreed: who for it, and when (UTC)."""

    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class CommittedLine:
    """One school's part of a purchase order's line as it stands; amounts in pence, the price in pounds.

    `line_quantity` and `line_net_pence` are those of all schools together.
    """

    order_state: str
    settled: bool
    unit_price: Decimal
    quantity: int
    received: int
    net_pence: int
    line_quantity: int
    line_net_pence: int


@dataclass(frozen=True, slots=True)
class Amendment:
    """What one party asks for: `quantity` units instead of `quantity_before`; 0 cancels the line.

    With `answer_id` it is part of what the supplier answered to the order and the alliance took: only the school is
    still asked, and the change takes effect with the others of that answer.
    """

    amendment_id: str
    purchase_order_id: str
    school_urn: int
    line_no: int
    quantity_before: int
    quantity: int
    reason: str
    proposed_by: Person
    proposed_for: Party
    agreements: Mapping[Party, Agreement]
    state: AmendmentState = "proposed"
    version: int = 1
    answer_id: str | None = None

    @property
    def waits_for(self) -> tuple[Party, ...]:
        """The parties that have still to agree."""
        return tuple(party for party in PARTIES if party not in self.agreements) if self.state == "proposed" else ()

    def agreed(self, party: Party, by: Person, at: datetime) -> "Amendment":
        """The amendment with one more agreement. Agreeing again changes nothing.

        Raises AmendmentDecided, and OwnAmendment where the school's person who asked is to agree for the school too:
        nobody approves what they ordered themselves.
        """
        self._must_be_undecided()
        if party == "school" and self.proposed_for == "school" and self.proposed_by.person_id == by.person_id:
            raise OwnAmendment("Somebody else at your school has to agree to what you asked for.")
        if party in self.agreements:
            return self
        return replace(self, agreements={**self.agreements, party: Agreement(by, at)})

    def refused(self, party: Party, reason: str) -> "Amendment":
        """The amendment refused by any of the parties. Raises AmendmentDecided, AmendmentRefused, ReasonMissing."""
        self._must_be_undecided()
        if self.answer_id and party != "school":
            raise AmendmentRefused("This is part of an answer to the order: only the school is still asked.")
        if not reason.strip():
            raise ReasonMissing("Say why not.", fields={"reason": "Say why not."})
        return replace(self, state="refused")

    def withdrawn(self, party: Party) -> "Amendment":
        """The amendment taken back by the party that asked. Raises AmendmentDecided, AmendmentRefused."""
        self._must_be_undecided()
        if self.answer_id:
            raise AmendmentRefused("This is part of an answer to the order: only the school is still asked.")
        if party != self.proposed_for:
            raise AmendmentRefused("Only who asked for a change can take it back; you can refuse it.")
        return replace(self, state="withdrawn")

    def _must_be_undecided(self) -> None:
        if self.state != "proposed":
            raise AmendmentDecided(f"This change has been decided: it is {self.state}.")


def check_amendment(line: CommittedLine, quantity: int) -> None:
    """Check that a committed line can still become `quantity` units. Raises AmendmentRefused."""
    fault = None
    if line.order_state != "accepted":
        fault = f"The supplier has not accepted the purchase order: it is {line.order_state}."
    elif line.settled:
        fault = "The purchase order is settled: what was billed is corrected by a credit note."
    elif quantity == line.quantity:
        fault = f"The line has {line.quantity} units already."
    elif quantity < line.received:
        fault = f"{line.received} units have been received, so it cannot become fewer."
    if fault:
        raise AmendmentRefused("The line cannot be changed like this.", fields={"quantity": fault})


def amended_net(line: CommittedLine, quantity: int) -> int:
    """What the school's part of the line comes to, in pence, at the price that was locked.

    The supplier reckons units × price for the line as a whole, so the school bears what that gives beyond the pennies
    that the other schools keep. A cancelled part is nothing at all, and no part falls below nothing.
    """
    if quantity == 0:
        return 0
    others = line.line_net_pence - line.net_pence
    together = line_net_pence(line.line_quantity - line.quantity + quantity, line.unit_price)
    return max(together - others, 0)
