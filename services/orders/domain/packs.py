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


def _in_turn(total: int, wishes: Wishes, turn: Sequence[int]) -> dict[int, int]:
    served = {}
    for urn in turn:
        served[urn] = min(wishes[urn], total)
        total -= served[urn]
    return served
