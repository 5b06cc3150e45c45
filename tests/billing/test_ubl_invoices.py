"""Peppol invoices: what is read, and what is refused before it costs anything."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.errors import BrokenRule, XmlNotAllowed
from services.billing.domain.errors import (
    ChargeNotOrdered,
    CurrencyNotPounds,
    InvoiceArithmetic,
    InvoiceUnreadable,
    QuantityNotWhole,
    UnknownOrderLine,
)
from services.billing.domain.invoice import SupplierInvoice
from services.billing.domain.ubl_invoice import as_supplier_invoice, read_ubl_invoice
from tests.billing.documents import UblInvoice, UblLine, billion_laughs

SCHEMED = (
    '<cac:Delivery><cac:DeliveryLocation><cbc:ID schemeID="0088">9483759</cbc:ID></cac:DeliveryLocation></cac:Delivery>'
)
CHARGE = (
    "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>"
    '<cbc:Amount currencyID="GBP">25</cbc:Amount></cac:AllowanceCharge>'
)


def settled(document: UblInvoice, by_sku: int | None = None) -> SupplierInvoice:
    return as_supplier_invoice(read_ubl_invoice(document.xml()), lambda sku: by_sku if sku == "PAP-A4-80" else None)


def test_an_invoice_is_read_with_its_order_lines_and_sums() -> None:
    invoice = settled(UblInvoice())
    assert (invoice.number, invoice.issue_date, invoice.due_date) == ("INV-0042", date(2026, 11, 23), None)
    assert invoice.purchase_order_number == "PO-000001"
    assert (invoice.net_pence, invoice.vat_pence, invoice.gross_pence) == (111690, 22338, 134028)
    (line,) = invoice.lines
    assert (line.order_line_no, line.quantity, line.unit_price, line.school_urn) == (1, 102, Decimal("10.95"), None)
    assert (line.vat_class, line.vat_rate) == ("S", Decimal(20))


@pytest.mark.parametrize(
    ("more", "urn"),
    [
        ("<cbc:AccountingCost>URN 900001</cbc:AccountingCost>", 900001),
        ("<cbc:AccountingCost>urn:900001</cbc:AccountingCost>", 900001),
        ("<cbc:AccountingCost>4025:123:4343</cbc:AccountingCost>", None),
        ("<cbc:AccountingCost>900001</cbc:AccountingCost>", None),
        ("<cac:Delivery><cac:DeliveryLocation><cbc:ID>900001</cbc:ID></cac:DeliveryLocation></cac:Delivery>", 900001),
        (SCHEMED, None),
    ],
)
def test_a_line_may_name_its_school(more: str, urn: int | None) -> None:
    assert settled(UblInvoice(lines=[UblLine(more=more)])).lines[0].school_urn == urn


def test_a_delivery_for_the_whole_invoice_names_the_school_of_every_line() -> None:
    more = "<cac:Delivery><cac:DeliveryLocation><cbc:ID>URN 900002</cbc:ID></cac:DeliveryLocation></cac:Delivery>"
    assert settled(UblInvoice(more=more)).lines[0].school_urn == 900002


def test_a_line_without_order_line_is_found_by_the_sellers_item() -> None:
    lines = [UblLine(order_line=None)]
    assert settled(UblInvoice(lines=lines), by_sku=7).lines[0].order_line_no == 7
    with pytest.raises(UnknownOrderLine):
        settled(UblInvoice(lines=lines))


def test_a_price_for_several_units_is_brought_down_to_one() -> None:
    base = '<cbc:BaseQuantity unitCode="XBX">100</cbc:BaseQuantity>'
    assert settled(UblInvoice(lines=[UblLine(price="1095", base=base)])).lines[0].unit_price == Decimal("10.9500")


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (UblInvoice(currency="EUR"), CurrencyNotPounds),
        (UblInvoice(more=CHARGE), ChargeNotOrdered),
        (UblInvoice(lines=[UblLine(more=CHARGE)]), ChargeNotOrdered),
        (UblInvoice(payable="1000.00"), InvoiceArithmetic),
        (UblInvoice(lines=[UblLine(quantity="1.5")]), QuantityNotWhole),
        (UblInvoice(lines=[UblLine(quantity="-3", net="-32.85")]), QuantityNotWhole),
        (UblInvoice(lines=[UblLine(quantity="0", net="0")]), QuantityNotWhole),
        (UblInvoice(lines=[UblLine(quantity="1000001")]), QuantityNotWhole),
    ],
)
def test_what_bursar_does_not_settle_is_refused_by_name(document: UblInvoice, error: type[BrokenRule]) -> None:
    with pytest.raises(error):
        settled(document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (UblInvoice(issue_date="2026-02-30"), "IssueDate cannot be read"),
        (UblInvoice(number=""), "ID is missing"),
        (UblInvoice(number="9" * 61), "longer than 60"),
        (UblInvoice(net="1116.905"), "TaxExclusiveAmount is not in whole pence"),
        (UblInvoice(net="1_000"), "TaxExclusiveAmount cannot be read"),
        (UblInvoice(net="Infinity"), "TaxExclusiveAmount cannot be read"),
        (UblInvoice(vat="1e400"), "TaxAmount cannot be read"),
        (UblInvoice(lines=[]), "no lines"),
        (UblInvoice(lines=[UblLine(vat_class="Q")]), "unknown VAT category"),
        (UblInvoice(lines=[UblLine(rate="101")]), "not a VAT rate"),
        (UblInvoice(lines=[UblLine(price="99999999999")]), "out of bounds"),
        (UblInvoice(lines=[UblLine(base="<cbc:BaseQuantity>0</cbc:BaseQuantity>")]), "out of bounds"),
    ],
)
def test_an_unreadable_invoice_is_refused_with_line_and_reason(document: UblInvoice, reason: str) -> None:
    with pytest.raises(InvoiceUnreadable, match=rf"^Line \d+: .*{reason}"):
        read_ubl_invoice(document.xml())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Invoice/>",
        UblInvoice().xml()[:900],
        UblInvoice().xml().replace(b"Invoice-2", b"CreditNote-2"),
    ],
    ids=["nothing", "text", "other namespace", "cut short", "credit note"],
)
def test_what_is_no_invoice_is_refused(content: bytes) -> None:
    with pytest.raises(InvoiceUnreadable):
        read_ubl_invoice(content)


@pytest.mark.parametrize(
    "content",
    [
        billion_laughs(),
        billion_laughs().decode().encode("utf-16"),
        b'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:1/evil.dtd"><Invoice/>',
        b'<!DOCTYPE Invoice [<!ENTITY file SYSTEM "file:///etc/passwd">]><Invoice>&file;</Invoice>',
        b"<a>" * 5000 + b"</a>" * 5000,
        b"<a>" * 60 + b"</a>" * 60,
        b"<a>" + b"<b/>" * 400_001 + b"</a>",
    ],
    ids=["bomb", "bomb in UTF-16", "external", "file", "very deep", "deep", "many"],
)
def test_dangerous_xml_is_refused(content: bytes) -> None:
    with pytest.raises((XmlNotAllowed, InvoiceUnreadable)):
        read_ubl_invoice(content)


def test_a_bomb_costs_nothing() -> None:
    bomb = billion_laughs()
    started = time.process_time()
    with pytest.raises(XmlNotAllowed):
        read_ubl_invoice(bomb)
    assert time.process_time() - started < 0.05


def test_a_credit_is_not_taken_for_an_invoice() -> None:
    negative = replace(UblInvoice(), net="-10.00", vat="-2.00", gross="-12.00", lines=[UblLine(quantity="-1")])
    with pytest.raises(QuantityNotWhole):
        settled(negative)
