"""Recurring services in words: what drives their price, how they are billed, and the formula of a charge."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask import Flask

from contracts.london import london_today
from gateway.pages.show import local, money, plural, price

# For each driver its name on forms, and one and several units of it.
DRIVERS: Final = {
    "pupils": ("Pupils", "pupil", "pupils"),
    "payslips": ("Payslips (people on the payroll)", "payslip", "payslips"),
    "square_metres": ("Floor space in m²", "m²", "m²"),
    "sites": ("Sites", "site", "sites"),
    "fixed": ("The same for every school", "", ""),
}
PERIODS: Final = {"month": "Every month", "term": "Every term", "quarter": "Every quarter", "year": "Once a year"}
BILLED: Final = {"advance": "in advance", "arrears": "in arrears"}

_UNITS: Final = {"DAY": ("day", "days"), "HUR": ("hour", "hours")}


def priced(plan: dict[str, Any]) -> str:
    """What the service costs: "£4.20 a pupil and year", "£1,200.00 a year"."""
    one = DRIVERS[plan["driver"]][1]
    return f"{price(plan['unit_price'])} a {one} and year" if one else f"{price(plan['unit_price'])} a year"


def billed(plan: dict[str, Any]) -> str:
    """When it is billed: "Every month, in arrears"."""
    return f"{PERIODS[plan['billing_period']]}, {BILLED[plan['billed']]}"


def reading(quantity: int | None, driver: str) -> str:
    """What a driver stands at: "271 pupils"; nothing for a fixed price or without a reading."""
    _, one, several = DRIVERS[driver]
    return "" if quantity is None or not several else plural(quantity, one, several)


def span(first: str, last: str) -> str:
    """A run of days: "1 Sep to 30 Sep 2026"."""
    begin, end = local(first), local(last)
    year = "" if begin.year == end.year else f" {begin.year}"
    return f"{begin.day} {begin:%b}{year} to {end.day} {end:%b %Y}"


def formula(charge: dict[str, Any], driver: str) -> str:
    """A charge as anybody can work it out again: "271 pupils × 30 days × £4.20 a year ÷ 365 days"."""
    a_year = f"{price(charge['unit_price'])} a year ÷ {charge['year_days']} days"
    counted = [f"{reading(part['quantity'], driver)} × {plural(part['days'], 'day')}" for part in charge["parts"]]
    if driver == "fixed":
        counted = [plural(part["days"], "day") for part in charge["parts"]]
    if not counted:
        return "No days"
    together = " + ".join(counted)
    return f"({together}) × {a_year}" if len(counted) > 1 else f"{together} × {a_year}"


def sources(charge: dict[str, Any]) -> str:
    """Where the quantities of a charge come from, each once: "School census of 1 Oct 2026"."""
    found = {f"{part['source']} of {_day(part['reading_on'])}": None for part in charge["parts"] if part["reading_on"]}
    return "; ".join(found)


def amount(quantity: str, unit: str) -> str:
    """A quantity of an entitlement: "3 days", "0.5 days"."""
    one, several = _UNITS.get(unit, (unit, unit))
    return f"{quantity} {one if Decimal(quantity) == 1 else several}"


def a_year(plan: dict[str, Any], quantity: int | None) -> str:
    """What a whole year costs at a quantity, in pounds and pence; nothing where it is not known."""
    if plan["driver"] == "fixed":
        quantity = 1
    if quantity is None:
        return ""
    return money(int((Decimal(plan["unit_price"]) * 100 * quantity).to_integral_value(rounding="ROUND_HALF_UP")))


def stage(subscription: Mapping[str, Any], plan: Mapping[str, Any] | None) -> str:
    """Where a school's service stands today: its state, or `to_begin` and `over` by its own days and the plan's."""
    today = london_today().isoformat()
    if subscription["state"] not in ("approved", "ended"):
        return str(subscription["state"])
    last = subscription["ends_on"] or (plan and plan["ends_on"])
    if last and last < today:
        return "over"
    return "to_begin" if subscription["starts_on"] > today else str(subscription["state"])


def register(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.jinja_env.filters.update(
        {
            "service_price": priced,
            "service_billed": billed,
            "reading": reading,
            "span": span,
            "formula": formula,
            "sources": sources,
            "entitled": amount,
            "service_year": a_year,
            "service_stage": stage,
            "driver_name": lambda driver: DRIVERS[driver][0],
        }
    )


def _day(value: str) -> str:
    on = date.fromisoformat(value)
    return f"{on.day} {on:%b %Y}"
