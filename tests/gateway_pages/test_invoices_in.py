"""Suppliers' documents through the portal: files, sheets and forms, and what a refused document shows."""

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.upstream import Problem
from services.billing.api.document_shapes import reading
from services.billing.usecases.read_documents import read_document
from tests.billing.peppol import a_document, a_line, an_allowance
from tests.billing.ubl_writer import write_ubl
from tests.gateway_pages.conftest import Visitor, summary_links, text_of, value_of
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import CONTRACT, HELD_INVOICE, PAPER_PO, SCHOOLS

Visit = Callable[[str], Visitor]
UPLOAD = "/supplier/invoices/upload"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_refused_document_is_shown_as_it_was_read(
    visit: Visit, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    discounted = a_line(gross_price=Decimal("13.00"), price_discount=Decimal("2.05"))
    allowance = replace(an_allowance("16.90"), base=Decimal("169.00"), percent=Decimal(10))
    content = write_ubl(a_document([discounted], [allowance], currency="EUR"))
    read = reading(read_document(content))
    monkeypatch.setitem(DONE, ("POST", "billing", "/supplier-invoices/readings"), read)
    why = read["faults"][0]["message"]
    services.refusals["POST", "billing", "/supplier-invoices"] = Problem(422, "currency_not_gbp", why, read["faults"])
    page = visit("supplier").post(UPLOAD, {"file": (io.BytesIO(content), "invoice.xml")})
    assert summary_links(page) == {"file": "The document is in EUR; contracts and books are kept in pounds."}
    shown = text_of(page)
    for told in (
        "1320.00 EUR",
        "1116.90",
        "−16.90",
        "1100.00",
        "220.00",
        "13.00 less 2.05",
        "(10% of 169.00)",
        "Nothing of it was kept.",
    ):
        assert told in shown, told


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("invoice.xml", b"<Invoice/>", "application/xml"),
        ("sheet.xlsx", b"PK\x03\x04...", XLSX),
        ("sheet.CSV", b"Line,Quantity", "text/csv"),
    ],
)
def test_a_file_is_sent_on_as_what_it_is(
    visit: Visit,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes,
    media_type: str,
) -> None:
    asked: list[str] = []
    call = FakeServices.call

    def noted(self: FakeServices, *args: str, **options: object) -> object:
        asked.append(str(options.get("content_type")))
        return call(self, *args, **options)

    monkeypatch.setattr(FakeServices, "call", noted)
    visit("supplier").post(UPLOAD, {"file": (io.BytesIO(content), name)})
    assert media_type in asked


def test_every_cell_of_a_refused_sheet_is_told(visit: Visit, services: FakeServices) -> None:
    faults = [{"field": cell, "message": f"Cell {cell}: “x” is no whole number."} for cell in ("G13", "G14")]
    services.refusals["POST", "billing", "/supplier-invoices"] = Problem(422, "invoice_unreadable", "Cells.", faults)
    page = visit("supplier").post(UPLOAD, {"file": (io.BytesIO(b"PK\x03\x04"), "sheet.xlsx")})
    assert page.status_code == 422
    assert "Cell G13" in text_of(page)
    assert "Cell G14" in text_of(page)


def test_a_credit_note_begins_with_what_is_to_be_credited(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    form = f"/supplier/invoices/{HELD_INVOICE}/credit"
    page = supplier.get(form)
    assert (value_of(page, "quantity-1"), value_of(page, "gross")) == ("3", "39.42")
    typed = {"quantity-1": "3", "price-1": "10.95", "number": "CN-7", "issue_date": "2026-11-23"}
    supplier.post(form, typed | {"net": "32.85", "vat": "6.57", "gross": "39.42", "action": "send"})
    sent = services.changes[-1].sent
    assert (sent["kind"], sent["credits"], sent["gross_pence"]) == ("credit_note", ["INV-0041"], 3942)
    assert (sent["lines"][0]["order_line_no"], sent["lines"][0]["quantity"]) == (1, 3)


def test_a_contract_settled_directly_asks_for_the_school_first(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    supplier.get("/supplier")
    services.table["catalogue", f"/contracts/{CONTRACT}"]["settlement"] = "direct"
    form = f"/supplier/orders/{PAPER_PO}/invoice"
    assert "settled with each school" in text_of(supplier.get(form))
    urn = SCHOOLS[0][0]
    supplier.get(f"{form}?school={urn}")
    typed = {f"price-{line}": "10.95" for line in (1, 2, 3)} | {"number": "INV-7", "issue_date": "2026-11-23"}
    typed |= {"quantity-1": "1", "action": "send"}
    supplier.post(f"{form}?school={urn}", typed | {"net": "10.95", "vat": "2.19", "gross": "13.14"})
    assert services.changes[-1].sent["buyer_urn"] == urn


def test_the_manager_rejects_an_invoice_with_a_reason(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    path = f"/alliance/invoices/{HELD_INVOICE}/reject"
    assert summary_links(manager.post(path, {})) == {"reject-reason": "Enter why you reject it."}
    manager.post(path, {"reject-reason": "Not what was ordered", "sending_key": "a-key"})
    call = services.changes[-1]
    assert (call.path, call.sent) == (
        f"/supplier-invoices/{HELD_INVOICE}/rejection",
        {"reason": "Not what was ordered"},
    )


def test_the_sheet_of_one_school_is_asked_for_by_its_urn(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    supplier.get("/supplier")
    services.table["billing", f"/supplier-invoices/templates/{PAPER_PO}.csv"] = b"Invoice number"
    sheet = supplier.get(f"/supplier/orders/{PAPER_PO}/invoice.csv?school={OAK}")
    assert (sheet.status_code, sheet.data) == (200, b"Invoice number")
    assert services.calls[-1].params == {"school_urn": OAK}


def test_files_are_saved_and_never_shown_in_place(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    supplier.get("/supplier")
    services.table["billing", f"/supplier-invoices/{HELD_INVOICE}/original"] = b"<script>alert(1)</script>"
    file = supplier.get(f"/supplier/invoices/{HELD_INVOICE}/original")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
