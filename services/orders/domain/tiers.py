"""Price tiers: the more all schools order together, the lower the price of each unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.money import line_net_pence


@dataclass(frozen=True, slots=True)
class Tier:
    """From this many units ordered together, each costs `unit_price` pounds (four decimals)."""

    from_quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Advice:
    """So many units more save everyone together so many pence; schools consent to `offered` of them already.

    It rests on sums alone, and so shows nobody's order to anybody.
    """

    units: int
    saves_pence: int
    offered: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an offer stands: units ordered together, the price reached, its net in pence, and what comes next.

    `flexible` counts the units that schools offer on top of the firm ones. `cheaper` is the advice that a larger
    quantity costs less altogether: (quantity, net pence), or None.
    """

    quantity: int
    schools: int
    unit_price: Decimal
    net_pence: int
    next_tier: Tier | None
    cheaper: tuple[int, int] | None
    flexible: int = 0

    @property
    def units_to_next(self) -> int | None:
        """How many more units reach the next tier."""
        return None if self.next_tier is None else self.next_tier.from_quantity - self.quantity

    @property
    def advice(self) -> Advice | None:
        """How many units more cost everyone together less, if any do."""
        if self.cheaper is None:
            return None
        quantity, net_pence = self.cheaper
        units = quantity - self.quantity
        return Advice(units, self.net_pence - net_pence, min(self.flexible, units))


def in_packs(tiers: Sequence[Tier], pack: int) -> tuple[Tier, ...]:
    """Ascending `tiers` as units that come in whole packs of `pack` reach them; the first holds from where it did.

    A tier that no whole pack begins at is reached with the next one: "from 100" in packs of 12 is from 108.
    """
    first, *rest = tiers
    reached = {-(-tier.from_quantity // pack) * pack: tier.unit_price for tier in rest}
    return (first, *(Tier(start, price) for start, price in reached.items()))


def unit_price_at(tiers: Sequence[Tier], quantity: int) -> Decimal:
    """The unit price that `quantity` units reach; below the first tier its price holds. `tiers` ascend."""
    price = tiers[0].unit_price
    for tier in tiers:
        if tier.from_quantity > quantity:
            break
        price = tier.unit_price
    return price


def standing(tiers: Sequence[Tier], quantity: int, schools: int = 0, flexible: int = 0) -> Standing:
    """Where an offer with these ascending tiers stands at `quantity` units from `schools` schools.

    `flexible` is how many units more they offer.
    """
    price = unit_price_at(tiers, quantity)
    net = line_net_pence(quantity, price)
    coming = [tier for tier in tiers[1:] if tier.from_quantity > quantity]
    nets = [(line_net_pence(tier.from_quantity, tier.unit_price), tier.from_quantity) for tier in coming]
    cheapest = min(nets, default=None)
    return Standing(
        quantity=quantity,
        schools=schools,
        unit_price=price,
        net_pence=net,
        next_tier=coming[0] if coming else None,
        cheaper=(cheapest[1], cheapest[0]) if cheapest and cheapest[0] < net else None,
        flexible=flexible,
    )
