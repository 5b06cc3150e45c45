"""Peppol BIS Billing 3.0 invoices (EN 16931 in UBL 2.1), read into plain figures.

The reader takes every valid invoice, also what Bursar does not settle (other currencies, charges, part units);
`as_supplier_invoice` then says which of that stands in the way.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from lxml import etree

from contracts import safe_xml
from contracts.money import PRICE_STEP
from contracts.vat import VAT_CLASSES
from services.billing.domain.errors import (
    ChargeNotOrdered,
    CurrencyNotPounds,
    InvoiceArithmetic,
    InvoiceUnreadable,
    QuantityNotWhole,
    UnknownOrderLine,
)
from services.billing.domain.invoice import InvoiceLine, SupplierInvoice

_NS: Final = {
    "i": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_INVOICE: Final = f"{{{_NS['i']}}}Invoice"
_URN: Final = re.compile(r"\s*(?:URN[\s:-]*)?(\d{5,7})\s*", re.IGNORECASE)
_URN_NAMED: Final = re.compile(r"\s*URN[\s:-]*(\d{5,7})\s*", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[+-]?(\d{1,14}(\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_HIGHEST_PRICE: Final = Decimal("99999999.9999")
_LONGEST_NUMBER: Final = 60

MOST_UNITS: Final = 1_000_000

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class UblLine:
    """One cac:InvoiceLine. `has_charges` when the line carries allowances or charges of its own."""

    line_id: str
    order_line: str | None
    sku: str | None
    name: str
    quantity: Decimal
    unit_price: Decimal
    net_pence: int
    vat_class: str
    vat_rate: Decimal
    school_urn: int | None
    has_charges: bool


@dataclass(frozen=True, slots=True)
class UblInvoice:
    """The figures of a UBL invoice; amounts in hundredths of its currency."""

    number: str
    issue_date: date
    due_date: date | None
    order_number: str | None
    currency: str
    lines: tuple[UblLine, ...]
    charges_pence: int
    net_pence: int
    vat_pence: int
    gross_pence: int
    payable_pence: int


def read_ubl_invoice(data: bytes) -> UblInvoice:
    """Read a Peppol BIS Billing 3.0 invoice. Raises XmlNotAllowed, InvoiceUnreadable (with the line)."""
    try:
        root = safe_xml.parse(data)
    except safe_xml.XmlBroken as fault:
        raise _unreadable(fault.line, f"not well-formed XML: {fault.reason}") from fault
    if root.tag != _INVOICE:
        raise _unreadable(safe_xml.line_of(root), "this is not a UBL 2.1 invoice")
    totals = _one(root, "cac:LegalMonetaryTotal")
    currency = _text(root, "cbc:DocumentCurrencyCode")
    delivered_to = _school_of(root, "cac:Delivery/cac:DeliveryLocation/cbc:ID[not(@schemeID)]", _URN)
    lines = tuple(_line(node, delivered_to) for node in _all(root, "cac:InvoiceLine"))
    if not lines:
        raise _unreadable(safe_xml.line_of(root), "the invoice has no lines")
    number = _text(root, "cbc:ID")
    if len(number) > _LONGEST_NUMBER:
        raise _unreadable(safe_xml.line_of(root), f"the invoice number is longer than {_LONGEST_NUMBER} characters")
    return UblInvoice(
        number=number,
        issue_date=_value(root, "cbc:IssueDate", date.fromisoformat),
        due_date=_value(root, "cbc:DueDate", date.fromisoformat) if _found(root, "cbc:DueDate") else None,
        order_number=_optional(root, "cac:OrderReference/cbc:ID"),
        currency=currency,
        lines=lines,
        charges_pence=_charges(root),
        net_pence=_pence(totals, "cbc:TaxExclusiveAmount"),
        vat_pence=_pence(root, f"cac:TaxTotal/cbc:TaxAmount[@currencyID='{currency}']") if currency.isalpha() else 0,
        gross_pence=_pence(totals, "cbc:TaxInclusiveAmount"),
        payable_pence=_pence(totals, "cbc:PayableAmount"),
    )


def as_supplier_invoice(read: UblInvoice, line_by_sku: Callable[[str], int | None]) -> SupplierInvoice:
    """The invoice as Bursar settles it.

    `line_by_sku` finds an order line by the seller's item number, for lines that do not name it. Raises
    CurrencyNotPounds, ChargeNotOrdered, QuantityNotWhole, UnknownOrderLine, InvoiceArithmetic.
    """
    if read.currency != "GBP":
        raise CurrencyNotPounds(f"The invoice is in {read.currency}; the books are kept in pounds.")
    if read.charges_pence or any(line.has_charges for line in read.lines):
        raise ChargeNotOrdered("The invoice carries allowances or charges that its purchase order does not hold.")
    if read.payable_pence != read.gross_pence:
        raise InvoiceArithmetic(
            "The invoice's figures do not add up.", fields={"payable_pence": "Differs from the total with VAT."}
        )
    return SupplierInvoice(
        number=read.number,
        issue_date=read.issue_date,
        due_date=read.due_date,
        purchase_order_number=read.order_number or "",
        lines=tuple(_settled_line(number, line, line_by_sku) for number, line in enumerate(read.lines, 1)),
        net_pence=read.net_pence,
        vat_pence=read.vat_pence,
        gross_pence=read.gross_pence,
    )


def _settled_line(number: int, line: UblLine, line_by_sku: Callable[[str], int | None]) -> InvoiceLine:
    quantity = int(line.quantity)
    if quantity != line.quantity or not 1 <= quantity <= MOST_UNITS or line.net_pence < 0 or line.unit_price < 0:
        raise QuantityNotWhole(
            f"Line {line.line_id} invoices {line.quantity:f} at £{line.unit_price:f}; whole, positive units are needed."
        )
    order_line = line.order_line if line.order_line and line.order_line.isdecimal() else None
    order_line_no = int(order_line) if order_line else line_by_sku(line.sku or "")
    if order_line_no is None:
        raise UnknownOrderLine(f"Line {line.line_id} names no line of the purchase order.")
    return InvoiceLine(
        line_no=number,
        order_line_no=order_line_no,
        name=line.name,
        quantity=quantity,
        unit_price=line.unit_price,
        net_pence=line.net_pence,
        vat_class=line.vat_class,
        vat_rate=line.vat_rate,
        school_urn=line.school_urn,
    )


def _line(node: etree._Element, delivered_to: int | None) -> UblLine:
    tax = "cac:Item/cac:ClassifiedTaxCategory"
    vat_class = _text(node, f"{tax}/cbc:ID")
    if vat_class not in VAT_CLASSES:
        raise _unreadable(safe_xml.line_of(node), f"unknown VAT category {vat_class[:10]}")
    own_school = _school_of(node, "cac:Delivery/cac:DeliveryLocation/cbc:ID[not(@schemeID)]", _URN)
    return UblLine(
        line_id=_text(node, "cbc:ID"),
        order_line=_optional(node, "cac:OrderLineReference/cbc:LineID"),
        sku=_optional(node, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
        name=_text(node, "cac:Item/cbc:Name"),
        quantity=_decimal(node, "cbc:InvoicedQuantity"),
        unit_price=_unit_price(node),
        net_pence=_pence(node, "cbc:LineExtensionAmount"),
        vat_class=vat_class,
        vat_rate=_rate(node, f"{tax}/cbc:Percent"),
        school_urn=_school_of(node, "cbc:AccountingCost", _URN_NAMED) or own_school or delivered_to,
        has_charges=_charges(node) != 0,
    )


def _unit_price(node: etree._Element) -> Decimal:
    """The price of one unit, also where it is stated for several (cbc:BaseQuantity)."""
    base = _decimal(node, "cac:Price/cbc:BaseQuantity") if _found(node, "cac:Price/cbc:BaseQuantity") else Decimal(1)
    price = _decimal(node, "cac:Price/cbc:PriceAmount")
    if base <= 0 or abs(price) > _HIGHEST_PRICE * base:
        raise _unreadable(safe_xml.line_of(node), "the price or its base quantity is out of bounds")
    return (price / base).quantize(PRICE_STEP)


def _rate(node: etree._Element, path: str) -> Decimal:
    rate = _decimal(node, path) if _found(node, path) else Decimal(0)
    if not 0 <= rate <= 100 or rate != round(rate, 2):
        raise _unreadable(safe_xml.line_of(node), f"{rate} is not a VAT rate in per cent")
    return rate


def _charges(node: etree._Element) -> int:
    return sum(abs(_pence(charge, "cbc:Amount")) for charge in _all(node, "cac:AllowanceCharge"))


def _school_of(node: etree._Element, path: str, pattern: re.Pattern[str]) -> int | None:
    found = pattern.fullmatch(_optional(node, path) or "")
    return int(found.group(1)) if found else None


def _pence(node: etree._Element, path: str) -> int:
    pence = _decimal(node, path) * 100
    if pence != int(pence):
        raise _unreadable(safe_xml.line_of(node), f"{_last(path)} is not in whole pence")
    return int(pence)


def _decimal(node: etree._Element, path: str) -> Decimal:
    def parse(raw: str) -> Decimal:
        if not _NUMBER.fullmatch(raw):
            raise ValueError(raw)
        return Decimal(raw)

    return _value(node, path, parse)


def _value(node: etree._Element, path: str, parse: Callable[[str], Value]) -> Value:
    raw = _text(node, path)
    try:
        return parse(raw)
    except ValueError as fault:
        raise _unreadable(safe_xml.line_of(node), f"{_last(path)} cannot be read: {raw[:40]}") from fault


def _text(node: etree._Element, path: str) -> str:
    found = _optional(node, path)
    if found is None:
        raise _unreadable(safe_xml.line_of(node), f"{_last(path)} is missing")
    return found


def _optional(node: etree._Element, path: str) -> str | None:
    found = _all(node, path)
    return (found[0].text or "").strip() or None if found else None


def _found(node: etree._Element, path: str) -> bool:
    return bool(_all(node, path))


def _one(node: etree._Element, path: str) -> etree._Element:
    found = _all(node, path)
    if len(found) != 1:
        raise _unreadable(safe_xml.line_of(node), f"{_last(path)} must stand there once")
    return found[0]


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    found = node.xpath(path, namespaces=_NS)
    return [item for item in found if isinstance(item, etree._Element)] if isinstance(found, list) else []


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1].partition("[")[0]


def _unreadable(line: int, reason: str) -> InvoiceUnreadable:
    return InvoiceUnreadable(f"Line {line}: {reason}.", fields={f"line {line}": reason})
