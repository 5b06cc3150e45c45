"""Numbers on purchase-order documents: the order, its drop, and the revision that last changed that drop.

A document format with one delivery to an order needs one document for each drop: PO-000012-3 is the order for drop 3 of
PO-000012, and PO-000012-3-R2 what revision 2 made of it. Whoever reads an answer or an invoice folds them back.
"""

import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"\s*(PO-\d{1,12})(?:-(\d{1,6}))?(?:-R(\d{1,6}))?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrderNumber:
    """A purchase order's number with, where the document was for one drop, the drop's place (from 1)."""

    number: str
    drop: int | None = None
    revision: int = 1

    def __str__(self) -> str:
        drop = "" if self.drop is None else f"-{self.drop}"
        return f"{self.number}{drop}" + (f"-R{self.revision}" if self.revision > 1 else "")


def read_order_number(text: str) -> OrderNumber | None:
    """What a partner's document calls our order; None where it is no number of ours."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    number, drop, revision = found.groups()
    return OrderNumber(number.upper(), int(drop) if drop else None, int(revision) if revision else 1)
