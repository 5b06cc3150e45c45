"""What people do on the other pages reaches the right service, and refusals are shown where they belong."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from gateway.upstream import Problem
from tests.gateway_pages.answer_world import ANSWER
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, summary_text, text_of, value_of
from tests.gateway_pages.fake import Call, FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.service_world import SERVICE_PO
from tests.gateway_pages.world import (
    BILL,
    BILLED_INVOICE,
    CLEANING_PO,
    CLOSED,
    CONTRACT,
    DIRECT_BILL,
    DRAFT,
    HELD_INVOICE,
    OPEN,
    PAPER_PO,
    SCHOOLS,
    an_id,
)

Visit = Callable[[str], Visitor]
DELIVERY = f"/school/deliveries/{PAPER_PO}"
INVOICE_FORM = f"/supplier/orders/{PAPER_PO}/invoice"
NEW_ROUND = {
    "title": "Spring paper",
    "closes_on": "2027-02-01",
    "closes_time": "17:00",
    "delivery_from": "2027-02-08",
    "delivery_to": "2027-02-19",
    "contract_ids": CONTRACT,
    "sending_key": "a-key-of-this-form",
}


def last_change(services: FakeServices) -> Call:
    return services.changes[-1]


def test_all_arrived_is_one_button(visit: Visit, services: FakeServices) -> None:
    visit("buyer").post(DELIVERY, {"action": "all", "sending_key": "a-key-of-this-form"})
    call = last_change(services)
    assert (call.path, call.key) == (f"/purchase-orders/{PAPER_PO}/receipts", "a-key-of-this-form")
    assert call.sent["lines"] == [{"line_no": 1, "quantity_received": 5}]  # what is on its way


def test_arrivals_can_be_entered_line_by_line(visit: Visit, services: FakeServices) -> None:
    visit("buyer").post(DELIVERY, {"action": "lines", "line-2": "30", "line-3": "0", "note": "Box torn"})
    came = [{"line_no": 2, "quantity_received": 30}, {"line_no": 3, "quantity_received": 0}]
    assert (last_change(services).sent["lines"], last_change(services).sent["note"]) == (came, "Box torn")


def test_an_empty_or_refused_receipt_says_which_line(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    assert "line-1" in summary_links(buyer.post(DELIVERY, {"action": "lines"}))
    refused = [{"field": "lines.0.quantity_received", "message": "Only 34 are still to come."}]
    path = f"/purchase-orders/{PAPER_PO}/receipts"
    services.refusals["POST", "orders", path] = Problem(422, "receipt_refused", "Look again.", refused)
    response = buyer.post(DELIVERY, {"action": "lines", "line-2": "35"})
    assert summary_links(response) == {"line-2": "Only 34 are still to come."}
    assert value_of(response, "line-2") == "35"


def test_a_supplier_accepts_or_rejects_with_a_reason(visit: Visit, services: FakeServices) -> None:
    supplier, path = visit("supplier"), f"/supplier/orders/{CLEANING_PO}/answer"
    supplier.post(path, {"answer": "accepted", "sending_key": "a-key-of-this-form"})
    assert last_change(services).path == f"/purchase-orders/{CLEANING_PO}/acknowledgement"
    assert last_change(services).sent == {"answer": "accepted", "reason": None, "source": "portal"}
    assert summary_links(supplier.post(path, {"answer": "rejected"})) == {"reason": "Enter why you reject the order."}
    supplier.post(path, {"answer": "rejected", "reason": "Sold out"})
    assert last_change(services).sent == {"answer": "rejected", "reason": "Sold out", "source": "portal"}


def test_a_supplier_offers_changes_by_line_and_by_school(visit: Visit, services: FakeServices) -> None:
    supplier, path = visit("supplier"), f"/supplier/orders/{CLEANING_PO}/offer-changes"
    fields = {"q-1": "90", "p-1": "10.95", "n-1": "Rest in March", "q-2": "125", "p-2": "£10.50", "opened": "3"}
    drops = {f"q-3-{OAK}": "30", f"d-3-{OAK}": "2027-02-01", "q-3": "125", "reason": "Short"}
    shown = supplier.post(path, {**fields, "opened": "", "schools": "3"})
    assert value_of(shown, "q-1") == "90"
    assert value_of(shown, f"q-3-{OAK}") == "34"
    supplier.post(path, {**fields, **drops, "sending_key": "a-key-of-this-form"})
    call = last_change(services)
    assert (call.path, call.key) == (f"/purchase-orders/{CLEANING_PO}/acknowledgement", "a-key-of-this-form")
    said = {line["line_no"]: line for line in call.sent["lines"]}
    assert (call.sent["answer"], call.sent["revision"], call.sent["source"]) == ("changes", 1, "portal")
    assert (said[1]["quantity"], said[1]["unit_price"], said[1]["note"]) == (90, None, "Rest in March")
    assert (said[2]["quantity"], said[2]["unit_price"]) == (None, "10.5000")
    assert said[3]["drops"] == [{"school_urn": OAK, "quantity": 30, "promised_on": "2027-02-01"}]
    unchanged = supplier.post(path, {"q-1": "125", "opened": ""})
    assert unchanged.status_code == 422
    refused = [{"field": f"lines.3.drops.{OAK}.quantity", "message": "Only 34 were ordered."}]
    acknowledgement = f"/purchase-orders/{CLEANING_PO}/acknowledgement"
    services.refusals["POST", "orders", acknowledgement] = Problem(422, "order_answer_refused", "Look again.", refused)
    assert summary_links(supplier.post(path, {**fields, **drops}))[f"q-3-{OAK}"]


def test_a_supplier_answers_by_file(visit: Visit, services: FakeServices) -> None:
    supplier, path = visit("supplier"), f"/supplier/orders/{CLEANING_PO}/answer-file"
    assert summary_links(supplier.post(path, {})) == {"file": "Choose the file that holds your answer."}
    sent = {"file": (io.BytesIO(b"<OrderResponse/>"), "response.xml"), "sending_key": "a-key-of-this-form"}
    supplier.post(path, sent)
    call = last_change(services)
    assert (call.path, call.sent) == (f"/purchase-orders/{CLEANING_PO}/answers", b"<OrderResponse/>")


def test_the_manager_takes_changes_line_by_line(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), f"/alliance/purchase-orders/{CLEANING_PO}/answers/{ANSWER}"
    manager.post(path, {"act": "lines", "line-1": "take", "line-2": "decline", "reason": "Fixed", "version": "1"})
    call = last_change(services)
    assert call.path == f"/purchase-orders/{CLEANING_PO}/answers/{ANSWER}/decision"
    assert (call.sent, call.etag) == ({"taken_lines": [1], "reason": "Fixed"}, '"1"')
    manager.post(path, {"act": "none", "reason": "No", "version": "1"})
    assert last_change(services).sent == {"taken_lines": [], "reason": "No"}
    manager.post(path, {"act": "complete", "version": "1"})
    assert last_change(services).path.endswith("/completion")


def test_the_only_answer_to_decide_is_opened_and_several_are_listed(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), "/alliance/purchase-orders?answer=waiting"
    assert "None now" in text_of(manager.get(path))
    orders = [{**order} for order in services.table["orders", "/purchase-orders"]["items"]]
    services.table = {**services.table, ("orders", "/purchase-orders"): {"items": orders, "next": None}}
    unanswered = parsed(manager.get("/alliance/purchase-orders?answer=none"))
    assert unanswered.xpath("//tbody//th/a/@href") == [f"/alliance/purchase-orders/{CLEANING_PO}"]
    orders[1]["answer_state"] = "waiting"
    assert manager.get(path).location == f"/alliance/purchase-orders/{CLEANING_PO}/answers/{ANSWER}"
    orders[0]["answer_state"] = "waiting"
    listed = manager.get(path)
    assert len(parsed(listed).xpath("//tbody/tr")) == 2
    assert "Whose suppliers offer changes that wait for your decision" in text_of(listed)
    assert len(parsed(manager.get("/alliance/purchase-orders?answer=gossip")).xpath("//tbody/tr")) == len(orders)


def test_an_invoice_file_goes_on_as_it_is(visit: Visit, services: FakeServices) -> None:
    document = b'<?xml version="1.0"?><Invoice/>'
    sent = {"file": (io.BytesIO(document), "invoice.xml"), "sending_key": "a-key-of-this-form"}
    response = visit("supplier").post("/supplier/invoices/upload", sent)
    assert response.location == f"/supplier/invoices/{HELD_INVOICE}"
    assert (last_change(services).sent, last_change(services).key) == (document, "a-key-of-this-form")


def test_a_refused_invoice_file_says_why_beside_the_field(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    assert summary_links(supplier.post("/supplier/invoices/upload")) == {"file": "Choose the invoice’s file."}
    refusal = Problem(409, "duplicate_invoice", "INV-0042 was sent before, as SI-000001.")
    services.refusals["POST", "billing", "/supplier-invoices"] = refusal
    response = supplier.post("/supplier/invoices/upload", {"file": (io.BytesIO(b"<Invoice/>"), "again.xml")})
    assert response.status_code == 409
    assert summary_links(response) == {"file": "INV-0042 was sent before, as SI-000001."}


def test_the_invoice_form_begins_with_what_was_received(visit: Visit) -> None:
    page = visit("supplier").get(INVOICE_FORM)
    assert value_of(page, "quantity-1") == "50", "9 at Elm Park and 41 at St Brigid’s"
    assert (value_of(page, "net"), value_of(page, "vat"), value_of(page, "gross")) == ("1,642.50", "328.50", "1,971.00")


def test_the_invoice_form_has_a_line_for_each_rate_of_vat(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    supplier.get(INVOICE_FORM)
    carried = {"vat_reduced": True, "vat_rate": "5.00", "vat_certificate": "VAT 7 of 1 September"}
    services.table["orders", f"/purchase-orders/{PAPER_PO}"]["drops"][2]["lines"][0].update(carried)
    page = supplier.get(INVOICE_FORM)
    assert (value_of(page, "quantity-1"), value_of(page, "quantity-1-1")) == ("9", "41")
    sent = invoice(**{"quantity-2": "0", "quantity-1": "9", "quantity-1-1": "41", "price-1-1": "10.95"})
    supplier.post(INVOICE_FORM, sent | {"net": "547.50", "vat": "42.16", "gross": "589.66"})
    lines = [
        (line["order_line_no"], line["quantity"], line["vat_rate"]) for line in last_change(services).sent["lines"]
    ]
    assert lines == [(1, 9, "20.00"), (1, 41, "5.00")]


def invoice(**more: str) -> dict[str, object]:
    typed = {f"quantity-{line}": "0" for line in (1, 2, 3)} | {f"price-{line}": "10.95" for line in (1, 2, 3)}
    head = {"number": "INV-7", "issue_date": "2026-11-20", "net": "109.50", "vat": "21.90", "gross": "131.40"}
    return {**typed, **head, "quantity-2": "10", "action": "send", **more}


def test_the_invoice_form_is_sent_in_pence_and_four_decimals(visit: Visit, services: FakeServices) -> None:
    visit("supplier").post(INVOICE_FORM, invoice())
    line = {"order_line_no": 2, "name": "Copier paper A4, 80 g", "quantity": 10, "unit_price": "10.9500"}
    line |= {"vat_class": "S", "vat_rate": "20.00", "school_urn": None}
    assert last_change(services).sent == {
        "kind": "invoice",
        "credits": [],
        "buyer_urn": None,
        "number": "INV-7",
        "issue_date": "2026-11-20",
        "purchase_order_number": "PO-000001",
        "lines": [line],
        "net_pence": 10950,
        "vat_pence": 2190,
        "gross_pence": 13140,
    }


def test_the_manager_enters_what_a_supplier_sent_by_post(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), f"/alliance/purchase-orders/{PAPER_PO}/invoice"
    page = text_of(manager.get("/alliance/invoices/new"))
    assert "Fenwright Paper Ltd" in page
    assert "The supplier’s invoice number" in text_of(manager.get(path))
    answer = manager.post(path, invoice())
    assert answer.location == f"/alliance/invoices/{HELD_INVOICE}"
    assert (last_change(services).path, last_change(services).sent["number"]) == ("/supplier-invoices", "INV-7")
    assert "We have the supplier’s invoice INV-0041" in text_of(manager.get(answer.location))
    assert visit("board").get(path).status_code == 403
    assert visit("supplier").get(path).status_code == 403


def test_totals_are_worked_out_again_without_sending(visit: Visit, services: FakeServices) -> None:
    page = visit("supplier").post(INVOICE_FORM, invoice(action="totals", **{"quantity-2": "102"}))
    assert (value_of(page, "net"), value_of(page, "vat"), value_of(page, "gross")) == ("1,116.90", "223.38", "1,340.28")
    assert services.changes == []


def test_faults_of_the_invoice_form_are_linked_to_their_fields(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    page = supplier.post(INVOICE_FORM, invoice(number="", net="ten", **{"price-1": "x"}))
    assert set(summary_links(page)) == {"number", "net", "price-1"}
    assert value_of(page, "price-1") == "x"
    refused = [{"field": "gross_pence", "message": "The lines add up to £131.40."}]
    services.refusals["POST", "billing", "/supplier-invoices"] = Problem(422, "invoice_arithmetic", "Look.", refused)
    assert summary_links(supplier.post(INVOICE_FORM, invoice())) == {"gross": "The lines add up to £131.40."}


def test_a_round_is_made_with_its_deadline_in_utc(visit: Visit, services: FakeServices) -> None:
    response = visit("manager").post("/alliance/rounds/new", NEW_ROUND)
    assert response.location == f"/alliance/rounds/{DRAFT}"
    assert last_change(services).key == "a-key-of-this-form"
    assert last_change(services).sent == {
        "title": "Spring paper",
        "opens_at": None,
        "closes_at": "2027-02-01T17:00:00Z",
        "delivery_from": "2027-02-08",
        "delivery_to": "2027-02-19",
        "contract_ids": [CONTRACT],
    }


def test_a_round_may_open_by_itself(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    manager.post("/alliance/rounds/new", {**NEW_ROUND, "opens_on": "2027-01-18", "opens_time": "08:00"})
    assert last_change(services).sent["opens_at"] == "2027-01-18T08:00:00Z"
    services.table["orders", f"/rounds/{DRAFT}"]["opens_at"] = "2027-01-18T08:00:00Z"
    assert "Opens by itself Mon 18 Jan 2027, 08:00" in text_of(manager.get(f"/alliance/rounds/{DRAFT}"))
    refused = [{"field": "opens_at", "message": "The round must open before its deadline."}]
    services.refusals["POST", "orders", "/rounds"] = Problem(422, "dates_out_of_order", "Look.", refused)
    assert set(summary_links(manager.post("/alliance/rounds/new", NEW_ROUND))) == {"opens_on"}


def test_schools_are_asked_for_their_answer_one_or_all(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), f"/rounds/{OPEN}/nudge"
    page = parsed(manager.get(f"/alliance/rounds/{OPEN}"))
    one = page.xpath("//button[@form='nudge']")[0]
    assert one.text_content().startswith("Ask ")
    assert page.xpath("//form[@id='nudge']//button")[0].text_content().startswith("Ask ")
    for sent, told in (({"school_urn": one.get("value")}, {"school_urns": [int(one.get("value"))]}), ({}, {})):
        assert manager.post(f"/alliance{path}", sent).status_code == 303
        assert (last_change(services).path, last_change(services).sent) == (path, told)
    services.refusals["POST", "orders", path] = Problem(409, "nobody_to_nudge", "All were asked just now.")
    refused = manager.post(f"/alliance{path}")
    assert refused.status_code == 409
    assert "All were asked just now." in summary_text(refused)
    assert not parsed(visit("board").get(f"/alliance/rounds/{OPEN}")).xpath("//form[@id='nudge']")


def test_a_round_with_gaps_is_not_made_and_keeps_what_was_typed(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    page = manager.post("/alliance/rounds/new", {"title": "Spring paper", "closes_on": "soon"})
    assert set(summary_links(page)) == {"closes_on", "closes_time", "delivery_from", "delivery_to", "contract_ids"}
    assert value_of(page, "title") == "Spring paper"
    refused = [{"field": "closes_at", "message": "The deadline lies in the past."}]
    services.refusals["POST", "orders", "/rounds"] = Problem(422, "dates_out_of_order", "Look.", refused)
    assert summary_links(manager.post("/alliance/rounds/new", NEW_ROUND)) == {
        "closes_on": "The deadline lies in the past."
    }


@pytest.mark.parametrize(("round_id", "action"), [(DRAFT, "open"), (OPEN, "close")])
def test_a_round_is_opened_and_closed_as_it_was_seen(
    visit: Visit, services: FakeServices, round_id: str, action: str
) -> None:
    sent = {"version": "3", "sending_key": "a-key-of-this-form"}
    assert visit("manager").post(f"/alliance/rounds/{round_id}/{action}", sent).status_code == 303
    call = last_change(services)
    assert (call.path, call.etag, call.key) == (f"/rounds/{round_id}/{action}", '"3"', "a-key-of-this-form")


def test_closing_is_previewed_with_its_proof(visit: Visit) -> None:
    text = text_of(visit("manager").get(f"/alliance/rounds/{OPEN}/close"))
    assert "No unit and no penny is lost." in text
    assert "Larch Primary School Draft It had not been sent by the close." in text
    assert "50 more of Pens, blue, single would save everyone £5.00 together" in text
    assert "below the contract’s minimum order of £250.00" in text


def test_a_preview_that_does_not_add_up_warns_against_closing(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    services.table["orders", f"/rounds/{OPEN}/close-preview"]["proof"]["units_shared"] = 374
    assert "They differ: do not close." in text_of(manager.get(f"/alliance/rounds/{OPEN}/close"))


def a_long_invoice(services: FakeServices) -> dict[str, Any]:
    """The held invoice with 60 lines of which the last differs, and what /lines and /matches answer."""
    path = f"/supplier-invoices/{HELD_INVOICE}"
    found: dict[str, Any] = services.table["billing", path]
    line, held = found["lines"][0], next(each for each in found["matches"] if each["state"] == "held")
    agreed = held | {"state": "billable", "reasons": [], "claim_quantity": 0, "claim_net_pence": 0}
    lines = [line | {"line_no": number, "name": f"Line {number}"} for number in range(1, 61)]
    matches = [(held if number == 60 else agreed) | {"line_no": number} for number in range(1, 61)]
    found |= {"lines": lines, "matches": matches, "line_count": 60, "match_count": 60}
    services.table["billing", f"{path}/lines"] = {"items": lines[:2], "next": None}
    services.table["billing", f"{path}/matches"] = {"items": matches[:2], "next": "2.910001"}
    return found


def test_an_invoice_shows_the_first_lines_that_agree_and_all_by_pages(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    a_long_invoice(services)
    page = text_of(manager.get(f"/alliance/invoices/{HELD_INVOICE}"))
    assert "60. Line 60" in page
    assert "40. Line 40" in page
    assert "41. Line 41" not in page
    assert "19 more lines agree and are not shown." in page
    paged = manager.get(f"/alliance/invoices/{HELD_INVOICE}?show=all")
    asked = [call.params for call in services.calls if call.path.endswith("/matches")]
    assert [params["differing"] for params in asked] == ["false"]
    assert "2. Line 2" in text_of(paged)
    assert "3. Line 3" not in text_of(paged)
    assert f"/alliance/invoices/{HELD_INVOICE}?after=2.910001&amp;show=all" in paged.get_data(as_text=True)


@pytest.mark.parametrize(("seat", "address"), [("manager", "/alliance/invoices/"), ("supplier", "/supplier/invoices/")])
def test_of_an_invoice_of_many_lines_what_differs_comes_by_pages_and_is_counted_whole(
    visit: Visit, services: FakeServices, seat: str, address: str
) -> None:
    reader, found = visit(seat), a_long_invoice(services)
    found |= {"line_count": 24_000, "match_count": 24_000, "held_count": 1_200, "differing_line_count": 1_200}
    found |= {"lines": found["lines"][:50], "matches": found["matches"][:50]}
    page = reader.get(f"{address}{HELD_INVOICE}")
    [matches] = [call.params for call in services.calls if call.path.endswith("/matches")]
    [lines] = [call.params for call in services.calls if call.path.endswith("/lines")]
    assert (matches["differing"], lines["numbers"]) == ("true", [1, 2])
    told = text_of(page)
    assert "1,200 schools’ lines are held." in told
    assert "1,200 lines differ All 24,000 lines" in told
    assert "agree" not in told.split("In total")[0]
    assert "Line 50" not in told
    assert f"{address}{HELD_INVOICE}?after=2.910001&amp;show=differing" in page.get_data(as_text=True)


def test_of_an_invoice_of_many_lines_that_agree_all_come_by_pages(visit: Visit, services: FakeServices) -> None:
    manager, found = visit("manager"), a_long_invoice(services)
    found |= {"line_count": 24_000, "match_count": 24_000, "held_count": 0, "differing_line_count": 0}
    found |= {"lines": [], "matches": []}
    page = text_of(manager.get(f"/alliance/invoices/{HELD_INVOICE}"))
    assert [call.params["differing"] for call in services.calls if call.path.endswith("/matches")] == ["false"]
    assert "2. Line 2" in page


def test_all_lines_of_a_long_invoice_are_shown_though_what_gives_back_is_matched_to_nothing(
    visit: Visit, services: FakeServices
) -> None:
    manager, found = visit("manager"), a_long_invoice(services)
    address, path = f"/alliance/invoices/{HELD_INVOICE}", f"/supplier-invoices/{HELD_INVOICE}"
    lines, matches = found["lines"], [each for each in found["matches"] if each["line_no"] != 2]
    lines[1] |= {"name": "Deposit", "net_pence": -500}
    services.table["billing", f"{path}/lines"] = {"items": lines[:4], "next": 4}
    services.table["billing", f"{path}/matches"] = {"items": matches[:2], "next": "3.910001"}
    first = manager.get(f"{address}?show=all")
    assert "2. Deposit" in text_of(first)
    assert "Taken off what was invoiced before." in text_of(first)
    assert "4. Line 4" not in text_of(first), "its matches are on the next page"
    assert f"{address}?after=3.910001&amp;show=all" in first.text
    services.after["billing", f"{path}/lines"] = {"items": lines[2:4], "next": 4}
    services.after["billing", f"{path}/matches"] = {"items": matches[2:], "next": None}
    second = manager.get(f"{address}?show=all&after=3.910001")
    assert services.calls[-1].params["after"] == 2
    assert "3. Line 3" not in text_of(second), "all its matches were on the page before"
    assert "4. Line 4" in text_of(second)
    assert "5. Line 5" not in text_of(second)
    assert f"{address}?after=4.999999&amp;show=all" in second.text


@pytest.mark.parametrize(("seat", "address"), [("manager", "/alliance/invoices/"), ("supplier", "/supplier/invoices/")])
@pytest.mark.parametrize("show", ["all", "differing"])
def test_the_spreadsheet_of_a_long_invoice_has_all_parts(
    visit: Visit, services: FakeServices, seat: str, address: str, show: str
) -> None:
    reader, found = visit(seat), a_long_invoice(services)
    path = f"/supplier-invoices/{HELD_INVOICE}"
    for what in ("lines", "matches"):
        first = [] if (show, what) == ("differing", "matches") else found[what][:30]
        services.table["billing", f"{path}/{what}"] = {"items": first, "next": "30"}
        services.after["billing", f"{path}/{what}"] = {"items": found[what][-1:] if not first else found[what][30:]}
    answer = reader.get(f"{address}{HELD_INVOICE}?show={show}&as=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    top, below = (book.get_sheet_by_index(at).to_python() for at in range(2))
    assert len(book.sheet_names) == 2
    if seat == "supplier":
        assert (len(top), len(below)) == (1 + 1, 1 + (60 if show == "all" else 1) + 3)
    else:
        assert [row[1] for row in top[1:]] == [f"Line {at}" for at in (range(1, 61) if show == "all" else [60])]
        held = found["matches"][-1]
        assert top[-1][3:6] == [held[f"quantity_{what}"] for what in ("ordered", "received", "invoiced")]


def test_deciding_on_a_part_of_a_long_invoice_keeps_the_part_and_what_is_typed(
    visit: Visit, services: FakeServices
) -> None:
    manager, found = visit("manager"), a_long_invoice(services)
    path, urn = f"/supplier-invoices/{HELD_INVOICE}", found["matches"][-1]["school_urn"]
    services.table["billing", f"{path}/lines"] = {"items": found["lines"][-1:], "next": None}
    services.after["billing", f"{path}/matches"] = {"items": found["matches"][-1:], "next": None}
    address = f"/alliance/invoices/{HELD_INVOICE}?show=differing&after=59.910001"
    decide = f"/alliance/invoices/{HELD_INVOICE}/lines/60/schools/{urn}/decide"
    page = parsed(manager.get(address))
    kept = {"show": "differing", "after": "59.910001"}
    for action in (decide, "/alliance/invoices/decide"):
        (form,) = page.xpath("//form[@action=$action]", action=action)
        assert {field.get("name"): field.get("value") for field in form.iter("input")}.items() >= kept.items()
    again = manager.post(decide, {f"reason-60-{urn}": "Agreed by telephone", **kept})
    assert again.status_code == 422
    assert 'value="Agreed by telephone"' in again.text
    done = manager.post(decide, {f"reason-60-{urn}": "Agreed", "decision": "dispute", **kept})
    assert done.location == f"{address}#line-60"
    chosen = {"line": f"{HELD_INVOICE}.60.{urn}", "back": HELD_INVOICE, **kept}
    faulty = manager.post("/alliance/invoices/decide", {**chosen, "decision": "dispute"})
    assert "60. Line 60" in text_of(faulty)
    assert "1. Line 1 " not in text_of(faulty)


def test_the_board_can_be_narrowed_to_one_state(visit: Visit) -> None:
    text = text_of(visit("manager").get(f"/alliance/rounds/{OPEN}?state=returned"))
    assert "Rowan High School" in text
    assert "Elm Park Academy" not in text
    assert "All 12" in text


def test_bills_of_a_round_are_issued_once_per_key(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), f"/alliance/rounds/{CLOSED}/bills"
    text = text_of(manager.get(path))
    assert "INV-0041 from Fenwright Paper Ltd" in text
    assert "£446.76 to bill to 2 schools." in text
    manager.post(path, {"sending_key": "a-key-of-this-form"})
    call = last_change(services)
    assert (call.path, call.sent, call.key) == ("/bills", {"round_id": CLOSED}, "a-key-of-this-form")


def test_what_is_ready_to_issue_leads_to_where_it_is_issued(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    links = parsed(manager.get("/alliance/bills")).xpath("//section[h2='Ready to issue']//tbody//a/@href")
    assert links == [f"/alliance/rounds/{CLOSED}/bills", f"/alliance/purchase-orders/{SERVICE_PO}/bills"]
    assert "Ready to issue" not in text_of(manager.get("/alliance/bills?owed=open"))
    assert "£52.56 to give back to 1 school." in text_of(manager.get(links[1]))
    services.table["billing", "/bills/ready"]["items"] = []
    assert "Nothing is ready" in text_of(manager.get(links[0]))
    assert "Ready to issue" not in text_of(manager.get("/alliance/bills"))


def test_a_school_marks_a_suppliers_bill_as_paid(visit: Visit, services: FakeServices) -> None:
    buyer, path = visit("buyer"), f"/school/bills/{DIRECT_BILL}"
    assert "Have you paid" in text_of(buyer.get(path))
    assert "Have you paid" not in text_of(buyer.get(f"/school/bills/{BILL}"))
    response = buyer.post(f"{path}/payment", {"paid_on": "2026-11-20", "sending_key": "once"})
    assert response.status_code == 303
    call = last_change(services)
    assert (call.path, call.sent, call.key) == (f"/bills/{DIRECT_BILL}/payment-note", {"paid_on": "2026-11-20"}, "once")
    noted = {"paid_on": "2026-11-20", "paid_noted_by": "Ada", "paid_pence": 44676, "state": "paid"}
    services.table["billing", f"/bills/{DIRECT_BILL}"] |= noted
    text = text_of(buyer.get(path))
    assert "as Ada of the school says" in text
    assert "It is not paid" in text
    assert buyer.post(f"{path}/payment/withdraw", {"sending_key": "back"}).status_code == 303
    assert last_change(services).path == f"/bills/{DIRECT_BILL}/payment-note/withdrawal"


def test_a_day_of_payment_that_is_refused_is_said_beside_the_field(visit: Visit, services: FakeServices) -> None:
    path = f"/school/bills/{DIRECT_BILL}/payment"
    refusal = Problem(422, "paid_in_future", "Look.", [{"field": "paid_on", "message": "Not yet."}])
    services.refusals["POST", "billing", f"/bills/{DIRECT_BILL}/payment-note"] = refusal
    response = visit("buyer").post(path, {"paid_on": "2099-01-01", "sending_key": "once"})
    assert response.status_code == 422
    assert "Not yet." in text_of(response)


@pytest.mark.parametrize("decision", ["accept", "dispute", "credit-request", "withdraw"])
def test_a_line_is_decided_upon_with_a_reason(visit: Visit, services: FakeServices, decision: str) -> None:
    manager, urn = visit("manager"), SCHOOLS[1][0]
    path = f"/alliance/invoices/{HELD_INVOICE}/lines/1/schools/{urn}/decide"
    field = f"reason-1-{urn}"
    assert summary_links(manager.post(path, {"decision": decision})) == {field: "Enter why."}
    assert summary_links(manager.post(path, {field: "Why not"})) == {field: "Choose what to do with the line."}
    manager.post(path, {field: "Three boxes will be credited", "decision": decision})
    call = last_change(services)
    assert call.path == f"/supplier-invoices/{HELD_INVOICE}/matches/1/{urn}/{decision}"
    assert call.sent == {"reason": "Three boxes will be credited"}


def test_nobody_is_offered_to_release_what_was_never_received(visit: Visit) -> None:
    page = parsed(visit("manager").get(f"/alliance/invoices/{HELD_INVOICE}"))
    offered = {
        urn: page.xpath("//form[contains(@action, $urn)]//button[@name='decision']/@value", urn=f"/schools/{urn}/")
        for urn, *_ in SCHOOLS[:4]
    }
    assert offered[SCHOOLS[0][0]] == ["dispute"]
    assert offered[SCHOOLS[1][0]] == ["accept", "dispute", "credit-request", "withdraw"]
    assert offered[SCHOOLS[2][0]] == ["dispute"]
    assert offered[SCHOOLS[3][0]] == ["dispute", "withdraw"], "it comes off its bill"


@pytest.mark.parametrize(
    ("stays", "said", "offered"),
    [
        (None, "", ["dispute", "withdraw"]),
        ("paid", "The school has paid of that bill.", []),
        ("disputed", "The school disputes the line there: answer that first.", []),
    ],
)
def test_a_billed_line_says_on_which_bill_and_whether_it_comes_off(
    visit: Visit, services: FakeServices, stays: str | None, said: str, offered: list[str]
) -> None:
    manager, path = visit("manager"), f"/alliance/invoices/{HELD_INVOICE}"
    (billed,) = [
        match
        for match in services.table["billing", f"/supplier-invoices/{HELD_INVOICE}"]["matches"]
        if match["state"] == "billed"
    ]
    billed["stays_why"] = stays
    page = parsed(manager.get(path))
    place = f"lines/{billed['line_no']}/schools/{billed['school_urn']}/decide"
    assert page.xpath("//form[contains(@action, $at)]//button/@value", at=place) == offered
    (cell,) = page.xpath("//a[text()='B-000042']/ancestor::td")
    assert cell.xpath(".//a[text()='B-000042']/@href") == [f"/alliance/bills/{BILL}"]
    assert said in " ".join(cell.text_content().split())
    field = f"reason-{billed['line_no']}-{billed['school_urn']}"
    manager.post(f"{path}/{place}", {"decision": "dispute", field: "Wet", "off": "B-000042" if not stays else ""})
    assert last_change(services).path.endswith(f"/matches/{billed['line_no']}/{billed['school_urn']}/dispute")
    assert ("It came off B-000042 by a credit note" in text_of(manager.get(path))) is (stays is None)


def test_many_lines_are_decided_from_the_workbench_and_what_was_refused_is_said(
    visit: Visit, services: FakeServices
) -> None:
    manager, path = visit("manager"), "/alliance/invoices/decide"
    assert summary_links(manager.post(path, {"reason": "Agreed", "decision": "accept"})) == {
        "reason": "Choose at least one line."
    }
    chosen = {"line": [f"{HELD_INVOICE}.1.910001", f"{HELD_INVOICE}.2.910002", "nonsense"], "invoice": [BILLED_INVOICE]}
    response = manager.post(path, {**chosen, "reason": "Agreed", "decision": "withdraw", "sending_key": "a-key"})
    call = last_change(services)
    assert (call.path, call.key) == ("/match-decisions", "a-key")
    assert call.sent == {
        "decision": "withdraw",
        "reason": "Agreed",
        "lines": [
            {"supplier_invoice_id": HELD_INVOICE, "line_no": 1, "school_urn": 910001},
            {"supplier_invoice_id": HELD_INVOICE, "line_no": 2, "school_urn": 910002},
        ],
        "supplier_invoice_ids": [BILLED_INVOICE],
    }
    assert "1 line not changed. The school has been billed for this line on B-000001." in text_of(response)
    assert "2 lines taken back" in text_of(response)
    assert visit("board").post(path, chosen).status_code == 403


def test_a_rejection_is_taken_back_with_a_reason(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), f"/alliance/invoices/{HELD_INVOICE}/take-back-rejection"
    assert summary_links(manager.post(path, {})) == {"reject-reason": "Enter why you take it back."}
    manager.post(path, {"reject-reason": "It was right after all"})
    assert last_change(services).path == f"/supplier-invoices/{HELD_INVOICE}/rejection-withdrawal"


@pytest.mark.parametrize(("document", "kind"), [(b"\xef\xbb\xbf <Document/>", "xml"), (b"date,amount\n", "csv")])
def test_a_statement_is_read_in(visit: Visit, services: FakeServices, document: bytes, kind: str) -> None:
    manager = visit("manager")
    response = manager.post("/alliance/bank", {"file": (io.BytesIO(document), f"statement.{kind}"), "account": "Main"})
    assert response.status_code == 303
    assert last_change(services).sent == document
    assert last_change(services).params == {"account": "Main"}


def test_a_broken_statement_says_in_which_line(visit: Visit, services: FakeServices) -> None:
    broken = [{"field": "line 17", "message": "No amount."}]
    refusal = Problem(422, "statement_unreadable", "Line 17: No amount.", broken)
    services.refusals["POST", "billing", "/bank-statements"] = refusal
    response = visit("manager").post("/alliance/bank", {"file": (io.BytesIO(b"date\n"), "statement.csv")})
    assert response.status_code == 422
    assert summary_links(response) == {"file": "Line 17: No amount."}


def test_columns_that_nobody_has_explained_are_asked_for(visit: Visit, services: FakeServices) -> None:
    named = [{"field": f"columns.{place}", "message": name} for place, name in enumerate(("Tag", "Betrag", "Zweck"))]
    services.refusals["POST", "billing", "/bank-statements"] = Problem(422, "columns_unknown", "Say which.", named)
    manager = visit("manager")
    asked = manager.post("/alliance/bank", {"file": (io.BytesIO(b"Tag,Betrag,Zweck\n"), "statement.csv")})
    assert set(summary_links(asked)) == {"date"}
    assert '<option value="Betrag">' in asked.text
    services.refusals.clear()
    chosen = {"date": "Tag", "amount": "Betrag", "reference": "Zweck", "date_order": "dmy"}
    manager.post("/alliance/bank", chosen | {"file": (io.BytesIO(b"Tag,Betrag,Zweck\n"), "statement.csv")})
    assert {name: last_change(services).params[name] for name in chosen} == chosen


def test_a_person_is_added_with_the_place_the_role_needs(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    sent = {"name": "Nia New", "email": "nia@example.org", "role": "school_buyer", "starts_on": "2026-12-01"}
    assert set(summary_links(manager.post("/alliance/people/new", sent))) == {"school_urn"}
    manager.post("/alliance/people/new", sent | {"school_urn": str(OAK), "supplier_id": "ignored"})
    (role,) = last_change(services).sent["roles"]
    assert role == {
        "role": "school_buyer",
        "school_urn": OAK,
        "supplier_id": None,
        "starts_on": "2026-12-01",
        "ends_on": None,
    }


def test_a_refusal_without_fields_is_told_in_the_summary(visit: Visit, services: FakeServices) -> None:
    services.refusals["POST", "orders", f"/rounds/{OPEN}/close"] = Problem(409, "round_not_open", "It is closed.")
    response = visit("manager").post(f"/alliance/rounds/{OPEN}/close", {"version": "3"})
    assert response.status_code == 409
    assert "It is closed." in summary_text(response)


CHANGES = f"/school/deliveries/{PAPER_PO}/changes"
AMENDMENTS = f"/purchase-orders/{PAPER_PO}/amendments"


def test_a_buyer_asks_for_a_change_of_a_committed_line(visit: Visit, services: FakeServices) -> None:
    sent = {"line": f"{OAK}.2", "quantity": "0", "reason": "Not needed", "sending_key": "a-key-of-this-form"}
    visit("buyer").post(CHANGES, sent)
    call = last_change(services)
    assert (call.path, call.key) == (AMENDMENTS, "a-key-of-this-form")
    assert call.sent == {"school_urn": OAK, "line_no": 2, "quantity": 0, "reason": "Not needed"}


def test_a_change_without_its_parts_is_not_asked_for(visit: Visit, services: FakeServices) -> None:
    response = visit("buyer").post(CHANGES, {"line": "", "quantity": "", "reason": ""})
    assert set(summary_links(response)) == {"line", "quantity", "reason"}
    assert not services.changes


@pytest.mark.parametrize("line", ["paper", f"{OAK}", f"{OAK}.two", f"{OAK}.²", f"school.{OAK}.2"])
def test_a_change_of_what_is_no_line_is_not_asked_for(visit: Visit, services: FakeServices, line: str) -> None:
    response = visit("buyer").post(CHANGES, {"line": line, "quantity": "3", "reason": "Fewer"})
    assert summary_links(response) == {"line": "Choose which line should change."}
    assert not services.changes


def test_an_approver_agrees_to_what_was_seen(visit: Visit, services: FakeServices) -> None:
    visit("approver").post(f"{CHANGES}/{an_id(9, 1)}", {"act": "agreement", "version": "2"})
    call = last_change(services)
    assert (call.path, call.etag) == (f"{AMENDMENTS}/{an_id(9, 1)}/agreement", '"2"')


def test_a_refusal_of_a_change_says_why(visit: Visit, services: FakeServices) -> None:
    manager, path = visit("manager"), f"/alliance/purchase-orders/{PAPER_PO}/changes/{an_id(9, 1)}"
    field = f"why-{an_id(9, 1)}"
    assert summary_links(manager.post(path, {"act": "refusal", "version": "2"})) == {field: "Enter why not."}
    manager.post(path, {"act": "refusal", "version": "2", field: "It is on the lorry"})
    assert last_change(services).sent == {"reason": "It is on the lorry"}
