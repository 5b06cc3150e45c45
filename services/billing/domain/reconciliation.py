"""A whole statement reconciled together: what posts by itself, and ranked proposals with reasons for all else.

A line posts only when it carries our whole references and its amount is exactly what these have open (bank_exact).
All other lines are proposed: candidates by reference, payer and amount (bank_proposals), given out so that two lines
of the same amount do not both claim one bill (bank_assignment). A person decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from contracts.money import pounds
from services.billing.domain.bank_assignment import assign, takes
from services.billing.domain.bank_entries import NOMINAL
from services.billing.domain.bank_exact import ExactPosts, Named
from services.billing.domain.bank_index import OpenIndex
from services.billing.domain.bank_money import BankMoney, Outcome, Proposal, Share
from services.billing.domain.bank_payers import Party, Payers, Sighting, payer_key
from services.billing.domain.bank_proposals import Evidence, nominal_proposals, proposals_for, together
from services.billing.domain.bank_references import references_in
from services.billing.domain.open_item import RETURNED, OpenItem

MOST_PROPOSALS: Final = 5
_WORTH_GIVING: Final = 40
_CLAIMED: Final = 30
_MOST_LINES_OF_PARTY: Final = 40
_RETURNS: Final = ("RETURN", "UNPAID", "RECALL", "REVERS", "REFUND")


def reconcile(
    lines: Sequence[BankMoney],
    items: Sequence[OpenItem],
    seen: Mapping[str, Iterable[Sighting]] | None = None,
    closed: Mapping[str, str] | None = None,
) -> dict[str, Outcome]:
    """What becomes of every line, by its id.

    `items` is everything open on the lines' account, `seen` who payers turned out to be (bank_payers), `closed` what
    to say of references of ours that nothing is open of, a sentence for each.
    """
    exact = ExactPosts(lines, items)
    outcomes, left = exact.outcomes, exact.left
    if left:
        index = OpenIndex(exact.still_open(items))
        _propose(left, index, Payers(index.names(), seen or {}), outcomes)
    for line, found in left:
        outcome = outcomes[line.line_id]
        outcome.explanation = _explained(line, outcome, found, closed or {})
    return outcomes


def _propose(
    lines: Iterable[tuple[BankMoney, Named]],
    index: OpenIndex,
    payers: Payers,
    outcomes: Mapping[str, Outcome],
) -> None:
    still = {item.document_id for items in index.by_party.values() for item in items}
    evidence: dict[str, Evidence] = {}
    found: dict[str, list[Proposal]] = {}
    for line, named in lines:
        if line.currency != "GBP" or not line.amount_pence:
            continue
        open_named = [item for item in named if item.document_id in still]
        evidence[line.line_id] = Evidence(line, index, payers, open_named)
        found[line.line_id] = [*proposals_for(evidence[line.line_id]), *nominal_proposals(line, payers)]
    for line_id, proposal in (*_together(evidence), *_against_each_other(evidence)):
        found[line_id].append(proposal)
    worth = {
        line_id: sorted(proposals, key=_rank)[:MOST_PROPOSALS]
        for line_id, proposals in found.items()
        if any(proposal.score >= _WORTH_GIVING for proposal in proposals)
    }
    given = assign(worth)
    claimed = {document: line_id for line_id, proposal in given.items() for document in takes(proposal)}
    for line_id, proposals in found.items():
        outcomes[line_id].proposals = _ranked(line_id, proposals, given.get(line_id), claimed)


def _ranked(
    line_id: str, proposals: Iterable[Proposal], given: Proposal | None, claimed: Mapping[str, str]
) -> list[Proposal]:
    """The likeliest first: what the line was given, then the others, those that fit another line better last."""
    ranked: dict[tuple[tuple[str, str | None, int], ...], Proposal] = {}
    for proposal in proposals:
        if proposal is not given and any(claimed.get(document, line_id) != line_id for document in takes(proposal)):
            reasons = (*proposal.reasons, "another line fits it better")
            proposal = proposal._replace(score=proposal.score - _CLAIMED, reasons=reasons)
        key = tuple(sorted((share.number, share.document_id, share.pence) for share in proposal.shares))
        if key not in ranked or ranked[key].score < proposal.score:
            ranked[key] = proposal
    return sorted(ranked.values(), key=lambda each: (each is not given, *_rank(each)))[:MOST_PROPOSALS]


def _rank(proposal: Proposal) -> tuple[int, int, str]:
    return -proposal.score, len(proposal.shares), proposal.shares[0].number


def _together(evidence: Mapping[str, Evidence]) -> list[tuple[str, Proposal]]:
    """Several lines for one item: two of one party's lines, fitting none alone, that come to what is open of one."""
    by_party: dict[Party, list[str]] = defaultdict(list)
    for line_id, told in evidence.items():
        for party in () if told.fits else {*told.guesses, *told.parties_by_reference(20)}:
            by_party[party].append(line_id)
    found: list[tuple[str, Proposal]] = []
    for party, line_ids in by_party.items():
        of_party = next(iter(evidence.values())).index.by_party.get(party, ())
        items = [item for item in of_party if not item.paid_whole]
        amounts: dict[int, str] = {}
        for line_id in line_ids[:_MOST_LINES_OF_PARTY]:
            line = evidence[line_id].line
            for item in items[:_MOST_LINES_OF_PARTY]:
                other_id = amounts.get(item.open_pence - line.amount_pence)
                if other_id is not None and 0 < line.amount_pence / item.open_pence < 1:
                    other = evidence[other_id].line
                    found.append((line_id, together(line, item, [other], evidence[line_id])))
                    found.append((other_id, together(other, item, [line], evidence[other_id])))
            amounts.setdefault(line.amount_pence, line_id)
    return found


def _against_each_other(evidence: Mapping[str, Evidence]) -> list[tuple[str, Proposal]]:
    """Money that came and went again: a payment that was returned, or one made twice and given back."""
    found: list[tuple[str, Proposal]] = []
    waiting: dict[int, list[BankMoney]] = defaultdict(list)
    for told in evidence.values():
        line = told.line
        for other in waiting.get(-line.amount_pence, ())[:3]:
            alike = payer_key(line.counterparty) == payer_key(other.counterparty)
            returned = any(word in f"{line.reference} {other.reference}".upper() for word in _RETURNS)
            if alike or returned:
                score = 36 + 12 * alike + 12 * returned
                said = (*(["same payer"] if alike else []), *(["reads like a return"] if returned else []))
                found += [_contra(one, two, score, said) for one, two in ((line, other), (other, line))]
        waiting[line.amount_pence].append(line)
    return found


def _contra(line: BankMoney, other: BankMoney, score: int, said: Iterable[str]) -> tuple[str, Proposal]:
    day = f"{other.booked_on:%-d %B}"
    share = Share(None, line.amount_pence, "bank_line", f"line of {day}", other.line_id)
    went = "came" if other.amount_pence > 0 else "went"
    return line.line_id, Proposal(score, (share,), (f"the same amount {went} on {day}", *said))


def _explained(line: BankMoney, outcome: Outcome, named: Named, closed: Mapping[str, str]) -> str:
    """Why a line did not post, in a sentence."""
    if line.currency != "GBP":
        return f"In {line.currency}: the books are kept in pounds."
    if not line.may_post and outcome.proposals:
        return f"Perhaps {_names(outcome.proposals[0])}: {outcome.proposals[0].why}"
    told = [closed[reference] for reference in references_in(line.reference) if reference in closed]
    if named:
        return " ".join((*told, _named(line, named)))
    if told:
        return " ".join(told)
    if outcome.proposals:
        return f"Perhaps {_names(outcome.proposals[0])}: {outcome.proposals[0].why}"
    if line.amount_pence <= 0:
        return "Carries no reference of ours."
    return "Carries no reference of ours, and no open bill has this amount."


def _named(line: BankMoney, named: Named) -> str:
    numbers, due = " and ".join(item.number for item in named), sum(item.open_pence for item in named)
    paid = all(item.kind == RETURNED for item in named)
    if paid and line.amount_pence < 0:
        return f"Names {numbers}, which is paid already."
    if line.amount_pence * due < 0:
        return f"Names {numbers}, but the money goes {'in' if line.amount_pence > 0 else 'out'}."
    over = abs(line.amount_pence) - abs(due)
    told = "the same amount" if not over else f"the amount is £{pounds(abs(over))} {'more' if over > 0 else 'less'}"
    open_ = f"of which £{pounds(abs(due))} is open" if len(named) == 1 else f"together £{pounds(abs(due))} open"
    if paid:
        open_ = f"of which £{pounds(due)} was paid"
    return f"Names {numbers}, {open_}: {told}."


def _names(proposal: Proposal) -> str:
    """The documents of a proposal with whose they are, "B-000001 + B-000002 (Ash Primary)", or "Bank charges"."""
    numbers = " + ".join(NOMINAL.get(share.number, share.number) for share in proposal.shares)
    parties = dict.fromkeys(share.item.party for share in proposal.shares if share.item)
    return f"{numbers} ({', '.join(parties)})" if parties else numbers
