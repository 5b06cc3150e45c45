"""Published examples of what banks and suppliers send: official Peppol invoices and real camt.053 files."""

import os
from pathlib import Path

import pytest

from contracts.errors import BrokenRule
from services.billing.domain.camt import read_camt
from services.billing.domain.errors import StatementUnreadable
from services.billing.domain.ubl_invoice import as_supplier_invoice, read_ubl_invoice

DATA = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
INVOICES = sorted(DATA.glob("peppol/invoice_[bv]*.xml"))
STATEMENTS = sorted(DATA.glob("bank/camt/*.xml"))

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not STATEMENTS, reason="the published files are not here: set BURSAR_REAL_DATA"),
]


@pytest.mark.parametrize("file", INVOICES, ids=lambda file: file.name)
def test_official_peppol_invoices_are_read(file: Path) -> None:
    read = read_ubl_invoice(file.read_bytes())
    assert read.lines
    assert read.net_pence + read.vat_pence == read.gross_pence
    assert sum(line.net_pence for line in read.lines) > 0


def test_the_sterling_invoice_can_be_settled() -> None:
    (file,) = [file for file in INVOICES if file.name == "invoice_vat_z_gbp.xml"]
    invoice = as_supplier_invoice(read_ubl_invoice(file.read_bytes()), lambda _: None)
    assert (invoice.number, invoice.gross_pence, invoice.vat_pence) == ("Vat-Z", 120000, 0)
    assert [(line.order_line_no, line.quantity, line.net_pence) for line in invoice.lines] == [(1, 10, 120000)]


@pytest.mark.parametrize("name", ["invoice_base.xml", "invoice_vat_s.xml"])
def test_the_others_are_refused_by_name(name: str) -> None:
    with pytest.raises(BrokenRule) as caught:
        as_supplier_invoice(read_ubl_invoice((DATA / "peppol" / name).read_bytes()), lambda _: None)
    assert caught.value.code == "currency_not_gbp"


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
