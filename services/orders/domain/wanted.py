"""What a school wants of one offer: firm units, and what it consents to beyond or only under a condition."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class WantedLine:
    """One line of an order form.

    `flexible` units may come on top if that fills a pack or reaches a tier. With `max_unit_price` (pounds, four
    decimals) the line is only ordered at this price or less, with `min_schools` only if so many schools join.
    """

    offer_id: str
    quantity: int
    flexible: int = 0
    max_unit_price: Decimal | None = None
    min_schools: int | None = None
    note: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but firm units."""
        return not (self.flexible or self.max_unit_price is not None or self.min_schools or self.note)


@dataclass(frozen=True, slots=True)
class LastLine:
    """What a school ordered last time from a supplier; `offer_id` is the offer of the present round, if it has one.

    `unit_price`: what it cost each, in pounds; None if that was never fixed.
    """

    offer_id: str | None
    sku: str
    name: str
    quantity: int
    unit_price: Decimal | None
    round_number: str
    round_title: str
