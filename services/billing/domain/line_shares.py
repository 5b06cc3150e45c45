"""What each school's part of an invoiced line is, before anybody judges it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.allocation import allocate
from contracts.money import line_net_pence
from services.billing.domain.invoice import LINE_TOLERANCE_PENCE
from services.billing.domain.match_facts import DropLine, InvoicedLine, Key, OrderLine, Place, Standing, vat_carried

_FINENESS: Final = 1_000_000
"""Parts of a penny that weights are counted in."""


@dataclass(frozen=True, slots=True)
class Share:
    """A school's part of an invoiced line; amounts in pence.

    `committed_pence` is what the same units come to at the price of the order. `proposed`: it may still change.
    """

    quantity: int
    net_pence: int
    vat_pence: int
    committed_pence: int
    proposed: bool = False


def share_line(
    item: InvoicedLine,
    order_line: OrderLine,
    drops: Mapping[int, DropLine],
    taken: Mapping[Place, int],
    standing: Mapping[Key, Standing],
) -> dict[int, Share]:
    """The shares of one invoiced line by URN; none while a line that names no school has drops still unknown.

    A line has one rate of VAT: where an order line carries several, it is of the schools for which it carries that one.
    Shares of which one is billed or credited keep their quantities.
    """
    if item.school_urn is not None:
        return {item.school_urn: whole_line(item, order_line, drops.get(item.school_urn))}
    if order_line.is_charge:
        return _charge_shares(item, order_line, drops)
    carrying = _carrying(item, order_line, drops)
    before = {urn: standing[key] for urn in carrying if (key := (item.invoice_id, item.line_no, urn)) in standing}
    proposed = False
    stood = {urn: past.quantity_invoiced for urn, past in before.items()}
    if any(past.fixed for past in before.values()):
        quantities = stood
    elif sum(drop.ordered for drop in drops.values()) != order_line.quantity:
        return {}
    else:
        quantities, proposed = share_quantity(item.quantity, list(carrying.values()), taken, stood)
    if not quantities:
        return {}
    worth = _worth(quantities, carrying)
    nets = allocate(item.net_pence, worth)
    vats = allocate(item.vat_pence, nets if any(nets.values()) else quantities)
    committed = line_net_pence(item.quantity, order_line.unit_price)
    due = nets if item.net_pence <= committed else allocate(committed, worth)
    return {
        urn: Share(quantity, nets[urn], vats[urn], due[urn], proposed)
        for urn, quantity in sorted(quantities.items())
        if quantity
    }


def share_quantity(
    quantity: int, drops: Sequence[DropLine], taken: Mapping[Place, int], stood: Mapping[int, int]
) -> tuple[dict[int, int], bool]:
    """Share an invoiced quantity over the schools of an order line; returns (units by URN, whether it is a proposal).

    By what each received, when all have recorded it and it adds up; by what each ordered, when that adds up; otherwise
    in proportion to the orders, which remains a proposal until every school has recorded its delivery. Where the order
    was cancelled for all of them since, as the line `stood` before; nobody has a part of it if it never did.
    """
    left = {drop.school_urn: max(drop.ordered - taken[drop.line_no, drop.school_urn], 0) for drop in drops}
    received = {drop.school_urn: max((drop.received or 0) - taken[drop.line_no, drop.school_urn], 0) for drop in drops}
    all_recorded = all(drop.received is not None for drop in drops)
    if all_recorded and quantity == sum(received.values()):
        return received, False
    if quantity == sum(left.values()):
        return left, False
    ordered = {drop.school_urn: drop.ordered for drop in drops}
    weights = next((each for each in (left, ordered, stood) if any(each.values())), None)
    return (allocate(quantity, weights), not all_recorded and len(drops) > 1) if weights else ({}, False)


def _worth(quantities: Mapping[int, int], drops: Mapping[int, DropLine]) -> Mapping[int, int]:
    """Weights by which a line's money is shared: what the units are worth in the order's own shares of its line.

    The close fixed those to the penny, so who has all that it ordered pays what it ordered, and the odd pennies fall to
    schools that have a part of it. By units alone where the order does not say, or gave a school none.
    """
    known = {urn: drops[urn] for urn, quantity in quantities.items() if quantity and urn in drops}
    if len(known) < sum(map(bool, quantities.values())):
        return quantities
    if any(drop.net_pence is None or not drop.ordered for drop in known.values()):
        return quantities
    worth = {urn: (drop.net_pence or 0) * quantities[urn] * _FINENESS // drop.ordered for urn, drop in known.items()}
    return worth if any(worth.values()) else quantities


def _carrying(item: InvoicedLine, order_line: OrderLine, drops: Mapping[int, DropLine]) -> Mapping[int, DropLine]:
    """The drops that carry the VAT of an invoiced line. All of them, if more is invoiced than those had ordered: then
    it is meant for the others too, and their VAT is what is wrong."""
    invoiced = (item.vat_class, item.vat_rate)
    found = {urn: drop for urn, drop in drops.items() if vat_carried(order_line, drop, item.issue_date) == invoiced}
    if order_line.is_charge:
        fits = item.net_pence <= sum(drop.charge_pence or 0 for drop in found.values()) + LINE_TOLERANCE_PENCE
    else:
        fits = item.quantity <= sum(drop.ordered for drop in found.values())
    return found if found and fits else drops


def whole_line(item: InvoicedLine, order_line: OrderLine, drop: DropLine | None) -> Share:
    """The share of the school that an invoiced line names: all of it."""
    if order_line.is_charge:
        committed = drop.charge_pence or 0 if drop else 0
    else:
        committed = line_net_pence(item.quantity, order_line.unit_price)
    return Share(item.quantity, item.net_pence, item.vat_pence, committed)


def _charge_shares(item: InvoicedLine, order_line: OrderLine, drops: Mapping[int, DropLine]) -> dict[int, Share]:
    """What is invoiced of a charge, in the shares of the order; nothing until they are all known."""
    shares = {urn: drop.charge_pence or 0 for urn, drop in drops.items()}
    if sum(shares.values()) != line_net_pence(1, order_line.unit_price):
        return {}
    shares = {urn: shares[urn] for urn in _carrying(item, order_line, drops)}
    nets = allocate(item.net_pence, shares)
    vats = allocate(item.vat_pence, nets if any(nets.values()) else shares)
    return {urn: Share(1, nets[urn], vats[urn], shares[urn]) for urn in sorted(shares)}
