"""A school's part of a line as it is committed, and what it becomes with the changes that its school agrees to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.orders.domain.pricing import vat_of


@dataclass(frozen=True, slots=True)
class SchoolPart:
    """Amounts in pence without VAT, the rate in per cent; `on` is the first day of delivery.

    `amendment_id` is the change that waits, or None; without one, `net_after_pence` is `net_pence`. `delegated` says
    that the delegated budget pays.
    """

    purchase_order_id: str
    round_id: str
    category_code: str
    vat_rate: Decimal
    on: date
    delegated: bool
    amendment_id: str | None
    net_pence: int
    net_after_pence: int

    @property
    def dearer(self) -> bool:
        """Whether the change makes the school pay more."""
        return self.net_after_pence > self.net_pence


def more_pence(parts: Iterable[SchoolPart], *, with_vat: bool) -> int:
    """By how much the changes make these parts of one category dearer, in pence; negative where they are cheaper.

    VAT is rounded once for each rate of a purchase order, as in the school's commitments.
    """
    orders: dict[str, list[SchoolPart]] = {}
    for part in parts:
        orders.setdefault(part.purchase_order_id, []).append(part)
    more = 0
    for own in orders.values():
        more += sum(part.net_after_pence - part.net_pence for part in own)
        if with_vat:
            before = vat_of((part.vat_rate, part.net_pence) for part in own)
            more += vat_of((part.vat_rate, part.net_after_pence) for part in own) - before
    return more
