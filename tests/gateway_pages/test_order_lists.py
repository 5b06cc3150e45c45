"""Lists from elsewhere: read into a report, and put into the order only by the report's own button."""

import io
import json
from collections.abc import Callable

import pytest

from chassis.sheets import read_file
from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import OPEN, a_form, form_offers
from tests.workbooks import workbook

FORM = f"/school/rounds/{OPEN}/order"
ORDER = f"/rounds/{OPEN}/orders/{OAK}"
FIRST, SECOND, THIRD = (offer["offer_id"] for offer in form_offers()[:3])


@pytest.fixture
def buyer(visit: Callable[[str], Visitor]) -> Visitor:
    return visit("buyer")


def test_a_pasted_list_is_reported_row_by_row_and_changes_nothing(buyer: Visitor, services: FakeServices) -> None:
    response = buyer.post(f"{FORM}/list", {"text": "Code\tQty\r\nPAP-080\t12\r\n"})
    asked = services.changes
    assert [(call.path, call.sent) for call in asked] == [
        (f"{ORDER}/lines-report", {"rows": [["Code", "Qty"], ["PAP-080", "12"]]})
    ]
    text = text_of(response)
    assert "3 lines can be ordered" in text
    assert "5 CHK-100 · Chalk, white 3 This round offers nothing with this code or name." in text
    assert "rows 3, 9 added up" in text
    assert "dearer than last time (£20.50)" in text
    assert "1 row without a quantity" in text


def test_an_uploaded_workbook_is_read_and_can_be_read_again_by_other_columns(
    buyer: Visitor, services: FakeServices
) -> None:
    book = workbook({"Order": [["Our no.", "Code", "Qty"], [1, "PAP-080", 12]], "Notes": [["x"]]})
    response = buyer.post(f"{FORM}/list", {"file": (io.BytesIO(book), "order.xlsx"), "text": ""})
    assert services.changes[-1].sent == {"rows": [["Our no.", "Code", "Qty"], ["1", "PAP-080", "12"]]}
    assert "Read from the sheet “Order”; not read: Notes." in text_of(response)
    again = {"text": (value_of(response, "text") or "").removeprefix("\n"), "code": "1", "name": "", "quantity": "2"}
    buyer.post(f"{FORM}/list", again)
    assert services.changes[-1].sent == {
        "rows": [["Our no.", "Code", "Qty"], ["1", "PAP-080", "12"]],
        "columns": {"code": 1, "name": None, "quantity": 2},
    }


def test_what_is_no_list_is_refused_at_its_field(buyer: Visitor, services: FakeServices) -> None:
    nothing = buyer.post(f"{FORM}/list", {"text": " \n "})
    assert (nothing.status_code, summary_links(nothing)) == (422, {"text": "Paste your list, or choose a file."})
    damaged = buyer.post(f"{FORM}/list", {"file": (io.BytesIO(b"PK\x03\x04nonsense"), "order.xlsx")})
    assert "damaged" in summary_links(damaged)["file"]
    assert services.changes == []


def test_the_report_s_lines_replace_quantities_and_leave_the_rest(buyer: Visitor, services: FakeServices) -> None:
    report = buyer.get(f"{FORM}/repeat")
    assert services.changes[-1].sent == {"repeat_last": True}
    sent = {name: value_of(report, name) for name in ("version", "was")}
    lines = [{"offer_id": FIRST, "quantity": 20}, {"offer_id": THIRD, "quantity": 30}]
    applied = buyer.post(f"{FORM}/list/apply", sent | {"lines": json.dumps({"lines": lines})})
    assert applied.location == FORM
    call = services.changes[-1]
    assert (call.method, call.etag) == ("PUT", '"4"')
    assert [(line["offer_id"], line["quantity"]) for line in call.sent["lines"]] == [
        (FIRST, 20),
        (SECOND, 13),
        (THIRD, 30),
    ]
    assert call.sent["lines"][2]["flexible"] == 6, "what else was said of the line stays"
    assert call.sent["fund"] == "delegated"


def test_a_list_for_an_order_that_somebody_else_changed_leads_to_the_choices(
    buyer: Visitor, services: FakeServices
) -> None:
    services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker.")
    lines = json.dumps({"lines": [{"offer_id": FIRST, "quantity": 20}]})
    response = buyer.post(f"{FORM}/list/apply", {"version": "3", "was": '{"lines":[]}', "lines": lines})
    assert response.status_code == 409
    assert "Two people have changed this order" in text_of(response)


def test_the_form_can_be_taken_away_as_a_spreadsheet(buyer: Visitor, services: FakeServices) -> None:
    form = a_form()
    form["offers"][0]["name"] = '=HYPERLINK("x")'
    services.table["orders", f"{ORDER}/form"] = form
    rows = buyer.get(f"{FORM}/form.csv").data.decode("utf-8-sig").splitlines()
    assert rows[0] == "Code,Name,Unit,Supplier,Category,Price now (£),Quantity"
    assert rows[1] == 'CLN-FLR,"\'=HYPERLINK(""x"")",box,Fenwright Paper Ltd,Cleaning,21.99,12'
    assert len(rows) == 1 + len(form_offers())
    book = buyer.get(f"{FORM}/form.xlsx")
    assert book.headers["Content-Disposition"] == 'attachment; filename="order-R-0003.xlsx"'
    headings, first, *rest = read_file(book.data).rows
    assert headings == rows[0].split(",")
    assert first == ["CLN-FLR", '\'=HYPERLINK("x")', "box", "Fenwright Paper Ltd", "Cleaning", "21.99", "12"]
    assert len(rest) == len(form_offers()) - 1


def test_nothing_this_time_takes_two_clicks_from_home(buyer: Visitor, services: FakeServices) -> None:
    (link,) = parsed(buyer.get("/school")).xpath("//a[contains(., 'Nothing this time')]/@href")
    assert link == f"{FORM}/decline"
    page = buyer.get(link)
    assert "You can still order until it closes" in text_of(page)
    done = buyer.post(link, {"version": value_of(page, "version")})
    assert done.location == "/school"
    call = services.changes[-1]
    assert (call.method, call.path, call.etag) == ("POST", f"{ORDER}/decline", '"4"')
