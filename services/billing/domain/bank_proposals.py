"""What a bank line may settle: every likely document or set of documents with a score and the reasons in words.

A score adds up what speaks for a proposal: the amount (up to 50), our reference (45), the payer (30). Nothing here
posts anything: a person decides.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from contracts.money import pounds
from services.billing.domain.bank_index import OpenIndex, folded_number, party_of
from services.billing.domain.bank_money import BankMoney, Proposal, Share, on_account, share_of
from services.billing.domain.bank_payers import Guess, Party, Payers
from services.billing.domain.bank_references import fragments_in, likeness, numbers_in, urns_in
from services.billing.domain.bank_sums import sums_of
from services.billing.domain.ledger import BANK_CHARGES, INTEREST_RECEIVED
from services.billing.domain.open_item import RETURNED, OpenItem

_MOST_ALIKE: Final = 12
_MOST_OF_PARTY: Final = 60
_SAME, _PENNY, _PART = 50, 28, 6
_WHOLE_REFERENCE: Final = 45
_SURE_PAYER: Final = 20
_OTHER_PAYER: Final = 15
_LEAST: Final = 26
_LEAST_SAID: Final = 12
_CHARGE_WORDS: Final = ("CHARGE", "FEE", "COMMISSION", "TARIFF")


class Evidence:
    """What one line says of the open items: whole references, parts of them, and who it is from."""

    def __init__(self, line: BankMoney, index: OpenIndex, payers: Payers, named: Sequence[OpenItem]) -> None:
        self.line = line
        self.index = index
        self.named = {item.document_id: item for item in named}
        self.fragments = fragments_in(line.reference)
        self.words = {folded_number(word) for word in line.reference.split()} if line.amount_pence < 0 else set()
        self.guesses: dict[Party, Guess] = {
            guess.party: guess for guess in payers.of(line.counterparty or line.reference, line.counterparty_account)
        }
        self.sure_payer = max((guess.weight for guess in self.guesses.values()), default=0) >= _SURE_PAYER
        self.candidates = self._candidates()
        self._references: dict[str, tuple[int, str]] = {}

    def reference(self, item: OpenItem) -> tuple[int, str]:
        """How much of the item's reference the line carries, and in which words."""
        found = self._references.get(item.document_id)
        if found is None:
            found = self._references[item.document_id] = self._likeness(item)
        return found

    def payer(self, item: OpenItem) -> tuple[int, str]:
        """What the payer's name says of the item: for it, nothing, or against it."""
        guess = self.guesses.get(self.index.party[item.document_id])
        if guess:
            return guess.weight, guess.reason
        return (-_OTHER_PAYER, "payer seems to be another") if self.sure_payer else (0, "")

    @cached_property
    def near(self) -> list[tuple[OpenItem, Proposal]]:
        """The items that the line may settle whole, to a penny, with the proposals of that."""
        amount = abs(self.line.amount_pence)
        items = [item for item in self.candidates if -1 <= amount - abs(item.open_pence) <= 1]
        return [(item, proposal) for item in items if (proposal := _single(self, item))]

    @cached_property
    def fits(self) -> bool:
        """Whether the line is an item's amount to a penny, and its payer or its reference speaks for that as well."""
        return any(max(self.reference(item)[0], self.payer(item)[0]) >= _LEAST_SAID for item, _ in self.near)

    def parties_by_reference(self, least: int) -> set[Party]:
        """Who owes or is owed what the line's reference is like, besides those that its payer may be."""
        parties = self.index.party
        return {
            parties[item.document_id]
            for item in self.candidates
            if parties[item.document_id] not in self.guesses and self.reference(item)[0] >= least
        }

    def _candidates(self) -> Sequence[OpenItem]:
        """Every item that the line's reference, payer or amount leads to."""
        index, amount = self.index, self.line.amount_pence
        lists = [index.first(index.by_amount, amount + step, _MOST_ALIKE) for step in (0, 1, -1)]
        for fragment in self.fragments:
            lists += [index.first(index.by_number, number, _MOST_ALIKE) for number in numbers_in(fragment)]
            lists += [index.first(index.by_urn, urn, _MOST_OF_PARTY) for urn in urns_in(fragment)]
        lists += [index.first(index.by_their_number, word, _MOST_ALIKE) for word in self.words]
        lists += [index.first(index.by_party, party, _MOST_OF_PARTY) for party in self.guesses]
        return list((self.named | {item.document_id: item for items in lists for item in items}).values())

    def _likeness(self, item: OpenItem) -> tuple[int, str]:
        if item.document_id in self.named:
            return _WHOLE_REFERENCE, f"our reference {item.reference}"
        if item.their_number and folded_number(item.their_number) in self.words:
            return 36, f"their number {item.their_number}"
        if self.named or not self.fragments:  # a whole reference means itself, and nothing that looks like it
            return 0, ""
        return likeness(self.fragments, item.reference)


def proposals_for(evidence: Evidence) -> list[Proposal]:
    """Everything that a line may settle by itself, in no order.

    Where it fits an item (Evidence.fits), it is not proposed as several others, nor as a part of one that it does not
    name.
    """
    amount = abs(evidence.line.amount_pence)
    others = [
        _single(evidence, item)
        for item in (evidence.named.values() if evidence.fits else evidence.candidates)
        if not -1 <= amount - abs(item.open_pence) <= 1
    ]
    found = [*(proposal for _, proposal in evidence.near), *filter(None, others)]
    if not evidence.fits:
        found += _several(evidence)
    if len(evidence.named) > 1:
        found += [proposal for proposal in (_all_named(evidence),) if proposal]
    return found


def nominal_proposals(line: BankMoney, payers: Payers) -> list[Proposal]:
    """Bank charges and interest: as a person posted lines that read alike, or by the words that banks use."""
    learned = [
        Proposal(62, (_nominal(line.amount_pence, guess.party[1]),), (guess.reason,))
        for guess in payers.nominal(line.counterparty, line.reference)
    ]
    text = f"{line.counterparty} {line.reference}".upper()
    if learned or line.amount_pence == 0:
        return learned
    if "INTEREST" in text:
        code = INTEREST_RECEIVED if line.amount_pence > 0 else BANK_CHARGES
        return [Proposal(40, (_nominal(line.amount_pence, code),), ("reads like interest",))]
    if line.amount_pence < 0 and any(word in text for word in _CHARGE_WORDS):
        return [Proposal(40, (_nominal(line.amount_pence, BANK_CHARGES),), ("reads like a bank charge",))]
    return []


def together(line: BankMoney, item: OpenItem, others: Sequence[BankMoney], evidence: Evidence) -> Proposal:
    """The line as one of several that come to what is open of one item."""
    told = " and ".join(f"£{pounds(abs(other.amount_pence))} of {other.booked_on:%-d %B}" for other in others)
    reference, named = evidence.reference(item)
    payer, seen = evidence.payer(item)
    reasons = (f"with {told} it comes to what is open", seen, named)
    return Proposal(42 + reference + payer, (share_of(item, line.amount_pence),), tuple(filter(None, reasons)))


def _single(evidence: Evidence, item: OpenItem) -> Proposal | None:
    """The line as settling this item: whole, a penny off, in part, or with money over that stays on account."""
    amount, open_pence = evidence.line.amount_pence, item.open_pence
    if amount * open_pence <= 0:
        return None
    over = _over(evidence, item)
    points = _SAME if over == 0 else _PENNY if abs(over) == 1 else _PART
    if item.paid_whole and over not in (0, 1):
        return None
    reference, named = evidence.reference(item)
    payer, seen = evidence.payer(item)
    score = points + reference + payer
    if item.kind == RETURNED and max(reference, payer) < _LEAST_SAID:  # what a school pays may be the same amount
        return None
    if score < _LEAST or (points == _PART and reference < 20 and (over > 0 or payer < _LEAST_SAID)):
        return None
    if over > 1 and not (item.reference and party_of(item)[0] != "payee"):
        return None
    shares, said = _shared(evidence, item, over)
    return Proposal(score, shares, tuple(filter(None, (said, seen, named))))


def _over(evidence: Evidence, item: OpenItem) -> int:
    """How many pence the line has more than is open of the item, whichever way both go."""
    return abs(evidence.line.amount_pence) - abs(item.open_pence)


def _shared(evidence: Evidence, item: OpenItem, over: int) -> tuple[tuple[Share, ...], str]:
    """How the line's money is shared where it is `over` pence more than is open of the item, and that in words."""
    amount, open_pence = evidence.line.amount_pence, item.open_pence
    if over == 0:
        alike = len(evidence.index.by_amount[open_pence])
        return (share_of(item),), "same amount" if alike == 1 else f"same amount as {alike} open documents"
    if over == 1:
        return (share_of(item), _nominal(amount - open_pence, BANK_CHARGES)), "a penny more than is open"
    if over > 1:
        said = f"£{pounds(over)} more than is open, which stays on account"
        return (share_of(item), on_account(item, amount - open_pence)), said
    said = "a penny less than is open" if over == -1 else f"part of the £{pounds(abs(open_pence))} open"
    return (share_of(item, amount),), said


def _several(evidence: Evidence) -> Iterator[Proposal]:
    """Sets of one party's items whose sum is the line's amount, or a penny from it."""
    parties = set(evidence.guesses) | evidence.parties_by_reference(10)
    for party in sorted(parties):
        items = [item for item in evidence.index.by_party.get(party, ()) if not item.paid_whole][:_MOST_OF_PARTY]
        if len(items) < 2:
            continue
        for over, together_ in sums_of(evidence.line.amount_pence, items):
            references = [evidence.reference(item)[0] for item in together_]
            payer, seen = evidence.payer(together_[0])
            points = (44 if over == 0 else 27) + sum(references) // len(references) - (len(together_) > 3) * 4
            if max(references) < 10 and payer < _LEAST_SAID:
                continue
            told = (
                "same amount as these together" if over == 0 else f"a penny {'more' if over > 0 else 'less'} than these"
            )
            best = max(evidence.reference(item) for item in together_)[1]
            reasons = tuple(filter(None, (told, seen, best)))
            yield Proposal(points + payer, _fill(evidence.line.amount_pence, together_), reasons)


def _all_named(evidence: Evidence) -> Proposal | None:
    """All the items that a line names whole, as far as its money goes."""
    items = sorted(evidence.named.values(), key=lambda item: (item.due_on is None, item.due_on, item.number))
    amount, due = evidence.line.amount_pence, sum(item.open_pence for item in items)
    over = abs(amount) - abs(due)
    if amount * due <= 0 or over > 1:
        return None
    said = "same amount as these together" if over == 0 else f"£{pounds(abs(over))} {'more' if over > 0 else 'less'}"
    points = _SAME if over == 0 else _PENNY if abs(over) == 1 else _PART
    names = ", ".join(item.reference for item in items)
    payer, seen = evidence.payer(items[0])
    shares = _fill(amount, items)
    if any(not share.pence or not _may_pay(share) for share in shares):
        return None
    reasons = tuple(filter(None, (said, seen, f"our references {names}")))
    return Proposal(points + _WHOLE_REFERENCE + max(payer, 0) + 5, shares, reasons)


def _may_pay(share: Share) -> bool:
    return share.item is None or not share.item.paid_whole or share.pence == share.item.open_pence


def _fill(amount: int, items: Sequence[OpenItem]) -> tuple[Share, ...]:
    """The line's money over the items: credits in full, then the others in their order, the last with what is left."""
    sign = 1 if amount > 0 else -1
    against = [item for item in items if item.open_pence * sign < 0]
    left = amount - sum(item.open_pence for item in against)
    shares = [share_of(item) for item in against]
    for item in (item for item in items if item.open_pence * sign > 0):
        part = min(left * sign, item.open_pence * sign) * sign
        shares.append(share_of(item, part))
        left -= part
    return (*shares, _nominal(left, BANK_CHARGES)) if left else tuple(shares)


def _nominal(pence: int, code: str) -> Share:
    return Share(None, pence, "account", code)
