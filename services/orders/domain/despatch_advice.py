"""UBL 2.1 Despatch Advices (Peppol BIS 3, T16), read into plain figures.

Peppol's document has one delivery party, so an advice is about one school's drop. It names the drop by the number of
its order ("PO-000012-3", contracts.order_numbers), or the school by its URN as the delivery party; a line may name its
own order.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from lxml import etree

from contracts import safe_xml
from contracts.order_numbers import OrderNumber, read_order_number
from services.orders.domain.despatch import Despatch
from services.orders.domain.errors import DespatchUnreadable

_NS: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_ROOT: Final = "{urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2}DespatchAdvice"
_CUSTOMIZATION: Final = "urn:fdc:peppol.eu:poacc:trns:despatch_advice:3"
_URN: Final = re.compile(r"\s*(?:URN[\s:-]*)?(\d{5,7})\s*", re.IGNORECASE)
_NO_ID: Final = "NA"
_LONGEST: Final = 60
_SHIPMENT: Final = "cac:Shipment/cac:"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class AdvisedLine:
    """One cac:DespatchLine, which begins on line `at` of the file: its order, with the drop if the number says it, and
    its item by the order's line or the SKU."""

    at: int
    order: OrderNumber
    line_no: int | None
    sku: str | None
    quantity: int
    unit: str | None


@dataclass(frozen=True, slots=True)
class DespatchAdvice:
    """What a Despatch Advice says that a despatch needs; `school_urn` is that of its delivery party."""

    order_number: str
    school_urn: int | None
    despatch: Despatch
    lines: tuple[AdvisedLine, ...]


def read_despatch_advice(data: bytes) -> DespatchAdvice:
    """Read a Despatch Advice. Raises XmlNotAllowed (entities, size), DespatchUnreadable (with the line)."""
    try:
        root = safe_xml.parse(data)
    except safe_xml.XmlBroken as fault:
        raise _unreadable(fault.line, f"not well-formed XML: {fault.reason}") from fault
    if root.tag != _ROOT:
        raise _unreadable(safe_xml.line_of(root), "this is not a UBL 2.1 Despatch Advice")
    customization = _optional(root, "cbc:CustomizationID") or ""
    if not customization.startswith(_CUSTOMIZATION):
        raise _unreadable(safe_xml.line_of(root), f"its CustomizationID is not {_CUSTOMIZATION}")
    order = _order(root, "cac:OrderReference/cbc:ID")
    lines = tuple(line for node in root.iterfind("cac:DespatchLine", _NS) if (line := _line(node, order)).quantity)
    if not lines:
        raise _unreadable(safe_xml.line_of(root), "it has no lines with a delivered quantity")
    numbers = {line.order.number for line in lines} | {order.number}
    if len(numbers) > 1:
        raise _unreadable(safe_xml.line_of(root), f"it is about several orders ({', '.join(sorted(numbers))})")
    return DespatchAdvice(order.number, _school(root), _despatch(root), lines)


def _despatch(root: etree._Element) -> Despatch:
    delivery = f"{_SHIPMENT}Delivery/cac:"
    sent_on = _day(root, f"{delivery}Despatch/cbc:ActualDespatchDate") or _day(root, "cbc:IssueDate")
    if sent_on is None:
        raise _unreadable(safe_xml.line_of(root), "the IssueDate is missing")
    expected = _day(root, f"{delivery}EstimatedDeliveryPeriod/cbc:EndDate") or _day(
        root, f"{delivery}EstimatedDeliveryPeriod/cbc:StartDate"
    )
    number = _optional(root, "cbc:ID")
    if not number:
        raise _unreadable(safe_xml.line_of(root), "the number (ID) is missing")
    return Despatch(
        despatched_on=sent_on,
        expected_on=expected,
        carrier=_short(root, f"{_SHIPMENT}Consignment/cac:CarrierParty/cac:PartyName/cbc:Name"),
        tracking=_short(root, f"{_SHIPMENT}Delivery/cbc:TrackingID"),
        reference=_short(root, "cbc:ID"),
        note=(_optional(root, "cbc:Note") or "")[:1000],
    )


def _line(node: etree._Element, order: OrderNumber) -> AdvisedLine:
    at = safe_xml.line_of(node)
    own = "cac:OrderLineReference/cac:OrderReference/cbc:ID"
    if _optional(node, own):
        order = _order(node, own)
    reference = _optional(node, "cac:OrderLineReference/cbc:LineID")
    sku = _optional(node, "cac:Item/cac:SellersItemIdentification/cbc:ID")
    line_no = None
    if reference and reference.upper() != _NO_ID:
        if not (reference.isascii() and reference.isdigit() and len(reference) < 10):
            raise _unreadable(at, f"the order has no line “{reference[:_LONGEST]}”")
        line_no = int(reference)
    elif not sku:
        raise _unreadable(at, "the line names neither a line of the order nor the seller’s item number")
    quantity = node.find("cbc:DeliveredQuantity", _NS)
    if quantity is None:
        raise _unreadable(at, "the DeliveredQuantity is missing")
    return AdvisedLine(at, order, line_no, sku, _units(quantity), quantity.get("unitCode"))


def _units(node: etree._Element) -> int:
    at, text = safe_xml.line_of(node), (node.text or "").strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value() or amount > 1_000_000:
        raise _unreadable(at, f"“{text[:_LONGEST]}” is not a whole number of units")
    return int(amount)


def _order(node: etree._Element, path: str) -> OrderNumber:
    text = _optional(node, path)
    if not text:
        raise _unreadable(safe_xml.line_of(node), "the number of the order (OrderReference) is missing")
    return read_order_number(text) or OrderNumber(text[:_LONGEST])


def _school(root: etree._Element) -> int | None:
    """The URN by which the delivery party is named: an identification without a scheme."""
    path = "cac:DeliveryCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID"
    for node in root.iterfind(path, _NS):
        found = None if node.get("schemeID") else _URN.fullmatch(node.text or "")
        if found:
            return int(found[1])
    return None


def _short(root: etree._Element, path: str) -> str:
    return " ".join((_optional(root, path) or "").split())[:_LONGEST]


def _day(root: etree._Element, path: str) -> date | None:
    return _value(root, path, date.fromisoformat)


def _value(node: etree._Element, path: str, read: Callable[[str], Value]) -> Value | None:
    text = _optional(node, path)
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as fault:
        raise _unreadable(safe_xml.line_of(node), f"“{text[:_LONGEST]}” in {path} is not a day") from fault


def _optional(node: etree._Element, path: str) -> str | None:
    found = node.find(path, _NS)
    return (found.text or "").strip() or None if found is not None else None


def _unreadable(line: int, reason: str) -> DespatchUnreadable:
    return DespatchUnreadable(f"Line {line}: {reason}.")
