"""What a supplier is told of its invoices, as events and as Peppol Invoice Responses, and its files given back."""

import hashlib
from typing import Any

import pytest
from lxml import etree

from tests.billing.documents import UblInvoice, UblLine, entry
from tests.billing.peppol import PDF, a_document
from tests.billing.ubl_writer import write_ubl
from tests.billing.world import (
    ASH,
    BEECH,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    refused,
    seller_of,
)

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
ALLIANCE = {
    "name": "Wessex Schools",
    "legal_name": "Wessex Schools Alliance",
    "address": {"lines": ["1 High Street"], "town": "Millhaven", "postcode": "ZZ1 1ZZ", "country": "GB"},
    "endpoint": {"scheme": "9932", "id": "GB999999973"},
    "vat_number": "GB999999973",
    "email": "office@example.org",
    "telephone": "",
}
SELLER = seller_of(FENWRIGHT)


def told(world: World) -> list[tuple[str, list[str]]]:
    rows = world.rows("SELECT body FROM event_log WHERE type = 'SupplierInvoiceAnswered' ORDER BY id")
    return [(row[0]["state"], [reason["code"] for reason in row[0]["reasons"]]) for row in rows]


def response_of(world: World, invoice: dict[str, Any]) -> dict[str, list[str]]:
    found = world.a(SELLER).get(f"/supplier-invoices/{invoice['supplier_invoice_id']}/response.xml")
    assert found.status_code == 200, found.get_data(as_text=True)
    names: dict[str, list[str]] = {}
    for node in etree.fromstring(found.get_data()).iter(f"{CBC}*"):
        names.setdefault(etree.QName(node).localname, []).append(node.text or "")
    return names


def test_every_change_of_state_is_told_once_from_receipt_to_payment(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25})]), received=False)
    invoice = world.invoiced(order)
    world.tell(order.receipt(ASH, line_1=38))
    world.tell(order.receipt(BEECH))
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}"
    answered(world.a(MANAGER).post(f"{path}/matches/1/{ASH}/accept", {"reason": "Agreed"}))
    world.pay(entry(f"{invoice['gross_pence'] / 100:.2f}", invoice["our_number"], sign="DBIT"))
    assert told(world) == [
        ("received", ["not_received", "not_received"]),
        ("under_query", ["quantity_short", "not_received"]),
        ("accepted", []),
        ("paid", []),
    ]
    assert world.shown(invoice["supplier_invoice_id"])["answer"] == "paid"


def test_the_supplier_reads_which_of_its_schools_is_short(world: World) -> None:
    world.tell(("AllianceRecorded", ALLIANCE))
    order = world.ordered(Order([Line({ASH: 40, BEECH: 62})]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    document = write_ubl(a_document())
    invoice = answered(world.send_ubl(document), 201)
    found = response_of(world, invoice)
    assert found["ResponseCode"] == ["UQ"]
    assert found["StatusReasonCode"] == ["QTY", "CNP"]
    assert found["StatusReason"][0] == "Line 1, Ash Primary School: 2 of 40 not received."
    assert found["EndpointID"] == ["GB999999973", "5060012345679"]
    assert found["ID"] == ["SI-000001-1", "INV-0042"]
    assert found["DocumentTypeCode"] == ["380"]


def test_a_rejected_invoice_is_answered_with_the_reason_and_nothing_of_it_is_billed(world: World) -> None:
    world.tell(("AllianceRecorded", ALLIANCE))
    world.ordered()
    invoice = answered(world.send_ubl(write_ubl(a_document())), 201)
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/rejection"
    refused(world.a(SELLER).post(path, {"reason": "No"}), 403, "forbidden")
    found = answered(world.a(MANAGER).post(path, {"reason": "Not the paper that was ordered"}))
    assert found["answer"] == "rejected"
    assert {match["state"] for match in found["matches"]} == {"held"}
    assert world.billed() == []
    assert told(world) == [("accepted", []), ("rejected", ["rejected"])]
    response = response_of(world, invoice)
    assert (response["ResponseCode"], response["StatusReasonCode"]) == (["RE"], ["OTH", "NIN"])
    assert response["StatusReason"][0] == "Not the paper that was ordered"
    refused(world.a(MANAGER).post(path, {"reason": "Again"}), 409, "invoice_not_rejectable")


def test_what_is_billed_is_no_longer_rejected(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    world.billed()
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/rejection"
    refused(world.a(MANAGER).post(path, {"reason": "Too late"}), 409, "invoice_not_rejectable")


def test_a_response_needs_an_electronic_address_on_both_sides(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/response.xml"
    refused(world.a(SELLER).get(path), 409, "electronic_address_missing")
    world.tell(("AllianceRecorded", ALLIANCE))
    refused(world.a(SELLER).get(path), 409, "electronic_address_missing")


def test_a_credit_note_is_accepted_once_it_is_laid_on_what_it_gives_back(world: World) -> None:
    world.ordered()
    answered(world.send_ubl(UblInvoice()), 201)
    line = UblLine(quantity="2", net="21.90")
    more = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>inv-42</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
    )
    credit = UblInvoice("CN-1", net="21.90", vat="4.38", gross="26.28", lines=[line], more=more, credit_note=True)
    found = answered(world.send_ubl(credit), 201)
    assert (found["kind"], found["credits"], found["gross_pence"]) == ("credit_note", ["inv-42"], -2628)
    assert (found["lines"][0]["quantity"], found["answer"]) == (-2, "accepted")


def test_the_original_comes_back_byte_for_byte(world: World) -> None:
    world.ordered()
    content = write_ubl(a_document(attachments=(PDF,)))
    invoice = answered(world.send_ubl(content), 201)
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}"
    original = world.a(SELLER).get(f"{path}/original")
    assert (original.get_data(), original.mimetype) == (content, "application/xml")
    assert invoice["original_sha256"] == hashlib.sha256(content).hexdigest()
    assert original.headers["Content-Disposition"] == 'attachment; filename="INV-0042.xml"'
    attached = world.a(MANAGER).get(f"{path}/attachments/1")
    assert (attached.get_data(), attached.mimetype) == (PDF.content, "application/octet-stream")
    refused(world.a(MANAGER).get(f"{path}/attachments/2"), 404, "not_found")
    document = answered(world.a(SELLER).get(f"{path}/document"))
    assert (document["totals"]["gross"], document["lines"][0]["price"]) == ("1340.28", "10.95")


@pytest.mark.parametrize("part", ["original", "document", "response.xml"])
def test_nobody_else_reads_a_suppliers_document(world: World, part: str) -> None:
    invoice = world.invoiced(world.ordered())
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/{part}"
    refused(world.a(seller_of(OAKDALE)).get(path), 404, "not_found")
    refused(world.a(buyer_of(ASH)).get(path), 403, "forbidden")


def test_a_document_in_euros_is_shown_with_the_reason_why_it_is_refused_and_not_kept(world: World) -> None:
    before = world.everything()
    content = write_ubl(a_document(currency="EUR"))
    found = answered(world.a(SELLER).post("/supplier-invoices/readings", data=content, content_type="application/xml"))
    assert (found["currency"], found["totals"]["payable"]) == ("EUR", "1340.28")
    (fault,) = found["faults"]
    assert fault == {
        "field": "currency",
        "message": "The document is in EUR; contracts and books are kept in pounds.",
    }
    assert world.everything() == before
