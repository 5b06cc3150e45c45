"""Which of one party's open items come to an amount, or to a penny from it."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.billing.domain.open_item import OpenItem

_MOST_FOR_THREE: Final = 24
_MOST_SETS: Final = 12


def sums_of(amount: int, items: Sequence[OpenItem]) -> list[tuple[int, tuple[OpenItem, ...]]]:
    """Sets of two or more items, each with how many pence the amount is above it (-1, 0 or 1), exact ones first.

    Looked at are pairs, threes of at most 24 items, and what is longest due up to any item, up to everything: what
    people pay together. At most 12 sets are given.
    """
    items = _within(amount, items)
    found: dict[frozenset[str], tuple[int, tuple[OpenItem, ...]]] = {}
    for over, chosen in (*_oldest(amount, items), *_pairs(amount, items), *_threes(amount, items)):
        found.setdefault(frozenset(item.document_id for item in chosen), (over, chosen))
    return sorted(found.values(), key=lambda each: (abs(each[0]), len(each[1])))[:_MOST_SETS]


def _within(amount: int, items: Sequence[OpenItem]) -> Sequence[OpenItem]:
    """The items that a set may hold: where none goes the other way, only those that are no more than the amount."""
    sign, most = 1 if amount > 0 else -1, abs(amount)
    within = [item for item in items if 0 < item.open_pence * sign <= most]
    return items if any(item.open_pence * sign < 0 for item in items) else within


def _pairs(amount: int, items: Sequence[OpenItem]) -> Iterator[tuple[int, tuple[OpenItem, ...]]]:
    seen: dict[int, OpenItem] = {}
    for item in items:
        for over in (0, 1, -1):
            other = seen.get(amount - over - item.open_pence)
            if other is not None:
                yield _signed(over, amount), (other, item)
        seen.setdefault(item.open_pence, item)


def _threes(amount: int, items: Sequence[OpenItem]) -> Iterator[tuple[int, tuple[OpenItem, ...]]]:
    few = items[:_MOST_FOR_THREE]
    for place, one in enumerate(few):
        seen: dict[int, OpenItem] = {}
        left = amount - one.open_pence
        for item in few[place + 1 :]:
            other = seen.get(left - item.open_pence)
            if other is not None:
                yield 0, (one, other, item)
            seen.setdefault(item.open_pence, item)


def _oldest(amount: int, items: Sequence[OpenItem]) -> Iterator[tuple[int, tuple[OpenItem, ...]]]:
    reached = 0
    for place, item in enumerate(items, 1):
        reached += item.open_pence
        if place > 1 and abs(amount - reached) <= 1:
            yield _signed(amount - reached, amount), tuple(items[:place])


def _signed(over: int, amount: int) -> int:
    return over if amount > 0 else -over
