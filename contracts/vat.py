"""VAT classes and their dated rates (UN/ECE 5305 codes as EN 16931 uses them)."""

from datetime import date
from decimal import Decimal
from typing import Final

from contracts.money import round_pence

VAT_CLASSES: Final = {
    "S": "standard rate",
    "Z": "zero rate",
    "E": "exempt",
    "AE": "reverse charge",
    "O": "outside the scope",
}

# The first day of each rate, newest first. Source: gov.uk, VAT rates; the reduced rate: VAT Act 1994, section 29A and
# schedule 7A (fuel and power for a qualifying use, 5 % from 1 September 1997). Both are class S in an invoice.
_STANDARD: Final = (
    (date(2011, 1, 4), Decimal("20.00")),
    (date(2010, 1, 1), Decimal("17.50")),
)
_REDUCED: Final = ((date(1997, 9, 1), Decimal("5.00")),)


def vat_rate(vat_class: str, on: date, *, reduced: bool = False) -> Decimal:
    """The rate in per cent for a VAT class on a tax point; class S at its reduced rate if `reduced`.

    Raises KeyError for an unknown class.
    """
    if vat_class not in VAT_CLASSES:
        raise KeyError(vat_class)
    if vat_class != "S":
        return Decimal("0.00")
    return next(rate for first_day, rate in (_REDUCED if reduced else _STANDARD) if on >= first_day)


def vat_pence(net_pence: int, rate: Decimal) -> int:
    """VAT in pence on a net amount in pence at `rate` per cent, rounded once."""
    return round_pence(Decimal(net_pence) * rate / 10_000)
