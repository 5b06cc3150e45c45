"""Packs: what is ordered by the single article and supplied in whole packs, and who goes short when one is not full."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

from contracts.allocation import allocate, allocate_capped

Fairness = Literal["pro_rata", "equal", "priority"]
Wishes = Mapping[int, int]
"""Units by URN."""

SINGLE_ARTICLE: Final = "C62"


def supplied_in(unit: str, pack_size: int) -> int:
    """How many units the total of an offer must be a multiple of.

    `C62` ("one") counts single articles, which come in packs of `pack_size`. Every other unit is itself what is
    supplied (a box, a ream, an hour), and `pack_size` says what it holds.
    """
    return pack_size if unit == SINGLE_ARTICLE else 1


def cut_to(total: int, wishes: Wishes, fairness: Fairness, cut_last_time: Collection[int]) -> dict[int, int]:
    """Serve `total` units, fewer than `wishes` add up to; nobody gets more than it wished, and nobody below 0.

    `pro_rata`: in proportion to the wishes. `equal`: the same for everybody, up to what each wished. What cannot be
    divided goes to whoever was cut last time first, then to the lowest URN. `priority`: whole wishes in turn, those of
    schools that were cut last time first, then the smallest.
    """
    if fairness == "priority":
        return _in_turn(total, wishes, sorted(wishes, key=lambda urn: (urn not in cut_last_time, wishes[urn], urn)))
    turn = sorted(wishes, key=lambda urn: (urn not in cut_last_time, urn))
    by_turn = {position: wishes[urn] for position, urn in enumerate(turn)}
    if fairness == "equal":
        served = allocate_capped(total, dict.fromkeys(by_turn, 1), by_turn)
    else:
        served = allocate(total, by_turn)
    return {urn: served[position] for position, urn in enumerate(turn)}


def cut_above(
    total: int, wishes: Wishes, minimum: int, fairness: Fairness, cut_last_time: Collection[int]
) -> tuple[dict[int, int], frozenset[int]]:
    """Serve `total` units as `cut_to` does, but nobody from 1 to below the `minimum` of a line, or its smaller wish.

    Whoever would get less is served just that, and the others are cut again, until nobody would. Returns units by URN;
    if they cannot all be served as much, those of whom one has to be left out, and units that must not be used.

    It ends, because every turn raises one school more. It depends on sets and sums only, not on the order of rows. The
    others always wish at least what is left for them: who is raised gets more than in the cut before, so the rest gets
    less.
    """
    raised: dict[int, int] = {}
    while True:
        left = total - sum(raised.values())
        others = {urn: units for urn, units in wishes.items() if urn not in raised}
        if left < 0:
            return {}, frozenset(raised)
        served = cut_to(left, others, fairness, cut_last_time) if left else dict.fromkeys(others, 0)
        below = {urn: least for urn, units in served.items() if 0 < units < (least := min(minimum, wishes[urn]))}
        if not below:
            return served | raised, frozenset()
        raised |= below


def _in_turn(total: int, wishes: Wishes, turn: Sequence[int]) -> dict[int, int]:
    served = {}
    for urn in turn:
        served[urn] = min(wishes[urn], total)
        total -= served[urn]
    return served
