"""What a supplier's change of a line does to each school: its units, its pence, and whether it must agree.

Units that the supplier is short of are shared as the contract's fairness says. The line's net is units × price,
rounded once, and shared by largest remainder over the units; nobody pays a penny more than before unless the price
has risen, and then only who has agreed: a remainder that would move a penny to somebody else is taken off the line.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from contracts.allocation import allocate_capped
from contracts.money import line_net_pence
from services.orders.domain.answer import LineAnswer, OrderedLine, Substitute
from services.orders.domain.packs import Fairness, cut_to

Why = Literal["as_ordered", "named", "shared", "cut_last_time", "left_out"]


@dataclass(frozen=True, slots=True)
class DropEffect:
    """One school's part before and after. `why` says how its units came about; `must_agree`: its own approver must."""

    urn: int
    quantity_before: int
    quantity: int
    net_before_pence: int
    net_pence: int
    promised_on: date | None
    why: Why
    must_agree: bool


@dataclass(frozen=True, slots=True)
class LineEffect:
    """A line before and after, with every school's part by URN; `substitute` is None where the article stays.

    `note` is what the supplier says of it.
    """

    line_no: int
    unit_price_before: Decimal
    unit_price: Decimal
    quantity_before: int
    quantity: int
    net_before_pence: int
    net_pence: int
    substitute: Substitute | None
    note: str
    drops: Sequence[DropEffect]

    @property
    def dearer(self) -> bool:
        """Whether the price of a unit rises: then every school that still gets some must agree."""
        return self.unit_price > self.unit_price_before

    def touched(self) -> list[DropEffect]:
        """The parts of which anything changes."""
        return [drop for drop in self.drops if self._touches(drop)]

    def _touches(self, drop: DropEffect) -> bool:
        moved = (drop.quantity, drop.net_pence) != (drop.quantity_before, drop.net_before_pence)
        as_whole = self.unit_price != self.unit_price_before or self.substitute is not None
        return moved or drop.promised_on is not None or (as_whole and drop.quantity > 0)


def effect_of(
    line: OrderedLine,
    said: LineAnswer,
    fairness: Fairness,
    cut_last_time: Collection[int],
    *,
    left_out: Collection[int] = (),
    agreed: Mapping[int, int] | None = None,
) -> LineEffect:
    """What becomes of a line if the change is taken.

    Schools `left_out` did not agree to pay more and get none of it; `agreed` holds the pence that the others agreed
    to, above which they never pay. The outcome depends on no order of rows.
    """
    units, reasons = _units(line, said, fairness, cut_last_time)
    for urn in left_out:
        if urn in units:
            units[urn], reasons[urn] = 0, "left_out"
    price = line.unit_price if said.unit_price is None else said.unit_price
    caps = dict(agreed or {}) if price > line.unit_price else {urn: net for urn, (_, net) in line.drops.items()}
    nets = _nets(units, price, caps)
    drops = [
        DropEffect(
            urn=urn,
            quantity_before=ordered,
            quantity=units[urn],
            net_before_pence=net,
            net_pence=nets[urn],
            promised_on=_day(said, urn) if units[urn] else None,
            why=reasons[urn],
            must_agree=units[urn] > 0 and price > line.unit_price,
        )
        for urn, (ordered, net) in sorted(line.drops.items())
    ]
    return LineEffect(
        line_no=line.line_no,
        unit_price_before=line.unit_price,
        unit_price=price,
        quantity_before=line.quantity,
        quantity=sum(units.values()),
        net_before_pence=line.net_pence,
        net_pence=sum(nets.values()),
        substitute=said.substitute,
        note=said.note,
        drops=drops,
    )


def _units(
    line: OrderedLine, said: LineAnswer, fairness: Fairness, cut_last_time: Collection[int]
) -> tuple[dict[int, int], dict[int, Why]]:
    units = {urn: quantity for urn, (quantity, _) in line.drops.items()}
    reasons: dict[int, Why] = dict.fromkeys(units, "as_ordered")
    named = {urn: drop.quantity for urn, drop in said.drops.items() if drop.quantity is not None}
    units |= named
    reasons |= dict.fromkeys(named, "named")
    if said.quantity is None or said.quantity == sum(units.values()):
        return units, reasons
    wishes = {urn: quantity for urn, quantity in units.items() if urn not in named and quantity > 0}
    served = cut_to(said.quantity - sum(named.values()), wishes, fairness, cut_last_time)
    for urn, quantity in served.items():
        if quantity < units[urn] or urn in cut_last_time:
            reasons[urn] = "cut_last_time" if urn in cut_last_time else "shared"
    return units | served, reasons


def _nets(units: Mapping[int, int], price: Decimal, caps: Mapping[int, int]) -> dict[int, int]:
    """The line's net shared over the units; where every share has a cap, never more than those together."""
    served = {urn: quantity for urn, quantity in units.items() if quantity > 0}
    nets = dict.fromkeys(units, 0)
    if not served:
        return nets
    net = line_net_pence(sum(served.values()), price)
    if all(urn in caps for urn in served):
        net = min(net, sum(caps[urn] for urn in served))
    return nets | allocate_capped(net, served, {urn: cap for urn, cap in caps.items() if urn in served})


def _day(said: LineAnswer, urn: int) -> date | None:
    own = said.drops.get(urn)
    return own.promised_on if own and own.promised_on else said.promised_on
