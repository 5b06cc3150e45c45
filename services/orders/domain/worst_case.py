"""The most that a line can come to, whatever the other schools do: what a school commits to when it sends its order."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from services.orders.domain.offer import RoundOffer
from services.orders.domain.packs import supplied_in
from services.orders.domain.tiers import Tier, unit_price_at

_PENCE = Decimal(100)
_HALF = Decimal("0.5")


def dearest_unit_price(tiers: Sequence[Tier], pack: int, firm: int, max_unit_price: Decimal | None = None) -> Decimal:
    """The highest unit price in pounds at which units can be bought for a school that wishes `firm` units.

    The total is never below what its own firm units fill in whole packs, nor below one pack; a conditional line is
    not bought above its limit.
    """
    alone = max(firm // pack * pack, pack)
    dearest = max([unit_price_at(tiers, alone), *(tier.unit_price for tier in tiers if tier.from_quantity > alone)])
    return dearest if max_unit_price is None else min(dearest, max_unit_price)


def worst_net_pence(units: int, unit_price: Decimal) -> int:
    """The largest share in pence that `units` at `unit_price` pounds or less can get of a line of any length.

    At a price in whole pence it is units × price. Otherwise the line's net is rounded by up to half a penny, and the
    share up to the next one.
    """
    exact = units * unit_price * _PENCE
    if unit_price * _PENCE == int(unit_price * _PENCE):
        return int(exact)
    return int((exact + _HALF).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class WorstPart:
    """The most, in pence without VAT, that a part of an order can come to; its category, and its VAT in per cent."""

    category_code: str
    vat_rate: Decimal
    net_pence: int


def worst_part(offer: RoundOffer, firm: int, flexible: int = 0, max_unit_price: Decimal | None = None) -> WorstPart:
    """The most that a line of `firm` units can come to, with its `flexible` units on top."""
    pack = supplied_in(offer.unit, offer.pack_size)
    price = dearest_unit_price(offer.tiers, pack, firm, max_unit_price)
    return WorstPart(offer.category_code, offer.vat_rate, worst_net_pence(firm + flexible, price))
