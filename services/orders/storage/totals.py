"""What all schools order together: sums that every member may see, as the database's functions publish them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from services.orders.domain.wanted import WantedLine
from services.orders.storage.remembered import Remembered

_TOTALS = text("SELECT offer_id::text, quantity, schools, flexible FROM round_totals(:round_id)")


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

_remembered: Remembered[Totals] = Remembered()


def round_totals(connection: Connection, round_id: str, stamp: int | None = None) -> Totals:
    """The totals of a round as they stand now; `stamp` is the round's, if the caller has read it already."""

    def read() -> Totals:
        rows = connection.execute(_TOTALS, {"round_id": round_id})
        return {offer_id: Total(*sums) for offer_id, *sums in rows}

    return _remembered.get(connection, round_id, stamp, read)
