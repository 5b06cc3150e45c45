"""Sharing a supplier's credit over what it had invoiced, school by school."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.allocation import allocate
from contracts.money import pounds
from services.billing.domain.errors import CreditExceedsBill, CreditExceedsInvoice
from services.billing.domain.match_facts import Amount, InvoicedLine, Key, Match


@dataclass(frozen=True, slots=True)
class CreditShare:
    """What a line that gives back gives of one match; positive units and pence."""

    invoice_id: str
    line_no: int
    on: Key
    amount: Amount


@dataclass(slots=True)
class _Running:
    """What is credited and still claimed of each match while a run of credits is shared."""

    credited: dict[Key, Amount] = field(default_factory=dict)
    claimed: dict[Key, int] = field(default_factory=dict)


def share_credit(credit_pence: int, billed: Mapping[int, int], credited: Mapping[int, int]) -> dict[int, int]:
    """Share a credit over schools by what each was billed, so that all credits together stay in proportion.

    `billed` and `credited` are pence by URN so far. The credits are shared cumulatively (domain example 11): three of
    10.00 over three equal bills leave each school with exactly 10.00. No school ever gives back a penny of an earlier
    credit, nor gets more than it was billed. Raises CreditExceedsBill.
    """
    before = sum(credited.values())
    if before + credit_pence > sum(billed.values()):
        left = sum(billed.values()) - before
        raise CreditExceedsBill(f"Only £{pounds(left)} of what was billed is left to credit.")
    if not credit_pence:
        return dict.fromkeys(billed, 0)
    target = allocate(before + credit_pence, billed)
    return allocate(credit_pence, {urn: max(target[urn] - credited.get(urn, 0), 0) for urn in billed})


def check_credits(lines: Iterable[InvoicedLine]) -> None:
    """Hold all lines of a purchase order to giving back no more of an order line than was invoiced.

    Raises CreditExceedsInvoice.
    """
    left: dict[int, int] = defaultdict(int)
    for line in lines:
        left[line.order_line_no] += line.net_pence
    for order_line_no, pence in left.items():
        if pence < 0:
            raise CreditExceedsInvoice(
                f"£{pounds(-pence)} more is credited of order line {order_line_no} than invoiced."
            )


def place_credits(
    given_back: Iterable[InvoicedLine], matches: Iterable[Match], registering: str | None = None
) -> list[CreditShare]:
    """Say of which matches each credit gives back, in the order in which they were registered.

    A credit goes to the invoices that its document names, and the school that its line names. What names no school
    goes first to what is claimed of the supplier, in proportion, and the rest to every school's share, cumulatively. A
    credit waits (and is left out) while the line's own shares are unknown or a proposal.

    The document that is being registered may give back no more than was invoiced to whom it names: raises
    CreditExceedsInvoice. Of a credit that had to wait, what is too much is left in clearing.
    """
    by_order_line: dict[int, list[Match]] = defaultdict(list)
    for match in matches:
        by_order_line[match.order_line_no].append(match)
    by_school: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for found in by_order_line.values():
        found.sort(key=lambda match: (match.school_urn, match.invoice_id, match.line_no))
        for match in found:
            by_school[match.order_line_no, match.school_urn].append(match)
    running = _Running()
    shares: list[CreditShare] = []
    for credit in given_back:
        urn = credit.school_urn
        places = by_order_line[credit.order_line_no] if urn is None else by_school[credit.order_line_no, urn]
        if credit.credits:
            places = [match for match in places if match.invoice_id in credit.credits]
        if not places and not by_order_line[credit.order_line_no]:
            continue
        if any("awaiting_receipts" in match.reasons for match in places):
            continue
        shares += _place(credit, places, running, strict=credit.invoice_id == registering)
    return shares


def _place(credit: InvoicedLine, matches: Sequence[Match], running: _Running, *, strict: bool) -> list[CreditShare]:
    keys = [(match.invoice_id, match.line_no, match.school_urn) for match in matches]
    credited = [running.credited.get(key, match.credited) for key, match in zip(keys, matches, strict=True)]
    nets = dict(enumerate(match.net_pence for match in matches))
    before = {index: amount.net_pence for index, amount in enumerate(credited)}
    give = -credit.net_pence
    left = sum(nets.values()) - sum(before.values())
    if give > left and strict:
        raise CreditExceedsInvoice(
            f"Line {credit.line_no} gives back £{pounds(give)}; only £{pounds(left)} of what was invoiced is left."
        )
    give = min(give, left)
    claims = {
        index: running.claimed.get(key, match.claim.net_pence)
        for index, (key, match) in enumerate(zip(keys, matches, strict=True))
    }
    first = min(give, sum(claims.values()))
    to_claims = allocate(first, claims) if first else dict.fromkeys(nets, 0)
    rest = share_credit(give - first, nets, {index: before[index] + to_claims[index] for index in nets})
    given = {index: to_claims[index] + rest[index] for index in nets}
    vats = _vat_of(credit, given, dict(enumerate(credited)))
    units = _units(credit, matches, given)
    shares = []
    for index, match in enumerate(matches):
        left_over = Amount(match.quantity_invoiced, match.net_pence, match.vat_pence) - credited[index]
        amount = Amount(units[index], given[index], vats[index]).least(left_over)
        if amount.net_pence or amount.quantity:
            running.credited[keys[index]] = credited[index] + amount
            running.claimed[keys[index]] = claims[index] - to_claims[index]
            shares.append(CreditShare(credit.invoice_id, credit.line_no, keys[index], amount))
    return shares


def _vat_of(credit: InvoicedLine, given: Mapping[int, int], credited: Mapping[int, Amount]) -> dict[int, int]:
    """The credit's VAT in the proportion of all that is credited so far, so that it evens out as the net does."""
    give = -credit.vat_pence
    nets = {index: credited[index].net_pence + pence for index, pence in given.items()}
    if give <= 0 or not any(nets.values()):
        return dict.fromkeys(given, 0)
    target = allocate(give + sum(amount.vat_pence for amount in credited.values()), nets)
    return allocate(give, {index: max(target[index] - credited[index].vat_pence, 0) for index in nets})


def _units(credit: InvoicedLine, matches: Sequence[Match], given: Mapping[int, int]) -> dict[int, int]:
    """Units given back: a credit at the price of the invoice or of the order; any other corrects the price alone."""
    prices = {price for match in matches for price in (match.unit_price_invoiced, match.unit_price_ordered)}
    if credit.unit_price not in prices or not any(given.values()):
        return dict.fromkeys(given, 0)
    return allocate(abs(credit.quantity), given)
