"""The form of a contract: reading what was typed, and showing what a contract says. Amounts are typed in pounds."""

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from contracts.money import pounds
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

MOST_CHARGES: Final = 20
_SPARE_ROWS: Final = 2
_TEXTS: Final = {
    "title": "a title",
    "reference": "the contract’s reference",
    "supplier_id": "the supplier",
    "category_code": "the category",
    "settlement": "how it is settled",
    "small_order_fee_share_by": "how the fee is shared",
    "fairness": "how a shortage is shared",
    "procurement": "the kind of procurement",
    "value_vat_class": "the VAT class of its value",
}
_AMOUNTS: Final = {
    "minimum_order_pence": "the minimum order",
    "small_order_fee_pence": "the fee for small orders",
    "annual_value_pence": "the annual value",
}
_DAYS: Final = {"starts_on": "the first day", "ends_on": "the last day"}
_DAYS_IF_KNOWN: Final = {"notice_on": "the last day for notice", "procurement_began_on": "the day it began"}
_CHARGE_AMOUNTS: Final = ("amount_pence", "free_from_pence")


def read_contract(sent: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """The contract as the catalogue wants it, with a fault for each field that is missing or cannot be read."""
    typed = Typed(sent, faults)
    body: dict[str, Any] = {name: typed.text(name, label) for name, label in _TEXTS.items()}
    body |= {name: typed.pence(name, label, needed=False) for name, label in _AMOUNTS.items()}
    for names, needed in ((_DAYS, True), (_DAYS_IF_KNOWN, False)):
        for name, label in names.items():
            on = typed.day(name, label, needed=needed)
            body[name] = on.isoformat() if on else None
    body["claim_days"] = typed.units("claim_days", "the days to claim")
    body["payment_days"] = typed.units("payment_days", "the days to pay")
    body["lead_urn"] = typed.number("lead_urn", "the lead school", needed=False)
    per_cent = typed.pence("tolerances.price_basis_points", "the tolerated price", needed=False)
    body["tolerances"] = {
        "price_basis_points": per_cent or 0,  # hundredths of a per cent, as pence are of a pound
        "quantity_units": typed.units("tolerances.quantity_units", "the tolerated quantity"),
        "total_pence": typed.pence("tolerances.total_pence", "the tolerated total", needed=False) or 0,
    }
    body["charges"] = [_charge(typed, row) for row in _charged(sent)]
    return body


def charge_fields(sent: Mapping[str, str]) -> dict[str, str]:
    """The request's paths of charges by the inputs they came from: empty rows are not sent."""
    names = ("code", "name", "kind", "amount_pence", "share_by", "free_from_pence", "vat_class")
    return {
        f"charges.{position}.{name}": f"charges.{row}.{name}"
        for position, row in enumerate(_charged(sent))
        for name in names
    }


def typed_contract(contract: Mapping[str, Any]) -> MultiDict[str, str]:
    """The form's fields for a contract that exists."""
    names = (*_TEXTS, *_DAYS, *_DAYS_IF_KNOWN, "claim_days", "payment_days", "lead_urn", "version")
    typed = {name: _shown(contract[name]) for name in names}
    typed |= {name: _amount(contract[name]) for name in _AMOUNTS}
    tolerances = contract["tolerances"]
    typed["tolerances.price_basis_points"] = _amount(tolerances["price_basis_points"] or None)
    typed["tolerances.quantity_units"] = _shown(tolerances["quantity_units"] or None)
    typed["tolerances.total_pence"] = _amount(tolerances["total_pence"] or None)
    for row, charge in enumerate(contract["charges"]):
        for name, value in charge.items():
            typed[f"charges.{row}.{name}"] = _amount(value) if name in _CHARGE_AMOUNTS else _shown(value)
    return MultiDict(typed)


def charge_rows(typed: Mapping[str, str]) -> list[int]:
    """The rows of charges to show: those that are filled, and some to spare."""
    used = _charged(typed)
    return list(range(min((used[-1] + 1 if used else 0) + _SPARE_ROWS, MOST_CHARGES)))


def _charged(sent: Mapping[str, str]) -> list[int]:
    names = ("code", "name", "amount_pence")
    rows = range(MOST_CHARGES)
    return [row for row in rows if any(sent.get(f"charges.{row}.{name}", "").strip() for name in names)]


def _charge(typed: Typed, row: int) -> dict[str, Any]:
    at = f"charges.{row}."
    charge: dict[str, Any] = {
        "code": typed.text(f"{at}code", "the charge’s code"),
        "name": typed.text(f"{at}name", "what is charged"),
        "amount_pence": typed.pence(f"{at}amount_pence", "the charge"),
        "free_from_pence": typed.pence(f"{at}free_from_pence", "the amount from which it is free", needed=False),
    }
    labels = {"kind": "the kind of charge", "share_by": "how it is shared", "vat_class": "its VAT class"}
    return charge | {name: typed.text(f"{at}{name}", label) for name, label in labels.items()}


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _amount(pence: int | None) -> str:
    return "" if pence is None else pounds(pence)
