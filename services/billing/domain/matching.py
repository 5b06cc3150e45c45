"""The three-way match: what was ordered, received and invoiced, for each order line and school."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from contracts.allocation import allocate
from contracts.money import line_net_pence
from contracts.vat import vat_pence, vat_rate

State = Literal["billable", "held", "billed"]
Place = tuple[int, int]
"""An order line's number and a school's URN."""
Key = tuple[str, int, int]
"""A supplier invoice's id, its line's number and a school's URN."""

NEVER_ACCEPTED: Final = frozenset({"not_received", "wrong_buyer", "awaiting_receipts"})
"""Reasons that nobody can accept for a school: it has not got, or not ordered, what it would pay for."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a purchase order; `unit_price` in pounds as locked at the close.

    A charge (delivery, say) is one unit of which every school bears a share of the price.
    """

    line_no: int
    unit_price: Decimal
    quantity: int
    vat_class: str
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class DropLine:
    """What one school ordered of a line and has received of it (None: it has recorded nothing yet).

    `charge_pence` is its share of a charge, which counts as one unit, ordered and received.
    """

    line_no: int
    school_urn: int
    ordered: int
    received: int | None
    charge_pence: int | None = None


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """One line of a registered invoice with its share of the invoice's VAT; amounts in pence."""

    invoice_id: str
    line_no: int
    order_line_no: int
    school_urn: int | None
    quantity: int
    unit_price: Decimal
    net_pence: int
    vat_pence: int
    vat_class: str
    vat_rate: Decimal
    vat_accepted: bool
    issue_date: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What was decided about a match before: its quantity if it is billed, the reasons a person accepted."""

    quantity_invoiced: int
    billed: bool
    accepted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """One invoiced line for one school, and what may be billed of it; amounts in pence, prices in pounds.

    `net_pence` and `vat_pence` are the school's share of the invoice; `billable_…` is what its bill will carry: nothing
    while the line is held, never more than it ordered and received at the price it committed to.
    """

    invoice_id: str
    line_no: int
    order_line_no: int
    school_urn: int
    quantity_ordered: int
    quantity_received: int
    quantity_invoiced: int
    unit_price_ordered: Decimal
    unit_price_invoiced: Decimal
    net_pence: int
    vat_pence: int
    reasons: tuple[str, ...]
    state: State
    billable_quantity: int
    billable_net_pence: int
    billable_vat_pence: int


@dataclass(frozen=True, slots=True)
class _Share:
    """A school's part of an invoiced line, before it is judged."""

    quantity: int
    net_pence: int
    vat_pence: int
    proposed: bool


def match_purchase_order(
    order_lines: Iterable[OrderLine],
    drops: Iterable[DropLine],
    invoiced: Iterable[InvoicedLine],
    standing: Mapping[Key, Standing],
) -> list[Match]:
    """Match every invoiced line of one purchase order, in the order in which the invoices were registered.

    What earlier lines have taken of a school's order counts against the later ones, and what is billed against all.
    Lines that are billed stand as they are and are left out of the answer; if one school's share of a line is billed,
    the other shares of that line keep their quantities. A line whose drops are not all known yet, and that names no
    school, gives no match yet.
    """
    invoiced = list(invoiced)
    lines = {line.line_no: line for line in order_lines}
    by_line: dict[int, dict[int, DropLine]] = defaultdict(dict)
    for drop in drops:
        by_line[drop.line_no][drop.school_urn] = drop
    taken = _billed(invoiced, standing)
    matches = []
    for item in invoiced:
        order_line, its_drops = lines[item.order_line_no], by_line[item.order_line_no]
        for urn, share in _shares(item, order_line, its_drops, taken, standing).items():
            place = (item.order_line_no, urn)
            before = standing.get((item.invoice_id, item.line_no, urn))
            if before is None or not before.billed:
                accepted = before.accepted if before else frozenset()
                matches.append(_judge(item, order_line, its_drops.get(urn), share, taken[place], accepted, urn))
                taken[place] += share.quantity
    return matches


def _billed(invoiced: Sequence[InvoicedLine], standing: Mapping[Key, Standing]) -> dict[Place, int]:
    """Units that bills charge already, whichever invoice came first."""
    order_lines = {(item.invoice_id, item.line_no): item.order_line_no for item in invoiced}
    taken: dict[Place, int] = defaultdict(int)
    for (invoice_id, line_no, urn), past in standing.items():
        if past.billed:
            taken[order_lines[invoice_id, line_no], urn] += past.quantity_invoiced
    return taken


def share_quantity(quantity: int, drops: Sequence[DropLine], taken: Mapping[Place, int]) -> tuple[dict[int, int], bool]:
    """Share an invoiced quantity over the schools of an order line; returns (units by URN, whether it is a proposal).

    By what each received, when all have recorded it and it adds up; by what each ordered, when that adds up; otherwise
    in proportion to the orders, which remains a proposal until every school has recorded its delivery.
    """
    left = {drop.school_urn: max(drop.ordered - taken[drop.line_no, drop.school_urn], 0) for drop in drops}
    received = {drop.school_urn: max((drop.received or 0) - taken[drop.line_no, drop.school_urn], 0) for drop in drops}
    all_recorded = all(drop.received is not None for drop in drops)
    if all_recorded and quantity == sum(received.values()):
        return received, False
    if quantity == sum(left.values()):
        return left, False
    weights = left if any(left.values()) else {drop.school_urn: drop.ordered for drop in drops}
    return allocate(quantity, weights), not all_recorded and len(drops) > 1


def _shares(
    item: InvoicedLine,
    order_line: OrderLine,
    drops: Mapping[int, DropLine],
    taken: Mapping[Place, int],
    standing: Mapping[Key, Standing],
) -> dict[int, _Share]:
    if item.school_urn is not None:
        return {item.school_urn: _Share(item.quantity, item.net_pence, item.vat_pence, proposed=False)}
    before = {urn: standing[key] for urn in drops if (key := (item.invoice_id, item.line_no, urn)) in standing}
    if order_line.is_charge:
        return _charge_shares(item, order_line, drops)
    proposed = False
    if any(past.billed for past in before.values()):
        quantities = {urn: past.quantity_invoiced for urn, past in before.items()}
    elif sum(drop.ordered for drop in drops.values()) != order_line.quantity:
        return {}
    else:
        quantities, proposed = share_quantity(item.quantity, list(drops.values()), taken)
    nets = allocate(item.net_pence, quantities)
    vats = allocate(item.vat_pence, nets if any(nets.values()) else quantities)
    return {
        urn: _Share(quantity, nets[urn], vats[urn], proposed)
        for urn, quantity in sorted(quantities.items())
        if quantity
    }


def _charge_shares(item: InvoicedLine, order_line: OrderLine, drops: Mapping[int, DropLine]) -> dict[int, _Share]:
    """What is invoiced of a charge, in the shares of the order; nothing until they are all known."""
    shares = {urn: drop.charge_pence or 0 for urn, drop in drops.items()}
    if sum(shares.values()) != line_net_pence(1, order_line.unit_price):
        return {}
    nets = allocate(item.net_pence, shares)
    vats = allocate(item.vat_pence, nets if any(nets.values()) else shares)
    return {urn: _Share(1, nets[urn], vats[urn], proposed=False) for urn in sorted(shares)}


def _prices(item: InvoicedLine, order_line: OrderLine, drop: DropLine | None, share: _Share) -> tuple[Decimal, Decimal]:
    """The unit prices ordered and invoiced in pounds; of a charge, the school's share of it."""
    if not order_line.is_charge:
        return order_line.unit_price, item.unit_price
    ordered = drop.charge_pence if drop and drop.charge_pence is not None else 0
    return Decimal(ordered).scaleb(-2), Decimal(share.net_pence).scaleb(-2)


def _judge(
    item: InvoicedLine,
    order_line: OrderLine,
    drop: DropLine | None,
    share: _Share,
    taken: int,
    accepted: frozenset[str],
    urn: int,
) -> Match:
    reasons = tuple(_reasons(item, order_line, drop, share, taken))
    billable = (share.quantity, share.net_pence, share.vat_pence)
    if reasons:
        billable = (0, 0, 0)
        if drop is not None and accepted.issuperset(reasons) and NEVER_ACCEPTED.isdisjoint(reasons):
            billable = _committed(item, order_line, drop, share, taken)
    quantity, net, vat = billable
    ordered_price, invoiced_price = _prices(item, order_line, drop, share)
    return Match(
        invoice_id=item.invoice_id,
        line_no=item.line_no,
        order_line_no=item.order_line_no,
        school_urn=urn,
        quantity_ordered=drop.ordered if drop else 0,
        quantity_received=(drop.received or 0) if drop else 0,
        quantity_invoiced=share.quantity,
        unit_price_ordered=ordered_price,
        unit_price_invoiced=invoiced_price,
        net_pence=share.net_pence,
        vat_pence=share.vat_pence,
        reasons=reasons,
        state="billable" if quantity else "held",
        billable_quantity=quantity,
        billable_net_pence=net,
        billable_vat_pence=vat,
    )


def _reasons(
    item: InvoicedLine, order_line: OrderLine, drop: DropLine | None, share: _Share, taken: int
) -> Iterator[str]:
    ordered_price, invoiced_price = _prices(item, order_line, drop, share)
    if invoiced_price != ordered_price:
        yield "price"
    right_rate = vat_rate(order_line.vat_class, item.issue_date)
    if not item.vat_accepted or item.vat_class != order_line.vat_class or item.vat_rate != right_rate:
        yield "vat"
    if drop is None:
        yield "wrong_buyer"
        return
    if taken + share.quantity > drop.ordered:
        yield "quantity_over"
    if not drop.received:
        yield "not_received"
    elif taken + share.quantity > drop.received:
        yield "quantity_short"
    if share.proposed:
        yield "awaiting_receipts"


def _committed(
    item: InvoicedLine, order_line: OrderLine, drop: DropLine, share: _Share, taken: int
) -> tuple[int, int, int]:
    """(quantity, net pence, VAT pence) of an accepted line that the school itself has committed to."""
    quantity = max(min(share.quantity, drop.ordered - taken, (drop.received or 0) - taken), 0)
    price = min(_prices(item, order_line, drop, share))
    net = min(share.net_pence, line_net_pence(quantity, price))
    vat = min(share.vat_pence, vat_pence(net, vat_rate(order_line.vat_class, item.issue_date)))
    return (quantity, net, vat)
