"""Peppol invoices and credit notes: what is read, what is settled of it, what is refused before it costs anything."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.errors import BrokenRule, XmlNotAllowed
from services.billing.domain.en16931 import faults_of
from services.billing.domain.errors import (
    AmbiguousOrderLine,
    ChargeNotOrdered,
    CurrencyNotPounds,
    InvoiceArithmetic,
    InvoiceUnreadable,
    IssueDateImplausible,
    PrepaidOrRounded,
    QuantityNotWhole,
    UnknownOrderLine,
    VatCategoryNotSettled,
)
from services.billing.domain.invoice import SupplierInvoice
from services.billing.domain.invoice_document import AllowanceCharge, InvoiceDocument
from services.billing.domain.order_references import OrderedLine, orders_named
from services.billing.domain.settled_invoice import check_document, settle
from services.billing.domain.ubl_invoice import read_ubl_invoice
from tests.billing.documents import UblInvoice, UblLine, billion_laughs
from tests.billing.peppol import PDF, a_document, a_line, an_allowance
from tests.billing.ubl_writer import write_ubl

SCHEMED = (
    '<cac:Delivery><cac:DeliveryLocation><cbc:ID schemeID="0088">9483759</cbc:ID></cac:DeliveryLocation></cac:Delivery>'
)
PAPER = OrderedLine("PO-000001", 1, "PAP-A4-80", Decimal("10.95"), "S")
BOOKS = OrderedLine("PO-000001", 2, "BOOKS", Decimal("4.00"), "Z")
DELIVERY = OrderedLine("PO-000001", 3, "", Decimal("25"), "S", is_charge=True)


def settled(document: InvoiceDocument | UblInvoice, *ordered: OrderedLine) -> SupplierInvoice:
    content = document.xml() if isinstance(document, UblInvoice) else write_ubl(document)
    read = read_ubl_invoice(content)
    check_document(read)
    return settle(read, "PO-000001", ordered or (PAPER, BOOKS))


def test_an_invoice_is_read_with_its_order_lines_and_sums() -> None:
    invoice = settled(UblInvoice())
    assert (invoice.number, invoice.issue_date, invoice.due_date) == ("INV-0042", date(2026, 11, 23), None)
    assert (invoice.kind, invoice.purchase_order_number, invoice.buyer_urn) == ("invoice", "PO-000001", None)
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


@pytest.mark.parametrize(
    ("buyer", "urn"),
    [
        ("<cac:PartyIdentification><cbc:ID>900001</cbc:ID></cac:PartyIdentification>", 900001),
        ('<cac:PartyIdentification><cbc:ID schemeID="0088">900001</cbc:ID></cac:PartyIdentification>', None),
    ],
)
def test_the_buyer_may_be_a_school(buyer: str, urn: int | None) -> None:
    assert settled(UblInvoice(buyer=buyer)).buyer_urn == urn


def test_a_credit_note_is_negative_whatever_its_signs_on_paper() -> None:
    document = a_document([a_line(3), a_line(-1, line_id="2")], kind="credit_note")
    credit = settled(document)
    assert (credit.kind, credit.credits) == ("credit_note", ("INV-0041",))
    assert (credit.net_pence, credit.vat_pence, credit.gross_pence) == (-2190, -438, -2628)
    assert [(line.quantity, line.net_pence) for line in credit.lines] == [(-3, -3285), (1, 1095)]


def test_an_invoice_may_correct_itself_with_negative_lines() -> None:
    invoice = settled(a_document([a_line(10), a_line(-2, line_id="2")]))
    assert [(line.quantity, line.net_pence) for line in invoice.lines] == [(10, 10950), (-2, -2190)]
    assert invoice.net_pence == 8760


def test_a_price_for_several_units_is_brought_down_to_one() -> None:
    invoice = settled(a_document([a_line(price="1095", base_quantity=Decimal(100))]))
    assert (invoice.lines[0].unit_price, invoice.net_pence) == (Decimal("10.9500"), 111690)


PRICE_DISCOUNT = """<cac:AllowanceCharge><cbc:ChargeIndicator>{is_charge}</cbc:ChargeIndicator>
  <cbc:Amount currencyID="GBP">2.05</cbc:Amount><cbc:BaseAmount currencyID="GBP">{gross}</cbc:BaseAmount>
</cac:AllowanceCharge>"""


def test_a_discount_on_a_price_is_read_and_is_in_the_price_already() -> None:
    document = read_ubl_invoice(
        UblInvoice(lines=[UblLine(base=PRICE_DISCOUNT.format(is_charge="false", gross="13.00"))]).xml()
    )
    line = document.lines[0]
    assert (line.gross_price, line.price_discount, line.price) == (Decimal("13.00"), Decimal("2.05"), Decimal("10.95"))
    assert (faults_of(document), line.charges) == ((), ())
    assert settled(document).net_pence == 111690


def test_a_discount_that_does_not_lead_to_the_price_is_told() -> None:
    lines = [UblLine(base=PRICE_DISCOUNT.format(is_charge="false", gross="12.00"))]
    (fault,) = faults_of(read_ubl_invoice(UblInvoice(lines=lines).xml()))
    assert (fault.rule, fault.where) == ("PEPPOL-EN16931-R046", "line 1")
    assert fault.text == "the price 12.00 less 2.05 is 9.95, not 10.95."


def test_a_charge_on_a_price_is_refused() -> None:
    lines = [UblLine(base=PRICE_DISCOUNT.format(is_charge="true", gross="8.90"))]
    with pytest.raises(InvoiceUnreadable, match="PEPPOL-EN16931-R044"):
        read_ubl_invoice(UblInvoice(lines=lines).xml())


def test_allowances_lower_the_lines_of_their_category_and_an_ordered_charge_becomes_its_line() -> None:
    lines = [
        a_line(10, charges=(AllowanceCharge(False, Decimal("9.50"), reason="Damaged box"),)),
        a_line(10, "4.00", "Z", "0", line_id="2", order_line="2", seller_item="BOOKS"),
        a_line(20, line_id="3"),
    ]
    charges = [an_allowance("32.00"), an_allowance("24.00", charge=True)]
    invoice = settled(a_document(lines, charges), PAPER, BOOKS, DELIVERY)
    assert [(line.order_line_no, line.net_pence) for line in invoice.lines] == [
        (1, 10000 - 1003),
        (2, 4000),
        (1, 21900 - 2197),
        (3, 2400),
    ]
    assert sum(line.net_pence for line in invoice.lines) == invoice.net_pence


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (a_line(order_line="2", seller_item=None), ("PO-000001", 2)),
        (a_line(order_line=None), ("PO-000001", 1)),
        (a_line(order_line=None, seller_item="pap-a4-80 "), ("PO-000001", 1)),
        (a_line(order_line="PO-000002/7", seller_item=None), ("PO-000002", 7)),
        (a_line(order_line="7", order_number="po-000002", seller_item=None), ("PO-000002", 7)),
        (a_line(order_line=None, seller_item=None, buyer_item="PO-000002/7"), ("PO-000002", 7)),
        (a_line(order_line=None, seller_item="PENS", price="3"), ("PO-000002", 8)),
    ],
    ids=[
        "its number",
        "item",
        "item otherwise written",
        "order and line",
        "own order",
        "buyer's item",
        "item and price",
    ],
)
def test_an_order_line_is_found_by_what_points_at_one(line: object, found: tuple[str, int]) -> None:
    ordered = [
        PAPER,
        BOOKS,
        OrderedLine("PO-000002", 7, "PENS", Decimal(2), "S"),
        OrderedLine("PO-000002", 8, "PENS", Decimal(3), "S"),
    ]
    invoice = settle(a_document([line]), "PO-000001", ordered)  # type: ignore[list-item]
    assert (invoice.lines[0].order_number or "PO-000001", invoice.lines[0].order_line_no) == found


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        (a_line(order_line=None, seller_item="PENS"), UnknownOrderLine, "its item PENS stands on none"),
        (a_line(order_line=None, seller_item=None), UnknownOrderLine, "no item number"),
        (a_line(order_line="9"), UnknownOrderLine, "PO-000001 has no line 9"),
        (a_line(order_line="PO-000009/1"), UnknownOrderLine, "no purchase order PO-000009"),
        (a_line(order_line="2"), AmbiguousOrderLine, "item PAP-A4-80 is PO-000001 line 1"),
        (a_line(order_line=None, seller_item="TWICE"), AmbiguousOrderLine, "such as PO-000001/4"),
    ],
)
def test_a_line_that_points_at_none_or_at_several_is_refused(line: object, error: type[BrokenRule], told: str) -> None:
    ordered = [PAPER, BOOKS, *(OrderedLine("PO-000001", number, "TWICE", Decimal(1), "S") for number in (4, 5))]
    with pytest.raises(error, match=told):
        settle(a_document([line]), "PO-000001", ordered)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (a_document(), ("PO-000001",)),
        (a_document(order_number="PO-000001, PO-000002;PO-000003"), ("PO-000001", "PO-000002", "PO-000003")),
        (a_document(order_number=None, buyer_reference="PO-000004"), ("PO-000004",)),
        (a_document([a_line(order_line="PO-000002/1")]), ("PO-000001", "PO-000002")),
        (a_document(order_number=None), ()),
    ],
)
def test_a_document_may_name_several_orders(document: InvoiceDocument, named: Sequence[str]) -> None:
    assert orders_named(document) == named


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (a_document(currency="EUR"), CurrencyNotPounds),
        (a_document(currency="EUR", tax_currency="GBP", vat_in_tax_currency=Decimal(200)), CurrencyNotPounds),
        (a_document(charges=[an_allowance("25", charge=True)]), ChargeNotOrdered),
        (a_document([a_line(charges=(AllowanceCharge(True, Decimal(5), reason="Rush"),))]), ChargeNotOrdered),
        (replace(a_document(), totals=replace(a_document().totals, payable=Decimal(1000))), InvoiceArithmetic),
        (a_document(prepaid="100"), PrepaidOrRounded),
        (a_document(rounding="0.02"), PrepaidOrRounded),
        (a_document([a_line("1.5")]), QuantityNotWhole),
        (a_document([a_line("0")]), QuantityNotWhole),
        (a_document([a_line("1000001")]), QuantityNotWhole),
        (a_document([a_line(vat_class="G", rate="0")]), VatCategoryNotSettled),
        (a_document(issue_date=date(1999, 1, 1), due_date=None), IssueDateImplausible),
    ],
)
def test_what_bursar_does_not_settle_is_read_and_refused_by_name(
    document: InvoiceDocument, error: type[BrokenRule]
) -> None:
    with pytest.raises(error):
        settled(document)


def test_everything_that_stands_in_the_way_is_told_at_once() -> None:
    lines = [a_line("1.5"), replace(a_line(line_id="2"), net=Decimal("1.00"))]
    document = a_document(lines, currency="EUR", prepaid="5")
    with pytest.raises(CurrencyNotPounds) as caught:
        settled(document)
    assert caught.value.fields.keys() == {"currency", "line 2 PEPPOL-EN16931-R120", "payable", "line 1 quantity"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (UblInvoice(issue_date="2026-02-30"), "IssueDate cannot be read"),
        (UblInvoice(number=""), "BR-02: ID is missing"),
        (UblInvoice(number="9" * 61), "longer than 60"),
        (UblInvoice(net="1_000"), "TaxExclusiveAmount cannot be read"),
        (UblInvoice(net="Infinity"), "TaxExclusiveAmount cannot be read"),
        (UblInvoice(vat="1e400"), "TaxAmount cannot be read"),
        (UblInvoice(lines=[]), "BR-16: the document has no lines"),
        (UblInvoice(lines=[UblLine(vat_class="Q")]), "unknown VAT category"),
        (UblInvoice(lines=[UblLine(rate="101")]), "not a VAT rate"),
        (UblInvoice(lines=[UblLine(price="99999999999")]), "out of bounds"),
        (UblInvoice(lines=[UblLine(base="<cbc:BaseQuantity>0</cbc:BaseQuantity>")]), "out of bounds"),
    ],
)
def test_an_unreadable_invoice_is_refused_with_line_and_reason(document: UblInvoice, reason: str) -> None:
    with pytest.raises(InvoiceUnreadable) as caught:
        read_ubl_invoice(document.xml())
    assert str(caught.value).startswith("Line ")
    assert any(reason in told for told in caught.value.fields.values())


def test_an_amount_in_another_currency_than_the_document_is_refused() -> None:
    mixed = UblInvoice().xml().replace(b'<cbc:PriceAmount currencyID="GBP">', b'<cbc:PriceAmount currencyID="EUR">')
    with pytest.raises(InvoiceUnreadable, match="PEPPOL-EN16931-R051: PriceAmount is in EUR"):
        read_ubl_invoice(mixed)


def test_attachments_are_read_byte_for_byte() -> None:
    assert read_ubl_invoice(write_ubl(a_document(attachments=(PDF,)))).attachments == (PDF,)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Invoice/>",
        UblInvoice().xml()[:900],
        UblInvoice().xml().replace(b"Invoice-2", b"Order-2"),
        UblInvoice(number="Caf\xe9").xml().decode().encode("latin-1"),
    ],
    ids=["nothing", "text", "other namespace", "cut short", "order", "another encoding than it says"],
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
    ],
    ids=["bomb", "bomb in UTF-16", "external", "file", "very deep", "deep"],
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
