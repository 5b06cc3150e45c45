"""Published examples of what banks and suppliers send: official Peppol invoices and real camt.053 files."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from services.billing.domain.camt import read_camt
from services.billing.domain.en16931 import faults_of
from services.billing.domain.errors import CurrencyNotPounds, StatementUnreadable
from services.billing.domain.invoice_document import InvoiceDocument
from services.billing.domain.order_references import OrderedLine
from services.billing.domain.settled_invoice import check_document, settle
from services.billing.domain.ubl_invoice import read_ubl_invoice
from tests.billing.ubl_writer import write_ubl

DATA = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
DOCUMENTS = [*sorted(DATA.glob("peppol/invoice_[bv]*.xml")), *sorted(DATA.glob("peppol/credit_note_*.xml"))]
STATEMENTS = sorted(DATA.glob("bank/camt/*.xml"))
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not STATEMENTS, reason="the published files are not here: set BURSAR_REAL_DATA"),
]


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_official_peppol_documents_are_read_without_loss_of_an_amount(file: Path) -> None:
    content = file.read_bytes()
    written = [
        Decimal(node.text or "") for node in etree.fromstring(content).iter(f"{CBC}*") if "currencyID" in node.attrib
    ]
    read = read_ubl_invoice(content)
    assert sorted(_amounts(read)) == sorted(written)
    assert faults_of(read) == ()
    assert read_ubl_invoice(write_ubl(read)).totals == read.totals


def _amounts(read: InvoiceDocument) -> Iterator[Decimal]:
    """Every amount that the reader found; totals that are left out are nought, and not written."""
    totals = read.totals
    yield from (totals.lines, totals.net, totals.vat, totals.gross, totals.payable)
    yield from (amount for amount in (totals.allowances, totals.charges, totals.prepaid, totals.rounding) if amount)
    yield from (amount for each in read.vat_subtotals for amount in (each.taxable, each.vat))
    yield from (amount for line in read.lines for amount in (line.net, line.price))
    for line in read.lines:
        yield from (amount for amount in (line.gross_price, line.price_discount) if amount is not None)
    for each in (*read.charges, *(each for line in read.lines for each in line.charges)):
        yield from (amount for amount in (each.amount, each.base) if amount is not None)


def test_the_sterling_invoice_can_be_settled() -> None:
    (file,) = [file for file in DOCUMENTS if file.name == "invoice_vat_z_gbp.xml"]
    document = read_ubl_invoice(file.read_bytes())
    check_document(document)
    invoice = settle(document, "PO-000001", [OrderedLine("PO-000001", 1, "X", Decimal(120), "Z")])
    assert (invoice.number, invoice.gross_pence, invoice.vat_pence) == ("Vat-Z", 120000, 0)
    assert [(line.order_line_no, line.quantity, line.net_pence) for line in invoice.lines] == [(1, 10, 120000)]


@pytest.mark.parametrize("name", ["invoice_base.xml", "invoice_vat_s.xml", "credit_note_base.xml"])
def test_the_others_are_refused_by_name(name: str) -> None:
    with pytest.raises(CurrencyNotPounds):
        check_document(read_ubl_invoice((DATA / "peppol" / name).read_bytes()))


@pytest.mark.parametrize("file", STATEMENTS, ids=lambda file: file.name)
def test_real_camt_statements_are_read_or_refused_with_a_reason(file: Path) -> None:
    if "wrong" in file.name:
        with pytest.raises(StatementUnreadable, match="no statement"):
            read_camt(file.read_bytes())
        return
    (line,) = read_camt(file.read_bytes()).lines
    assert (line.amount_pence, line.currency, line.counterparty) == (885, "EUR", "NAME NAME")
    assert "4654654654654654" in line.reference
    assert line.account == "NL26VAYB8060476890"
