"""The most that a line can come to, whatever the other schools do: what a school commits to when it sends its order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from services.orders.domain.offer import RoundOffer
from services.orders.domain.packs import supplied_in
from services.orders.domain.tiers import Tier, unit_price_at
from services.orders.domain.wanted import WantedLine

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


def worst_parts(lines: Iterable[tuple[RoundOffer, WantedLine]]) -> list[WorstPart]:
    """The most that an order can come to: each line with its flexible units, and each charge as if borne alone.

    A charge counts in the category of which the order has most under its contract.
    """
    goods = [(offer, _worst_line(offer, line)) for offer, line in lines]
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for offer, part in goods:
        sums[offer.contract_id][part.category_code] += part.net_pence
    charges = {offer.contract_id: offer.full_charges for offer, _ in goods}
    return [
        *(part for _, part in goods),
        *(
            WorstPart(_largest(sums[contract_id]), charge.vat_rate, charge.net_pence)
            for contract_id, own in charges.items()
            for charge in own
        ),
    ]


def _worst_line(offer: RoundOffer, line: WantedLine) -> WorstPart:
    pack = supplied_in(offer.unit, offer.pack_size)
    price = dearest_unit_price(offer.tiers, pack, line.quantity, line.max_unit_price)
    return WorstPart(offer.category_code, offer.vat_rate, worst_net_pence(line.quantity + line.flexible, price))


def _largest(pence: Mapping[str, int]) -> str:
    return max(pence, key=lambda code: pence[code])
