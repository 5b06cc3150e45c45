"""What an order costs: live while its round is open, at the locked prices afterwards."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.allocation import allocate
from contracts.money import line_net_pence
from contracts.vat import vat_pence
from services.orders.domain.offer import RoundOffer
from services.orders.domain.tiers import unit_price_at
from services.orders.domain.wanted import WantedLine
from services.orders.domain.worst_case import WorstPart, worst_parts


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """Units of one offer at a unit price in pounds, and their net in pence."""

    offer: RoundOffer
    quantity: int
    unit_price: Decimal
    net_pence: int


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """An order's lines, each with its VAT, and the totals in pence.

    `worst_gross_pence` is the dearest that it can become, whatever the other schools do.
    """

    lines: tuple[tuple[BoughtLine, int], ...]
    net_pence: int
    vat_pence: int
    worst_gross_pence: int

    @property
    def gross_pence(self) -> int:
        """Net and VAT."""
        return self.net_pence + self.vat_pence


def vat_of(nets: Iterable[tuple[Decimal, int]]) -> int:
    """VAT in pence on (rate in per cent, net in pence), rounded once for each rate as on our bills."""
    by_rate: dict[Decimal, int] = defaultdict(int)
    for rate, net in nets:
        by_rate[rate] += net
    return sum(vat_pence(net, rate) for rate, net in by_rate.items())


def price_live(lines: Sequence[tuple[RoundOffer, WantedLine, int]]) -> PricedOrder:
    """Price the firm units of (offer, line, units that all schools order together) at the tiers that stand now.

    The worst case has the flexible units and all charges of the contracts on top.
    """
    worst = gross_of(worst_parts((offer, line) for offer, line, _ in lines))
    return _totalled([_bought(offer, line.quantity, reached) for offer, line, reached in lines], worst)


def gross_of(parts: Iterable[WorstPart]) -> int:
    """Net and VAT in pence of parts of an order."""
    nets = [(part.vat_rate, part.net_pence) for part in parts]
    return sum(net for _, net in nets) + vat_of(nets)


def price_locked(lines: Sequence[BoughtLine]) -> PricedOrder:
    """Total lines whose prices and shares the close has fixed: nothing can become dearer any more."""
    order = _totalled(lines, 0)
    return PricedOrder(order.lines, order.net_pence, order.vat_pence, order.gross_pence)


def _bought(offer: RoundOffer, quantity: int, reached: int) -> BoughtLine:
    price = unit_price_at(offer.tiers, reached)
    return BoughtLine(offer, quantity, price, line_net_pence(quantity, price))


def _totalled(lines: Sequence[BoughtLine], worst_gross_pence: int) -> PricedOrder:
    """VAT is rounded once a rate and then shared over its lines, so that the lines add up to the total."""
    positions: dict[Decimal, dict[int, int]] = defaultdict(dict)
    for position, line in enumerate(lines):
        positions[line.offer.vat_rate][position] = line.net_pence
    vats = [0] * len(lines)
    for rate, nets in positions.items():
        if vat := vat_pence(sum(nets.values()), rate):
            for position, share in allocate(vat, nets).items():
                vats[position] = share
    net = sum(line.net_pence for line in lines)
    return PricedOrder(tuple(zip(lines, vats, strict=True)), net, sum(vats), worst_gross_pence)
