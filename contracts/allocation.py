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
    cut = {key: divmod(size * weight, whole) for key, weight in weights.items()}
    shares = {key: sign * share for key, (share, _) in cut.items()}
    if left_over := size - sum(share for share, _ in cut.values()):
        by_remainder = sorted((-remainder, key) for key, (_, remainder) in cut.items())
        for _, key in by_remainder[:left_over]:
            shares[key] += sign
    return shares


def allocate_capped(total: int, weights: Mapping[Key, int], caps: Mapping[Key, int]) -> dict[Key, int]:
    """Share `total` by `weights` so that no share exceeds its cap; the shares always add up to the total.

    Whose share would reach its cap gets the cap, and what is left is shared over the others as `allocate` does, until
    nobody is above. Keys that `caps` leaves out have none. Source: domain.md §3, example 5.

    Raises AllocationError as `allocate` does, for a negative total, and when the caps add up to less than the total.
    """
    if total < 0:
        raise AllocationError("A capped amount is not negative.")
    fixed: dict[Key, int] = {}
    shares = allocate(total, weights)
    while above := [key for key, share in shares.items() if share > caps.get(key, share)]:
        fixed |= {key: caps[key] for key in above}
        shares = {key: 0 for key in shares if key not in fixed}
        if left := total - sum(fixed.values()):
            if not any(weights[key] for key in shares):
                raise AllocationError("The caps add up to less than the total.")
            shares = allocate(left, {key: weights[key] for key in shares})
    return {key: fixed[key] if key in fixed else shares[key] for key in weights}
