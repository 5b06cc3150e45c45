"""The form of a recurring service: reading what was typed, and showing what a service is."""

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from gateway.pages import ask
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

SPARE_ROWS: Final = 2
"""Empty rows for entitlements: more appear once these are saved."""
MOST_ROWS: Final = 20

_TEXTS: Final = ("contract_id", "title", "category_code", "driver", "billing_period", "billed", "vat_class")
_LABELS: Final = {
    "contract_id": "the contract",
    "title": "a title",
    "category_code": "the category",
    "driver": "what the price goes by",
    "billing_period": "how often it is billed",
    "billed": "when it is billed",
    "vat_class": "the VAT class",
}


def read_plan(sent: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """The service as the orders service wants it, with a fault for each field that is missing or cannot be read."""
    typed = Typed(sent, faults)
    body: dict[str, Any] = {name: typed.text(name, _LABELS[name]) for name in _TEXTS}
    body["description"] = typed.text("description", "a description", needed=False)
    body["unit_price"] = typed.price("unit_price", "the price")
    for name, label in (("starts_on", "the first day"), ("ends_on", "the last day")):
        on = typed.day(name, label)
        body[name] = on and on.isoformat()
    body["notice_days"] = typed.units("notice_days", "the notice")
    body["entitlements"] = _entitlements(sent, typed)
    category = _category(body["category_code"])
    body["category_name"], body["ledger_code"] = category.get("name", ""), category.get("ledger_code", "")
    if body["category_code"] and not category:
        faults.add("Choose a category of the list.", "category_code")
    return body


def filled(plan: dict[str, Any]) -> MultiDict[str, str]:
    """The form's fields for a service that exists."""
    names = (*_TEXTS, "description", "unit_price", "starts_on", "ends_on", "notice_days", "version")
    typed: MultiDict[str, str] = MultiDict({name: str(plan[name]) for name in names})
    for place, each in enumerate(plan["entitlements"]):
        for name in ("code", "name", "unit", "quantity"):
            typed[f"entitlement-{name}-{place}"] = each[name]
    return typed


def entitlement_rows(typed: Mapping[str, str]) -> list[int]:
    """The rows to show: those that are filled, and some to spare."""
    used = [place for place in range(MOST_ROWS) if typed.get(f"entitlement-name-{place}", "").strip()]
    return list(range(min((used[-1] + 1 if used else 0) + SPARE_ROWS, MOST_ROWS)))


def _entitlements(sent: Mapping[str, str], typed: Typed) -> list[dict[str, str]]:
    found = []
    for place in entitlement_rows(sent):
        name = sent.get(f"entitlement-name-{place}", "").strip()
        if name:
            found.append(
                {
                    "code": sent.get(f"entitlement-code-{place}", "").strip() or f"e{place + 1}",
                    "name": name,
                    "unit": sent.get(f"entitlement-unit-{place}", "DAY"),
                    "quantity": typed.text(f"entitlement-quantity-{place}", f"how much of {name}"),
                }
            )
    return found


def _category(code: str) -> dict[str, Any]:
    return next((each for each in ask.items("catalogue", "/categories") if each["code"] == code), {})
