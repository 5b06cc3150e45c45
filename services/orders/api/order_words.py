"""How a purchase order's documents say days, prices and VAT."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from contracts.london import london_day
from contracts.vat import VAT_CLASSES
from services.orders.domain.issued_order import IssuedOrder


def day(on: date) -> str:
    """A day as people read it: "Tue 24 Nov 2026"."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def price(unit_price: Decimal) -> str:
    """Pounds with as many of the four decimals as it needs, and at least two: "0.0349", "12.50"."""
    whole, _, decimals = f"{unit_price:,.4f}".partition(".")
    return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def rate_words(rates: Iterable[tuple[str, Decimal]]) -> str:
    """VAT classes and rates, in a few words: "20 %", "5 % and 20 %", "zero rate"."""
    return " and ".join(_rate(vat_class, rate) for vat_class, rate in sorted(set(rates)))


def _rate(vat_class: str, rate: Decimal) -> str:
    return f"{rate.normalize():f} %" if vat_class == "S" else VAT_CLASSES[vat_class]


def facts(order: IssuedOrder) -> list[tuple[str, str]]:
    """What is to be known of the order beside its lines: (what, value)."""
    contract = " · ".join(word for word in (order.contract_title, order.contract_reference) if word)
    direct = order.settlement == "direct"
    found = [
        ("For", order.title),
        ("Contract", contract),
        ("Issued", day(london_day(order.issued_at))),
        ("Please answer by", day(order.answer_by)),
        ("Deliver from", f"{day(order.delivery_from)} to {day(order.delivery_to)}"),
        ("Deliver to", f"{len(order.drops)} {'school' if len(order.drops) == 1 else 'schools'}, as listed"),
        ("Invoice", "each school for its own drop" if direct else f"{order.buyer.legal_name}, quoting {order.number}"),
    ]
    return [(what, value) for what, value in found if value]


def notice(order: IssuedOrder) -> str:
    """What a reader of a later revision must know."""
    if order.revision == 1:
        return ""
    changed = [str(drop.place) for drop in order.drops if drop.revision == order.revision]
    which = f" It changes drop {changed[0]}." if len(changed) == 1 else ""
    if len(changed) > 1:
        which = f" It changes drops {', '.join(changed[:-1])} and {changed[-1]}."
    return f"Revision {order.revision} of this order: it takes the place of every earlier one.{which}"
