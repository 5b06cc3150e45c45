"""Packs: what is ordered by the single article and supplied in whole packs, and who goes short when one is not full."""

from collections.abc import Callable, Collection, Mapping
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

    `pro_rata`: in proportion to the wishes. `equal`: the same for everybody, up to what each wished. `priority`: whole
    wishes in turn, the smallest first. What cannot be divided goes to whoever was cut last time first, then to the
    lowest URN.
    """
    turn = sorted(wishes, key=lambda urn: (urn not in cut_last_time, urn))
    by_turn = {position: wishes[urn] for position, urn in enumerate(turn)}
    served = _SERVE[fairness](total, by_turn) if total else dict.fromkeys(by_turn, 0)
    return {urn: served[position] for position, urn in enumerate(turn)}


def _equal(total: int, wishes: Wishes) -> dict[int, int]:
    return allocate_capped(total, dict.fromkeys(wishes, 1), wishes)


def _priority(total: int, wishes: Wishes) -> dict[int, int]:
    served = {}
    for position in sorted(wishes, key=lambda position: (wishes[position], position)):
        served[position] = min(wishes[position], total)
        total -= served[position]
    return served


_SERVE: Final[Mapping[Fairness, Callable[[int, Wishes], dict[int, int]]]] = {
    "pro_rata": allocate,
    "equal": _equal,
    "priority": _priority,
}
