"""How values read on a page: money, prices, days in London, deadlines, states as words."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from flask import Flask

from contracts.london import LONDON
from contracts.money import pounds
from contracts.phases import PHASES
from contracts.roles import ROLE_NAMES
from contracts.units import UNITS, quantity_words
from contracts.vat import vat_words
from gateway.domain.london import day, local, moment, until
from gateway.pages.catalogue_words import SHARE_BASES
from gateway.pages.state_words import STATES

# Why billing holds a school's share of an invoiced line.
REASONS: Final = {
    "price": "The price is not the one ordered",
    "vat": "The VAT is not what the order’s lines give",
    "wrong_buyer": "This school has not ordered it",
    "quantity_over": "More is invoiced than was ordered",
    "quantity_short": "More is invoiced than arrived",
    "not_received": "The school has recorded no delivery",
    "awaiting_receipts": "Its share is not settled until every school has recorded its delivery",
    "disputed": "The alliance disputes it",
}

# What people decide of a school's share of an invoiced line.
DECISIONS: Final = {
    "accepted": "Released",
    "disputed": "Disputed",
    "credit_requested": "Credit asked for",
    "withdrawn": "Taken back",
}

# What a school pays an order from.
FUNDS: Final = {"delegated": "Delegated budget", "own": "Own funds", "pta": "Parents’ association (PTA)"}


def money(pence: int | None) -> str:
    """Pence as "£1,234.50", negative ones as "−£0.05"; nothing for None."""
    if pence is None:
        return ""
    return f"−£{pounds(-pence)}" if pence < 0 else f"£{pounds(pence)}"


@lru_cache(maxsize=4096)
def price(unit_price: str | Decimal | None) -> str:
    """A unit price in pounds, with as many of its four decimals as it needs and at least two: "£12.50"."""
    if unit_price is None:
        return ""
    whole, _, decimals = f"{Decimal(unit_price):,.4f}".partition(".")
    return f"£{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def number(value: int | None) -> str:
    """A count with thousands separated: "1,234"; nothing for None."""
    return "" if value is None else f"{value:,}"


def quantity(count: int | None, unit: str) -> str:
    """A quantity with its unit: "34 boxes", "1 hour"; single things are only counted: "34"."""
    if count is None:
        return ""
    return quantity_words(count, unit)


def per_unit(unit: str) -> str:
    """What one unit is: "box", "hour", "each"."""
    return UNITS.get(unit, (unit, unit))[0] or "each"


def urgency(value: str | None, now: datetime | None = None) -> str:
    """The class for a deadline: "late" when past, "due" within a week, otherwise "calm"."""
    if value is None:
        return "calm"
    then, here = local(value), (now or datetime.now(UTC)).astimezone(LONDON)
    left = then - here if isinstance(then, datetime) else timedelta(days=(then - here.date()).days)
    if left < timedelta(0):
        return "late"
    return "due" if left <= timedelta(days=7) else "calm"


def state(value: str, kind: str) -> tuple[str, str]:
    """The word for a state and the class of its tag; a state this page does not know shows its own name."""
    return STATES[kind].get(value) or (value.replace("_", " ").capitalize(), "")


def reason(code: str) -> str:
    """The sentence for a matching reason."""
    return REASONS.get(code) or code.replace("_", " ").capitalize()


def share_by(basis: str) -> str:
    """How a charge is shared, in words."""
    return SHARE_BASES[basis]


def wishes(line: Mapping[str, Any]) -> str:
    """What a line asks for beside its quantity: "up to 6 more · only at £2.10 or less each"."""
    asked = []
    if line.get("flexible"):
        asked.append(f"up to {number(line['flexible'])} more")
    if line.get("max_unit_price"):
        asked.append(f"only at {price(line['max_unit_price'])} or less each")
    if line.get("min_schools"):
        asked.append(f"only if {number(line['min_schools'])} schools join")
    return " · ".join(asked)


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 school", "12 schools"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def per_cent(rate: str) -> str:
    """A rate in per cent: "20.00" becomes "20 %"."""
    return f"{Decimal(rate).normalize():f} %"


def sort_code(digits: str) -> str:
    """A sort code in pairs: "204577" becomes "20-45-77"."""
    return f"{digits[:2]}-{digits[2:4]}-{digits[4:]}"


def vat(line: Mapping[str, Any]) -> str:
    """The VAT that a line carries for its school: "VAT 5 % by certificate VAT 7"."""
    by = f" by certificate {line['vat_certificate']}" if line["vat_certificate"] else ""
    return f"VAT {per_cent(line['vat_rate'])}{by}"


def register(app: Flask) -> None:
    """Make the filters known to the templates."""
    filters: dict[str, Any] = {
        "money": money,
        "price": price,
        "number": number,
        "quantity": quantity,
        "per_unit": per_unit,
        "day": day,
        "moment": moment,
        "until": until,
        "urgency": urgency,
        "state": state,
        "reason": reason,
        "decision": lambda code: DECISIONS.get(code, code),
        "share_by": share_by,
        "plural": plural,
        "wishes": wishes,
        "per_cent": per_cent,
        "sort_code": sort_code,
        "vat": vat,
        "fund": lambda code: FUNDS.get(code, code),
        "month": lambda value: f"{date.fromisoformat(value):%B %Y}",
        "phase": lambda code: PHASES.get(code, code),
        "role": lambda code: ROLE_NAMES.get(code, code),
        "vat_class": lambda code, rate=None: vat_words(code, rate and Decimal(rate)),
    }
    app.jinja_env.filters.update(filters)
