"""One consistent outcome of firm, flexible and conditional wishes for one offer.

A **wish** is firm by its quantity, may offer flexible units on top, and may be conditional on the unit price or on the
number of schools that join. Wishes for other offers never matter, so each offer is resolved by itself.

**What is decided, in this order.** (1) Which wishes take part: the largest set in which every condition holds. (2) How
many units: the lowest unit price that the firm and flexible units of that set reach in whole packs. (3) Of the
quantities with that price the one that leaves the fewest firm units unmet, and (4) of these the smallest, so that the
fewest flexible units are used. Firm units are cut only when a pack cannot be filled at all, and then by the contract's
fairness.

**The minimum of a line** is a condition that every wish carries: a school gets none or at least as many units as the
offer is sold in at a time, never a few that it did not ask for. A cut serves whoever would come below it just that many
and cuts the others instead (`domain.packs.cut_above`). Only if that is more than there is, one wish is left out.

**Conditions.** Begin with every wish. Find quantity and price for those that take part as in (2) to (4), remove every
wish whose condition is then false, and repeat until none is. Then cut, if a pack cannot be filled; if the minimum
leaves one wish out, begin again without it. "Schools that join" are those whose wishes take part.

*It ends.* A pass either removes a wish or is the last; there are no more passes than wishes.

*One outcome, whatever the order of the rows.* A pass looks at sums and counts of a set and removes all that are denied
at once; nothing depends on a sequence. Which wish the minimum leaves out is the first in a strict order of those that
came below it: who was not cut last time, then the smallest wish, then the highest URN. Shares of units break ties by
URN.

*It is the largest consistent set,* of the wishes that no minimum left out. Let tiers fall with quantity, as tiers do.
Say wish w holds in set S. In any larger set the firm and flexible units are at least as many, so the whole packs that
they fill are too, the price is at most the same, and at least as many schools join: w holds there as well (the operator
is monotone). So a consistent set lies, by induction, in what remains after every pass, and what finally remains is
consistent itself and contains it. For the same reason no denied wish could come back: its condition was false in a
larger set than the final one with it added. What a minimum left out stays out, whoever is denied after it.

*Kept conditions are true at the end,* at the price that is charged, because the last pass checked them at that price.

Should prices rise with quantity somewhere, the passes still end and still keep only wishes whose conditions hold; only
the claim that no larger consistent set exists rests on falling tiers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from contracts.allocation import allocate
from services.orders.domain.packs import Fairness, cut_above
from services.orders.domain.tiers import Tier, unit_price_at

Reason = Literal[
    "as_wished", "flexible_used", "pack_cut", "condition_price", "condition_schools", "condition_minimum"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What one school wishes of one offer: units, and what it consents to; prices in pounds."""

    urn: int
    firm: int
    flexible: int = 0
    max_unit_price: Decimal | None = None
    min_schools: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a school gets, and why; a denied wish also says the price and the schools at which it was denied."""

    urn: int
    granted: int
    reason: Reason
    unit_price: Decimal | None = None
    schools: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Units ordered together, and every school's grant by URN."""

    quantity: int
    grants: tuple[Grant, ...]


def resolve(
    tiers: Sequence[Tier],
    pack: int,
    wishes: Sequence[Wish],
    fairness: Fairness = "pro_rata",
    cut_last_time: Collection[int] = (),
    minimum: int = 1,
) -> Outcome:
    """Resolve the wishes for an offer with ascending `tiers` that is supplied in packs of `pack` units.

    `cut_last_time`: URNs of schools whose firm units were cut in the contract's last round. `minimum`: the fewest units
    that a school gets, if it gets any and wished as many.
    """
    taking = sorted(wishes, key=lambda wish: wish.urn)
    denied: list[Grant] = []
    while True:
        quantity = _quantity(tiers, pack, taking)
        price, schools = unit_price_at(tiers, quantity), len(taking)
        kept = []
        for wish in taking:
            reason = _denial(wish, price, schools)
            if reason is None:
                kept.append(wish)
            else:
                denied.append(Grant(wish.urn, 0, reason, price, schools))
        if len(kept) == len(taking):
            grants, below = _grants(quantity, kept, minimum, fairness, cut_last_time)
            if not below:
                return Outcome(quantity, tuple(sorted((*grants, *denied), key=lambda grant: grant.urn)))
            out = min(
                (wish for wish in kept if wish.urn in below),
                key=lambda wish: (wish.urn in cut_last_time, wish.firm, -wish.urn),
            )
            denied.append(Grant(out.urn, 0, "condition_minimum", price, schools))
            kept.remove(out)
        taking = kept


def _quantity(tiers: Sequence[Tier], pack: int, wishes: Sequence[Wish]) -> int:
    """The whole packs to order: the lowest price first, then the fewest units that leave no firm unit unmet."""
    firm = sum(wish.firm for wish in wishes)
    most = _whole_packs(firm + sum(wish.flexible for wish in wishes), pack)
    least = -_whole_packs(-firm, pack)
    if least > most:
        return most
    starts = (-_whole_packs(-tier.from_quantity, pack) for tier in tiers)
    choices = [least, *(start for start in starts if least < start <= most)]
    return min(choices, key=lambda quantity: (unit_price_at(tiers, quantity), quantity))


def _whole_packs(quantity: int, pack: int) -> int:
    return quantity // pack * pack


def _denial(wish: Wish, price: Decimal, schools: int) -> Reason | None:
    if wish.max_unit_price is not None and price > wish.max_unit_price:
        return "condition_price"
    if wish.min_schools is not None and schools < wish.min_schools:
        return "condition_schools"
    return None


def _grants(
    quantity: int, wishes: Sequence[Wish], minimum: int, fairness: Fairness, cut_last_time: Collection[int]
) -> tuple[Sequence[Grant], frozenset[int]]:
    """The grants of those that take part; or the schools of which one cannot be served its minimum."""
    firm = {wish.urn: wish.firm for wish in wishes}
    extra = quantity - sum(firm.values())
    if extra < 0:
        served, below = cut_above(quantity, firm, minimum, fairness, cut_last_time)
        cut = [Grant(urn, units, "as_wished" if units == firm[urn] else "pack_cut") for urn, units in served.items()]
        return cut, below
    used = allocate(extra, {wish.urn: wish.flexible for wish in wishes}) if extra else dict.fromkeys(firm, 0)
    grants = [Grant(urn, firm[urn] + units, "flexible_used" if units else "as_wished") for urn, units in used.items()]
    return grants, frozenset()
