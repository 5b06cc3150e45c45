"""What all schools of a round order, as tables of schools × offers, which sum a hundred thousand lines at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.orders.domain.order import COUNTED, OrderState
from services.orders.domain.tiers import Tier
from services.orders.domain.wanted import WantedLine

Units = NDArray[np.int64]


class Total(NamedTuple):
    """Firm units of an offer, schools that order it, and the flexible units that they offer on top."""

    quantity: int
    schools: int
    flexible: int

    def plus(self, line: WantedLine) -> "Total":
        """The total with one more school's line."""
        return Total(self.quantity + line.quantity, self.schools + 1, self.flexible + line.flexible)


Totals = Mapping[str, Total]
"""By offer id, of orders that are submitted or approved."""

NOTHING: Final = Total(0, 0, 0)


class OrderHead(NamedTuple):
    """How far a school's order is."""

    urn: int
    version: int
    state: OrderState


@dataclass(frozen=True)
class OrderedUnits:
    """The units of every order of a round: `firm` and `flexible` have a row for each head, a column for each offer."""

    offer_ids: Sequence[str]
    heads: Sequence[OrderHead]
    firm: Units
    flexible: Units

    @cached_property
    def stamp(self) -> int:
        """Grows with every change of an order: the sum of their versions, as `round_stamp` of the database has it."""
        return sum(head.version for head in self.heads)

    @cached_property
    def totals(self) -> Totals:
        """What orders that are submitted or approved come to, by offer id; offers without any are left out."""
        counted = self._counted()
        firm = self.firm[counted]
        sums = zip(
            self.offer_ids,
            firm.sum(axis=0).tolist(),
            np.count_nonzero(firm, axis=0).tolist(),
            self.flexible[counted].sum(axis=0).tolist(),
            strict=True,
        )
        return {offer_id: Total(*total) for offer_id, *total in sums if total[1]}

    def nets(self, tiers: Mapping[str, Sequence[Tier]]) -> dict[int, int]:
        """What each school's firm units cost at the tiers now reached, net pence by URN.

        An order that is not sent is priced as if it were. A unit price is whole in hundredths of a penny, so a line is
        rounded once and exactly.
        """
        counted = self._counted()
        together = self.firm[counted].sum(axis=0)
        reached = np.where(counted[:, None], together, together + self.firm)
        hundredths = np.empty_like(reached)
        for column, offer_id in enumerate(self.offer_ids):
            starts = np.array([tier.from_quantity for tier in tiers[offer_id]])
            prices = np.array([int(tier.unit_price * 10_000) for tier in tiers[offer_id]])
            tier = np.searchsorted(starts, reached[:, column], side="right") - 1
            hundredths[:, column] = prices[np.maximum(tier, 0)]
        pence = ((self.firm * hundredths + 50) // 100).sum(axis=1).tolist()
        return {head.urn: net for head, net in zip(self.heads, pence, strict=True)}

    def _counted(self) -> NDArray[np.bool_]:
        return np.array([head.state in COUNTED for head in self.heads], dtype=bool)
