"""How the documents of a school's money say days, prices and VAT."""

from datetime import date
from decimal import Decimal
from typing import Any

from contracts.vat import VAT_CLASSES

Json = dict[str, Any]


def day(on: date) -> str:
    """A day as people read it: "24 November 2026"."""
    return f"{on:%-d %B %Y}"


def price(unit_price: Decimal) -> str:
    """Pounds with as many of the four decimals as it needs, and at least two: "0.0349", "12.50"."""
    whole, _, decimals = f"{unit_price:,.4f}".partition(".")
    return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def rate(vat_class: str, per_cent: Decimal) -> str:
    """A VAT class at a rate in few words: "20 %", "zero rate"."""
    return f"{per_cent.normalize():f} %" if vat_class == "S" else VAT_CLASSES[vat_class]


def sort_code(code: str) -> str:
    """A sort code as people write it: "20-45-77"."""
    return f"{code[:2]}-{code[2:4]}-{code[4:]}"


def sum_line(name: str, amount: str, *, strong: bool = False) -> Json:
    """One line below a table's rows."""
    return {"name": name, "amount": amount, "strong": strong}
