"""Shares with their proof: how each came about, and why each penny left over went where it did."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.allocation import allocate


@dataclass(frozen=True, slots=True)
class Share:
    """A school's part of a total.

    `remainder` (of all weights) is what was cut off to whole pence. Ranks order the remainders, the largest first; the
    first ranks got a penny more, as many as there were pennies left over.
    """

    urn: int
    weight: int
    remainder: int
    rank: int | None
    net_pence: int


def shares_of(total: int, weights: Mapping[int, int]) -> list[Share]:
    """Share `total` pence over the schools by `weights`, as `contracts.allocation.allocate` does, with the ranks.

    A weight of 0 has no rank and no share. Raises AllocationError when all weights are zero.
    """
    shares = allocate(total, weights)
    whole = sum(weights.values())
    remainders = {urn: total * weight % whole for urn, weight in weights.items()}
    weighty = sorted((urn for urn in weights if weights[urn]), key=lambda urn: (-remainders[urn], urn))
    ranks = {urn: rank for rank, urn in enumerate(weighty, start=1)}
    return [Share(urn, weights[urn], remainders[urn], ranks.get(urn), shares[urn]) for urn in sorted(weights)]
