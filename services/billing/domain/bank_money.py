"""What reconciling takes and gives: bank lines, proposals of what they settle, and what becomes of each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from services.billing.domain.open_item import ON_ACCOUNT, OpenItem

_CERTAIN: Final = 95
"""The score of the same amount and all of our reference."""


class BankMoney(NamedTuple):
    """A bank line that nothing is matched to: pence, positive in.

    `may_post` is False where its statement does not add up, or a person undid a match of it: then it is only proposed.
    """

    line_id: str
    booked_on: date
    amount_pence: int
    currency: str
    counterparty: str
    counterparty_account: str
    reference: str
    may_post: bool = True


class Share(NamedTuple):
    """How much of a line is for what: pence with the line's sign, or against it where a credit is set off.

    `item` is None for a nominal account, whose code `number` then is, for another bank line, whose id it is, and for
    money that stays on account of a `party`, whose id it is.
    """

    item: OpenItem | None
    pence: int
    kind: str
    number: str
    document_id: str | None = None
    party: str = ""


class Proposal(NamedTuple):
    """What a line may settle, how likely (higher is likelier), and why, in words."""

    score: int
    shares: tuple[Share, ...]
    reasons: tuple[str, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of the documents that it would settle."""
        return tuple(share.item.document_id for share in self.shares if share.item)

    @property
    def why(self) -> str:
        """The reasons as one sentence."""
        text = "; ".join(self.reasons)
        return f"{text[:1].upper()}{text[1:]}."


@dataclass(slots=True)
class Outcome:
    """What becomes of a line: it posts to `posts`, or is listed with proposals, the likeliest first."""

    explanation: str = ""
    posts: tuple[Share, ...] = ()
    proposals: Sequence[Proposal] = ()

    @property
    def offered(self) -> Sequence[Proposal]:
        """What a person may accept: the proposals, or what would post by itself when the next statement is read in."""
        return [Proposal(_CERTAIN, self.posts, (self.explanation.rstrip("."),))] if self.posts else self.proposals


def on_account(item: OpenItem, pence: int) -> Share:
    """So many pence that stay on account of whose item it is, a school's or a supplier's."""
    kind, party = (
        ("school_account", str(item.school_urn)) if item.school_urn else ("supplier_account", item.supplier_id)
    )
    return Share(None, pence, kind, ON_ACCOUNT, party, item.party)


def share_of(item: OpenItem, pence: int | None = None) -> Share:
    """All that is open of an item, or so many pence of it."""
    return Share(item, item.open_pence if pence is None else pence, item.kind, item.number, item.document_id)
