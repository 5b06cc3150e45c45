"""Supplier invoices through the door: registered, matched, held, accepted, refused."""

from typing import Any

import pytest

from contracts.money import pounds
from tests.billing.documents import UblInvoice, UblLine, billion_laughs
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    CEDAR,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    invoice_form,
    refused,
    seller_of,
)


def states(invoice: dict[str, Any]) -> dict[int, tuple[str, list[str]]]:
    return {match["school_urn"]: (match["state"], match["reasons"]) for match in invoice["matches"]}


def test_an_invoice_that_agrees_is_matched_and_owed_in_full(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    assert (invoice["our_number"], invoice["number"], invoice["state"]) == ("SI-000001", "INV-0042", "matched")
    assert (invoice["supplier_name"], invoice["purchase_order_number"]) == ("Fenwright Paper", "PO-000001")
    assert states(invoice) == {ASH: ("billable", []), BEECH: ("billable", [])}
    assert [match["school_name"] for match in invoice["matches"]] == ["Ash Primary School", "Beech School"]
    assert invoice["lines"][0]["unit_price"] == "10.9500"
    assert invoice["lines"][0]["vat_rate"] == "20.00"
    assert world.balances() == {"5100": 111690, "5110": 22338, "2100": -134028}


def test_a_peppol_invoice_is_registered_and_its_original_kept(world: World) -> None:
    world.ordered()
    document = UblInvoice().xml()
    response = world.send_ubl(document)
    invoice = answered(response, 201)
    assert response.headers["Location"] == f"/supplier-invoices/{invoice['supplier_invoice_id']}"
    assert (invoice["state"], invoice["gross_pence"]) == ("matched", 134028)
    (kept,) = world.rows("SELECT original, original_type, original_sha256 = sha256(original) FROM supplier_invoice")
    assert (bytes(kept[0]), kept[1], kept[2]) == (document, "application/xml", True)


def test_the_manager_may_key_in_an_invoice_for_a_supplier(world: World) -> None:
    assert answered(world.invoice(world.ordered(), actor=MANAGER), 201)["supplier_id"] == FENWRIGHT


def test_left_out_line_sums_and_rates_follow_from_the_rest(world: World) -> None:
    order = world.ordered()
    form = invoice_form(order)
    del form["lines"][0]["net_pence"], form["lines"][0]["vat_rate"]
    assert answered(world.invoice(order, **form), 201)["state"] == "matched"


@pytest.mark.parametrize("vat", [81, 80])
def test_example_7_vat_by_line_and_by_invoice_are_both_matched(world: World, vat: int) -> None:
    order = world.ordered(Order([Line({ASH: 1}, "1.3300", sku=f"S{number}") for number in (1, 2, 3)]))
    invoice = answered(world.invoice(order, vat_pence=vat, gross_pence=399 + vat), 201)
    assert invoice["state"] == "matched"
    assert sum(match["vat_pence"] for match in invoice["matches"]) == vat


def test_example_7_any_other_vat_is_an_exception(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 1}, "1.3300", sku=f"S{number}") for number in (1, 2, 3)]))
    invoice = answered(world.invoice(order, vat_pence=82, gross_pence=481), 201)
    assert invoice["state"] == "held"
    assert {tuple(match["reasons"]) for match in invoice["matches"]} == {("vat",)}


def test_example_17_only_the_school_that_came_short_is_held(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25})]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    invoice = world.invoiced(order)
    assert invoice["state"] == "held"
    assert states(invoice) == {ASH: ("held", ["quantity_short"]), BEECH: ("billable", [])}
    assert [(bill["school_urn"], bill["net_pence"]) for bill in world.billed()] == [(BEECH, 27375)]


@pytest.mark.parametrize("other", ["inv-0042", "INV-42", " Inv - 00042 "])
def test_example_18_the_same_number_is_a_duplicate_however_it_is_written(world: World, other: str) -> None:
    order = world.ordered()
    world.invoiced(order, "INV-0042")
    before = world.everything()
    refused(world.invoice(order, other), 409, "duplicate_invoice")
    refused(world.send_ubl(UblInvoice(number=other.strip())), 409, "duplicate_invoice")
    assert world.everything() == before


def test_another_supplier_may_use_the_same_number(world: World) -> None:
    world.invoiced(world.ordered())
    other = world.ordered(Order(number="PO-000002", supplier_id=OAKDALE))
    assert world.invoiced(other)["our_number"] == "SI-000002"


def test_a_resent_request_registers_once(world: World) -> None:
    order = world.ordered()
    seller = world.a(seller_of(FENWRIGHT))
    first = seller.post("/supplier-invoices", invoice_form(order), key="the same key")
    again = seller.post("/supplier-invoices", invoice_form(order), key="the same key")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotent-Replay"] == "true"


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"purchase_order_number": "PO-999999"}, 422, "no_order", "purchase_order_number"),
        ({"gross_pence": 134029}, 422, "invoice_arithmetic", "gross_pence"),
        ({"net_pence": 111691}, 422, "invoice_arithmetic", "net_pence"),
        ({"number": " "}, 422, "validation_failed", "number"),
        ({"number": "INV\x00"}, 422, "validation_failed", "number"),
        ({"lines": []}, 422, "validation_failed", "lines"),
        ({"issue_date": "23/11/2026"}, 422, "validation_failed", "issue_date"),
        ({"issue_date": "1066-10-14"}, 422, "issue_date_implausible", "issue_date"),
        ({"issue_date": "2099-10-14", "due_date": None}, 422, "issue_date_implausible", "issue_date"),
        ({"due_date": "2026-11-22"}, 422, "due_date_implausible", "due_date"),
        ({"due_date": "9999-12-31"}, 422, "due_date_implausible", "due_date"),
        ({"vat_pence": -1}, 422, "validation_failed", "vat_pence"),
        ({"net_pence": 10**30}, 422, "validation_failed", "net_pence"),
        ({"surprise": 1}, 422, "validation_failed", "surprise"),
    ],
)
def test_a_bad_invoice_is_refused_and_changes_nothing(
    shared_world: World, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    order = Order()
    before = shared_world.everything()
    problem = refused(shared_world.invoice(order, **changed), status, code)
    assert field in {error["field"] for error in problem["errors"]}
    assert shared_world.everything() == before


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"quantity": 0}, "validation_failed", "lines.0.quantity"),
        ({"quantity": -5}, "validation_failed", "lines.0.quantity"),
        ({"quantity": 10**12}, "validation_failed", "lines.0.quantity"),
        ({"quantity": "102"}, "validation_failed", "lines.0.quantity"),
        ({"quantity": 1.5}, "validation_failed", "lines.0.quantity"),
        ({"unit_price": 10.95}, "validation_failed", "lines.0.unit_price"),
        ({"unit_price": "-1"}, "validation_failed", "lines.0.unit_price"),
        ({"unit_price": "1e9"}, "validation_failed", "lines.0.unit_price"),
        ({"vat_class": "Q"}, "validation_failed", "lines.0.vat_class"),
        ({"vat_rate": "200"}, "validation_failed", "lines.0.vat_rate"),
        ({"order_line_no": 9}, "unknown_order_line", "lines.0.order_line_no"),
        ({"school_urn": 123456}, "unknown_school", "lines.0.school_urn"),
        ({"net_pence": 111693}, "invoice_arithmetic", "lines.0.net_pence"),
    ],
)
def test_a_bad_line_is_refused_and_changes_nothing(
    shared_world: World, changed: dict[str, Any], code: str, field: str
) -> None:
    order = Order()
    before = shared_world.everything()
    form = invoice_form(order)
    form["lines"][0] |= changed
    problem = refused(shared_world.invoice(order, **form), 422, code)
    assert field in {error["field"] for error in problem["errors"]}
    assert shared_world.everything() == before


def test_malformed_json_is_refused(world: World) -> None:
    response = world.a(MANAGER).post("/supplier-invoices", data=b"{", content_type="application/json")
    refused(response, 400, "malformed_json")


def test_other_media_types_are_refused(world: World) -> None:
    response = world.a(MANAGER).post("/supplier-invoices", data=b"%PDF", content_type="application/pdf")
    refused(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (billion_laughs(), "xml_not_allowed"),
        (UblInvoice().xml()[:700], "invoice_unreadable"),
        (b"", "invoice_unreadable"),
        (UblInvoice(currency="EUR").xml(), "currency_not_gbp"),
        (UblInvoice(order="").xml(), "no_order"),
        (UblInvoice(gross="1340.29").xml(), "invoice_arithmetic"),
        (UblInvoice(lines=[UblLine(quantity="1.5", price="744.60")]).xml(), "quantity_not_whole"),
        (UblInvoice(lines=[UblLine(order_line=None, sku="?")]).xml(), "unknown_order_line"),
    ],
)
def test_a_bad_document_is_refused_and_changes_nothing(shared_world: World, content: bytes, code: str) -> None:
    before = shared_world.everything()
    refused(shared_world.send_ubl(content), 422, code)
    assert shared_world.everything() == before


def test_another_suppliers_purchase_order_is_no_order(world: World) -> None:
    refused(world.invoice(world.ordered(), actor=seller_of(OAKDALE)), 422, "no_order")


def test_a_rejected_purchase_order_cannot_be_invoiced(world: World) -> None:
    order = Order()
    world.tell(*order.events(answer="rejected"))
    refused(world.invoice(order), 422, "closed_order")


def test_a_late_receipt_releases_the_line(world: World) -> None:
    order = world.ordered(received=False)
    invoice = world.invoiced(order)
    assert states(invoice) == {ASH: ("held", ["not_received"]), BEECH: ("held", ["not_received"])}
    world.tell(order.receipt(ASH, line_1=30))
    assert states(world.shown(invoice["supplier_invoice_id"]))[ASH] == ("held", ["quantity_short"])
    world.tell(order.receipt(ASH, line_1=4))
    assert states(world.shown(invoice["supplier_invoice_id"]))[ASH] == ("billable", [])


def test_an_invoice_that_overtakes_its_drops_is_matched_when_they_arrive(world: World) -> None:
    order = Order()
    issued, *drops = order.events()
    world.tell(issued)
    invoice = world.invoiced(order)
    assert (invoice["state"], invoice["matches"]) == ("held", [])
    world.tell(*drops, order.receipt(ASH), order.receipt(BEECH))
    assert world.shown(invoice["supplier_invoice_id"])["state"] == "matched"


def test_redelivered_events_change_nothing(world: World) -> None:
    order = Order()
    events = [*order.events(), order.receipt(ASH), order.receipt(BEECH, line_1=60)]
    world.tell(*events)
    world.invoiced(order)
    before = world.everything()
    world.tell(*events)
    assert world.everything() == before


def accept(
    world: World, invoice: dict[str, Any], urn: int, actor: Any = MANAGER, reason: str = "Agreed by phone"
) -> Any:
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/matches/1/{urn}/accept"
    return world.a(actor).post(path, {"reason": reason})


def a_short_invoice(world: World) -> dict[str, Any]:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25})]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    return world.invoiced(order)


def test_an_accepted_shortage_bills_the_school_for_what_it_received(world: World) -> None:
    invoice = a_short_invoice(world)
    found = answered(accept(world, invoice, ASH))
    (match,) = [match for match in found["matches"] if match["school_urn"] == ASH]
    assert (match["state"], match["billable_quantity"], match["billable_net_pence"]) == ("billable", 38, 41610)
    assert (match["accepted"]["by"], match["accepted"]["why"]) == ("Mags Field", "Agreed by phone")
    assert match["accepted"]["reasons"] == ["quantity_short"]
    bills = {bill["school_urn"]: bill["net_pence"] for bill in world.billed()}
    assert bills == {ASH: 41610, BEECH: 27375}
    left = invoice["net_pence"] - sum(bills.values())
    assert pounds(left) == "21.90"
    assert world.balances()["5100"] == left


def test_who_accepted_and_why_is_kept_for_ever(world: World) -> None:
    accept(world, a_short_invoice(world), ASH)
    (row,) = world.rows("SELECT decided_by, CAST(person_id AS text), reasons, why FROM match_decision")
    assert tuple(row) == ("Mags Field", MANAGER.person_id, ["quantity_short"], "Agreed by phone")


def test_only_a_held_line_can_be_accepted(world: World) -> None:
    invoice = a_short_invoice(world)
    refused(accept(world, invoice, BEECH), 409, "match_not_held")
    refused(accept(world, invoice, CEDAR), 404, "not_found")


def test_what_was_not_received_cannot_be_accepted(world: World) -> None:
    invoice = world.invoiced(world.ordered(received=False))
    before = world.everything()
    refused(accept(world, invoice, ASH), 422, "match_not_acceptable")
    assert world.everything() == before


def test_a_second_invoice_for_the_same_units_cannot_be_accepted(world: World) -> None:
    order = world.ordered()
    world.invoiced(order)
    second = world.invoiced(order, "INV-0043")
    assert states(second)[ASH] == ("held", ["quantity_over", "quantity_short"])
    refused(accept(world, second, ASH), 422, "match_not_acceptable")


def test_accepting_needs_a_reason_and_the_manager(world: World) -> None:
    invoice = a_short_invoice(world)
    refused(accept(world, invoice, ASH, reason="  "), 422, "validation_failed")
    refused(accept(world, invoice, ASH, actor=BOARD), 403, "forbidden")
    refused(accept(world, invoice, ASH, actor=seller_of(FENWRIGHT)), 403, "forbidden")


def test_lists_come_in_pages_without_dropping_any(world: World) -> None:
    order = world.ordered()
    for number in range(5):
        world.invoiced(order, f"INV-{number + 1}")
    page = answered(world.a(MANAGER).get("/supplier-invoices?limit=3"))
    rest = answered(world.a(MANAGER).get(f"/supplier-invoices?limit=3&after={page['next']}"))
    numbers = [item["our_number"] for item in (*page["items"], *rest["items"])]
    assert numbers == [f"SI-{number:06d}" for number in range(1, 6)]
    assert rest["next"] is None


def test_an_unknown_invoice_is_not_found(world: World) -> None:
    refused(world.a(MANAGER).get("/supplier-invoices/00000000-0000-4000-8000-00000000dead"), 404, "not_found")


def test_a_supplier_sees_its_own_invoices_only(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    other = world.a(seller_of(OAKDALE))
    assert answered(other.get("/supplier-invoices"))["items"] == []
    refused(other.get(f"/supplier-invoices/{invoice['supplier_invoice_id']}"), 404, "not_found")
    own = answered(world.a(seller_of(FENWRIGHT)).get("/supplier-invoices"))
    assert [item["our_number"] for item in own["items"]] == ["SI-000001"]


def test_a_school_has_no_business_with_supplier_invoices(world: World) -> None:
    refused(world.a(buyer_of(ASH)).get("/supplier-invoices"), 403, "forbidden")
