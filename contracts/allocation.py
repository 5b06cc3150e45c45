"""Sharing pence without losing or inventing one: the largest-remainder method."""

from collections.abc import Mapping
from typing import TypeVar

from contracts.errors import BrokenRule

Key = TypeVar("Key", int, str)


class AllocationError(BrokenRule):
    """Nothing to share by: every weight is zero, or one is negative."""

    code = "allocation_impossible"


def allocate(total: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Share `total` pence by `weights`; the shares always add up to the total.

    Each share is first cut down to whole pence; the pence left over go one each to the largest cut-off
    remainders, ties to the lowest key (for schools: the lowest URN). A negative total mirrors the positive
    one. A weight of 0 gets 0.

    Raises AllocationError when all weights are zero or one is negative.
    """
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise AllocationError("There is nothing to share by: the weights are zero or negative.")
    sign, size = (-1, -total) if total < 0 else (1, total)
    shares = {key: size * weight // whole for key, weight in weights.items()}
    left_over = size - sum(shares.values())
    by_remainder = sorted(weights, key=lambda key: (-(size * weights[key] % whole), key))
    for key in by_remainder[:left_over]:
        shares[key] += 1
    return {key: sign * share for key, share in shares.items()}
