"""One school's share of an invoiced line, held against what it ordered and received."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.money import line_net_pence, round_pence
from contracts.vat import vat_pence
from services.billing.domain.invoice import LINE_TOLERANCE_PENCE
from services.billing.domain.line_shares import Share
from services.billing.domain.match_facts import (
    NOTHING,
    Amount,
    DropLine,
    InvoicedLine,
    Match,
    OrderLine,
    Standing,
    State,
    Tolerance,
    vat_carried,
)

NEVER_ACCEPTED: Final = frozenset({"not_received", "wrong_buyer", "awaiting_receipts"})
"""Reasons that nobody can accept for a school: it has not got, or not ordered, what it would pay for."""

TOLERABLE: Final = frozenset({"price", "quantity_over", "quantity_short"})
"""Differences that a contract can tolerate; no tolerance lets the wrong VAT or the wrong school pass."""


@dataclass(frozen=True, slots=True)
class Case:
    """A share with everything that is needed to judge it.

    `taken` are the units that earlier lines have used up of the school's order, `taken_pence` what it pays for them.
    """

    item: InvoicedLine
    order_line: OrderLine
    drop: DropLine | None
    urn: int
    share: Share
    taken: int
    taken_pence: int
    before: Standing


@dataclass(frozen=True, slots=True)
class Judgment:
    """What is still asked for after credits, what of it the school has committed to, and how the two differ."""

    case: Case
    asked: Amount
    allowed: Amount
    reasons: tuple[str, ...]
    tolerated: frozenset[str]

    @property
    def beyond_pence(self) -> int:
        """Net pence asked for beyond what the school has committed to."""
        return self.asked.net_pence - self.allowed.net_pence


def judge(case: Case, tolerance: Tolerance) -> Judgment:
    """Hold a share against the order, the receipt and the contract's tolerances for one price and one quantity."""
    share, drop, credited = case.share, case.drop, case.before.credited
    room = max(min(drop.ordered, drop.received or 0) - case.taken, 0) if drop else 0
    asked = Amount(share.quantity, share.net_pence, share.vat_pence)
    if credited is not NOTHING:
        asked = _less_credits(case, asked - credited, room)
    reasons = tuple(_reasons(case, asked))
    allowed = _allowed(case, asked, min(asked.quantity, room), "vat" in reasons)
    if case.before.upheld != NOTHING:
        allowed = allowed.least(case.before.on_bill - case.before.upheld)
    tolerated = frozenset(_tolerated(case, asked, reasons, tolerance)) if allowed.quantity else frozenset()
    return Judgment(case, asked, allowed, reasons, tolerated)


def conclude(judgment: Judgment, *, total_tolerated: bool) -> Match:
    """The match that follows from a judgment; `total_tolerated` if the invoice's total is within the tolerance."""
    case, asked, allowed = judgment.case, judgment.asked, judgment.allowed
    tolerated = judgment.tolerated
    if total_tolerated and allowed.quantity:
        tolerated = tolerated | TOLERABLE.intersection(judgment.reasons)
    open_reasons = frozenset(judgment.reasons) - tolerated
    state: State = "held"
    if case.before.billed:
        state = "billed"
    elif not asked.quantity and not asked.net_pence:
        state = "credited"
    elif allowed.quantity and NEVER_ACCEPTED.isdisjoint(open_reasons) and case.before.accepted >= open_reasons:
        state = "billable"
    billable = case.before.on_bill if case.before.billed else allowed if state == "billable" else NOTHING
    prices = _prices(case)
    return Match(
        invoice_id=case.item.invoice_id,
        line_no=case.item.line_no,
        order_line_no=case.item.order_line_no,
        school_urn=case.urn,
        quantity_ordered=case.drop.ordered if case.drop else 0,
        quantity_received=(case.drop.received or 0) if case.drop else 0,
        quantity_invoiced=case.share.quantity,
        unit_price_ordered=prices[0],
        unit_price_invoiced=prices[1],
        net_pence=case.share.net_pence,
        vat_pence=case.share.vat_pence,
        reasons=judgment.reasons,
        tolerated=tuple(reason for reason in judgment.reasons if reason in tolerated),
        state=state,
        billable_quantity=billable.quantity,
        billable_net_pence=billable.net_pence,
        billable_vat_pence=billable.vat_pence,
        credited=case.before.credited,
        claim=_claim(judgment) if open_reasons or case.before.upheld != NOTHING else NOTHING,
        due=_due(judgment) if case.before.billed else NOTHING,
    )


def _less_credits(case: Case, asked: Amount, room: int) -> Amount:
    """What is asked for after credits. A credit in money that pays for missing units is a credit of those units."""
    quantity = asked.quantity if asked.net_pence else 0
    if quantity > room > 0 and asked.net_pence <= _committed(case, room):
        quantity = room
    return Amount(quantity, asked.net_pence, asked.vat_pence)


def _committed(case: Case, quantity: int) -> int:
    """Net pence of so many units at the price of the order."""
    if quantity == case.share.quantity:
        return case.share.committed_pence
    return 0 if case.order_line.is_charge else line_net_pence(quantity, case.order_line.unit_price)


def _allowed(case: Case, asked: Amount, quantity: int, vat_differs: bool) -> Amount:
    """What of the asked amount the school has committed to: so many units, at the lower of the two prices."""
    if not quantity:
        return NOTHING
    net = asked.net_pence
    if quantity != asked.quantity:
        net = round_pence(Decimal(net * quantity) / asked.quantity / 100)
    net = max(min(net, _committed(case, quantity)), 0)
    if case.drop and case.drop.net_pence is not None:
        # Parts of a line can round up where the whole of it did not.
        net = min(net, max(case.drop.net_pence - case.taken_pence, 0))
    if net == asked.net_pence and not vat_differs:
        return Amount(quantity, net, asked.vat_pence)
    _, rate = vat_carried(case.order_line, case.drop, case.item.issue_date)
    right = vat_pence(net, rate)
    return Amount(quantity, net, max(min(asked.vat_pence, right), 0))


def _prices(case: Case) -> tuple[Decimal, Decimal]:
    """The unit prices ordered and invoiced in pounds; of a charge, the school's share of it."""
    if not case.order_line.is_charge:
        return case.order_line.unit_price, case.item.unit_price
    return Decimal(case.share.committed_pence).scaleb(-2), Decimal(case.share.net_pence).scaleb(-2)


def _reasons(case: Case, asked: Amount) -> Iterator[str]:
    if not asked.quantity and not asked.net_pence:
        return
    item, drop, taken = case.item, case.drop, case.taken
    if _price_differs(case, asked):
        yield "price"
    right = vat_carried(case.order_line, drop, item.issue_date)
    if not item.vat_accepted or (item.vat_class, item.vat_rate) != right:
        yield "vat"
    if drop is None:
        yield "wrong_buyer"
    else:
        if taken + asked.quantity > drop.ordered:
            yield "quantity_over"
        if not drop.received:
            yield "not_received"
        elif taken + asked.quantity > drop.received:
            yield "quantity_short"
        if case.share.proposed:
            yield "awaiting_receipts"
    if case.before.disputed:
        yield "disputed"


def _price_differs(case: Case, asked: Amount) -> bool:
    """Whether another price is asked for than ordered, by unit or in money, that no credit has made good."""
    ordered, invoiced = _prices(case)
    beyond = asked.net_pence - _committed(case, asked.quantity)
    if case.before.credited is not NOTHING and beyond <= 0:
        return False
    return ordered != invoiced or beyond > LINE_TOLERANCE_PENCE


def _tolerated(case: Case, asked: Amount, reasons: tuple[str, ...], tolerance: Tolerance) -> Iterator[str]:
    for reason in reasons:
        if reason == "price":
            ordered, invoiced = _prices(case)
            committed = _committed(case, asked.quantity)
            beyond = asked.net_pence - committed - LINE_TOLERANCE_PENCE
            if (
                abs(invoiced - ordered) * 10_000 <= ordered * tolerance.basis_points
                and beyond * 10_000 <= committed * tolerance.basis_points
            ):
                yield reason
        elif reason in TOLERABLE and case.drop:
            had = case.drop.ordered if reason == "quantity_over" else case.drop.received or 0
            if case.taken + asked.quantity - had <= tolerance.units:
                yield reason


def _claim(judgment: Judgment) -> Amount:
    """What the supplier has to give back: nothing yet while the school has not recorded what came."""
    drop, asked, allowed = judgment.case.drop, judgment.asked, judgment.allowed
    if (drop and drop.received is None) or judgment.case.share.proposed:
        return NOTHING
    return Amount(asked.quantity - allowed.quantity, *_owed_back(asked, allowed))


def _owed_back(asked: Amount, allowed: Amount) -> tuple[int, int]:
    return max(asked.net_pence - allowed.net_pence, 0), max(asked.vat_pence - allowed.vat_pence, 0)


def _due(judgment: Judgment) -> Amount:
    """What the school is to get: it was billed beyond what it may be now, and the supplier's credit pays for it."""
    before = judgment.case.before
    kept = before.on_bill - before.returned
    return (kept - judgment.allowed).least(before.credited - before.returned)
