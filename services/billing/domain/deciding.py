"""What a manager can decide of one school's line, and what stands of it from then on."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from services.billing.domain.errors import (
    InvoiceRejected,
    MatchBilled,
    MatchNotAcceptable,
    MatchNotDecided,
    MatchNotHeld,
    NothingToClaim,
)
from services.billing.domain.judging import NEVER_ACCEPTED

Decision = Literal["accepted", "disputed", "credit_requested", "withdrawn"]
DECISIONS: Final[tuple[Decision, ...]] = ("accepted", "disputed", "credit_requested", "withdrawn")

STAYS: Final = {
    "paid": "the school has paid of that bill",
    "credited": "the supplier has credited of the line, or it is claimed back",
    "disputed": "the school disputes the line there: answer that first",
}
"""Why a line stays on its bill. What the supplier credits of it comes back to the school as a credit note."""


class Decidable(Protocol):
    """A match as far as a decision looks at it.

    `bill_number` is the bill that carries it, `stays_why` why it stays on that (one of STAYS, None: it can come off),
    `rejected_why` why its invoice is rejected as a whole.
    """

    @property
    def state(self) -> str: ...
    @property
    def reasons(self) -> Collection[str]: ...
    @property
    def accepted_reasons(self) -> Collection[str]: ...
    @property
    def disputed(self) -> bool: ...
    @property
    def credit_requested(self) -> bool: ...
    @property
    def claim_net_pence(self) -> int: ...
    @property
    def claim_vat_pence(self) -> int: ...
    @property
    def bill_number(self) -> str | None: ...
    @property
    def stays_why(self) -> str | None: ...
    @property
    def rejected_why(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Stand:
    """What counts of all decisions on a match: reasons that are accepted, a dispute, a credit that is asked for.

    `off_bill`: the school has been billed for the line, which comes off that bill by a credit note.
    """

    accepted: tuple[str, ...] = ()
    disputed: bool = False
    credit_requested: bool = False
    off_bill: bool = False


def decide(decision: Decision, match: Decidable) -> Stand:
    """What stands of a match after this decision.

    Accepting takes the reasons for which a line is held: the school is billed for no more than it ordered and received,
    at no more than the price and VAT of its order, and the rest stays in clearing for the supplier to credit. A dispute
    holds one school's line and nobody else's. Taking back leaves what the match itself says. A line that stands on a
    bill of which nothing is paid or credited comes off it for either. Raises MatchNotHeld,
    MatchNotAcceptable, MatchBilled, MatchNotDecided or NothingToClaim; InvoiceRejected for all but a request for credit
    where the whole invoice is rejected.
    """
    if match.rejected_why is not None and decision != "credit_requested":
        raise InvoiceRejected("The whole invoice is rejected. Take the rejection back first.")
    if decision == "accepted":
        return _accept(match)
    if decision == "disputed":
        return Stand((), disputed=True, credit_requested=match.credit_requested, off_bill=_comes_off(match))
    if decision == "credit_requested":
        if not match.claim_net_pence + match.claim_vat_pence:
            raise NothingToClaim("The supplier asks for no more of this line than was ordered and received.")
        return Stand(tuple(match.accepted_reasons), match.disputed, credit_requested=True)
    return _withdraw(match)


def _accept(match: Decidable) -> Stand:
    if match.state != "held":
        raise MatchNotHeld("This line is not held.")
    if not NEVER_ACCEPTED.isdisjoint(match.reasons):
        raise MatchNotAcceptable("A school pays for nothing that it has not ordered and received.")
    accepted = tuple(reason for reason in match.reasons if reason != "disputed")
    return Stand(accepted, disputed=False, credit_requested=match.credit_requested)


def _withdraw(match: Decidable) -> Stand:
    """Of a billed line first the request for a credit is taken back, then what it was released for."""
    if match.state == "billed" and match.credit_requested:
        return Stand(tuple(match.accepted_reasons), match.disputed, credit_requested=False)
    off_bill = _comes_off(match)
    if not match.accepted_reasons and not match.disputed and not match.credit_requested:
        raise MatchNotDecided("Nothing was decided on this line.")
    return Stand(off_bill=off_bill)


def _comes_off(match: Decidable) -> bool:
    """Whether the line has a bill to come off. Raises MatchBilled where it has one and stays."""
    if match.state == "billed" and match.stays_why is not None:
        raise MatchBilled(
            f"The school has been billed for this line on {match.bill_number}, and {STAYS[match.stays_why]}. What the "
            "supplier credits of it comes back to the school as a credit note."
        )
    return match.state == "billed"
