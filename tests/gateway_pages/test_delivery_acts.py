"""What the pages of deliveries, despatches and claims send on, and what they say of refusals."""

import io
from collections.abc import Callable

import pytest

from gateway.pages.despatch_form import route_of
from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, summary_links, summary_text, text_of, value_of
from tests.gateway_pages.delivery_world import DESPATCH, PHOTO, PICTURE, RECEIPT
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.world import PAPER_PO

Visit = Callable[[str], Visitor]
DELIVERY = f"/school/deliveries/{PAPER_PO}"
ORDER = f"/purchase-orders/{PAPER_PO}"
DESPATCHES = f"/supplier/orders/{PAPER_PO}/despatches"
KEY = "a-key-of-this-form"


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DONE, ("POST", "orders", f"{ORDER}/photos"), {"photo_id": PHOTO})
    sent = {"number": "DN-000002", "purchase_order_id": PAPER_PO, "drops": [{}]}
    monkeypatch.setitem(DONE, ("POST", "orders", f"{ORDER}/despatches"), sent)
    monkeypatch.setitem(DONE, ("POST", "orders", "/despatches"), sent)


def test_what_is_missing_is_taken_off_the_number_that_stood_there(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    assert value_of(buyer.get(DELIVERY), "line-1") == "5"  # what is on its way
    buyer.post(DELIVERY, {"action": "lines", "line-1": "5", "damaged-1": "2", "short-1": "1", "note-1": "Wet"})
    assert services.changes[-1].sent["lines"] == [
        {"line_no": 1, "quantity_received": 2, "quantity_short": 1, "quantity_damaged": 2, "note": "Wet"}
    ]
    assert services.changes[-1].sent["despatch_id"] == DESPATCH
    buyer.post(DELIVERY, {"action": "lines", "line-1": "4", "damaged-1": "1"})
    assert services.changes[-1].sent["lines"][0]["quantity_received"] == 4


def test_photos_go_before_the_receipt_that_names_them(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    photos = [(io.BytesIO(PICTURE), "a.png"), (io.BytesIO(PICTURE), "b.png")]
    buyer.post(DELIVERY, {"line-1": "5", "damaged-1": "1", "photos-1": photos, "sending_key": KEY})
    kept, again, receipt = services.changes
    assert (kept.sent, kept.key, again.key) == (PICTURE, f"{KEY}:1:0", f"{KEY}:1:1")
    assert (receipt.sent["lines"][0]["photos"], receipt.key) == ([PHOTO, PHOTO], KEY)
    page = buyer.post(DELIVERY, {"line-1": "5", "photos-2": (io.BytesIO(PICTURE), "a.png")})
    assert summary_links(page) == {"damaged-2": "Say how many units the photo is about."}
    services.refusals["POST", "orders", f"{ORDER}/photos"] = Problem(422, "photo_refused", "Not a picture.")
    page = buyer.post(DELIVERY, {"line-1": "5", "damaged-1": "1", "photos-1": (io.BytesIO(b"x"), "a.png")})
    assert summary_links(page) == {"photos-1": "Not a picture."}
    assert services.changes[-1].path == f"{ORDER}/photos"  # and no receipt


def test_something_found_later_takes_units_back(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    order = services.table["orders", ORDER]
    order["drops"][0]["lines"][1]["quantity_received"] = 30
    assert "30 recorded as arrived" in text_of(buyer.get(f"{DELIVERY}/later"))
    page = buyer.post(f"{DELIVERY}/later", {})
    assert list(summary_links(page)) == ["damaged-2"]
    buyer.post(f"{DELIVERY}/later", {"wrong-2": "2", "note-2": "Another colour inside", "sending_key": KEY})
    assert services.changes[-1].sent == {
        "lines": [{"line_no": 2, "quantity_received": -2, "quantity_wrong": 2, "note": "Another colour inside"}],
        "note": None,
    }
    refused = [{"field": "lines.0.quantity_received", "message": "Too late."}]
    services.refusals["POST", "orders", f"{ORDER}/receipts"] = Problem(409, "claim_window_over", "Too late.", refused)
    page = buyer.post(f"{DELIVERY}/later", {"wrong-2": "2", "note-2": "Wet"})
    assert summary_links(page) == {"line-2": "Too late."}


def test_a_supplier_sends_all_some_or_what_it_types(visit: Visit, services: FakeServices) -> None:
    supplier = visit("supplier")
    urns = [drop["school_urn"] for drop in services.table["orders", ORDER]["drops"]]
    supplier.post(DESPATCHES, {"action": "all", "carrier": "Marlow Vans", "sending_key": KEY})
    assert (services.changes[-1].sent["drops"], services.changes[-1].key) == (None, KEY)
    assert services.changes[-1].sent["carrier"] == "Marlow Vans"
    supplier.post(DESPATCHES, {"action": "all", "route": "NF2"})
    assert services.changes[-1].sent["drops"] == [{"school_urn": urns[1]}]
    supplier.post(DESPATCHES, {"action": "ticked", f"drop-{urns[0]}": "1"})
    assert services.changes[-1].sent["drops"] == [{"school_urn": urns[0]}]
    assert "Tick the schools" in summary_text(supplier.post(DESPATCHES, {"action": "ticked"}))
    page = supplier.post(DESPATCHES, {"action": "quantities", f"drop-{urns[0]}": "1"})
    assert value_of(page, f"q-{urns[0]}-1") == "29"  # 34 ordered, 5 on the way
    typed = {f"drop-{urns[0]}": "1", f"q-{urns[0]}-1": "12", f"q-{urns[0]}-2": ""}
    supplier.post(f"{DESPATCHES}/quantities", typed)
    lines = [{"line_no": 1, "quantity": 12}]
    assert services.changes[-1].sent["drops"] == [{"school_urn": urns[0], "lines": lines}]
    refused = [{"field": f"{urns[0]}.1", "message": "29 are ordered and not sent yet."}]
    services.refusals["POST", "orders", f"{ORDER}/despatches"] = Problem(422, "despatch_refused", "No.", refused)
    page = supplier.post(f"{DESPATCHES}/quantities", typed)
    assert list(summary_links(page)) == [f"q-{urns[0]}-1"]


def test_a_despatch_advice_goes_on_as_it_is(visit: Visit, services: FakeServices) -> None:
    supplier, upload = visit("supplier"), f"{DESPATCHES}/upload"
    page = supplier.post(upload, {"file": (io.BytesIO(b"<DespatchAdvice/>"), "a.xml"), "sending_key": KEY})
    assert page.location == DESPATCHES
    assert (services.changes[-1].path, services.changes[-1].sent) == ("/despatches", b"<DespatchAdvice/>")
    services.refusals["POST", "orders", "/despatches"] = Problem(422, "order_unknown", "You have no such order.")
    page = supplier.post(upload, {"file": (io.BytesIO(b"<DespatchAdvice/>"), "a.xml")})
    assert summary_links(page) == {"file": "You have no such order."}
    assert supplier.get(f"{DESPATCHES}/{DESPATCH}/original").data == b"<DespatchAdvice/>"


def test_a_supplier_answers_a_claim(visit: Visit, services: FakeServices) -> None:
    supplier, path = visit("supplier"), f"/supplier/claims/{RECEIPT}/1"
    page = supplier.post(path, {"answer": "redeliver"})
    assert list(summary_links(page)) == [f"by-{RECEIPT}-1"]
    supplier.post(
        path, {"answer": "redeliver", f"by-{RECEIPT}-1": "2027-01-08", f"note-{RECEIPT}-1": "With the next van"}
    )
    assert services.changes[-1].sent == {
        "answer": "redeliver",
        "redeliver_by": "2027-01-08",
        "note": "With the next van",
    }
    supplier.post(path, {"answer": "credit"})
    assert services.changes[-1].sent["answer"] == "credit"


@pytest.mark.parametrize(
    ("who", "path"),
    [("buyer", DELIVERY), ("supplier", f"/supplier/orders/{PAPER_PO}"), ("manager", f"/alliance{ORDER}")],
)
def test_photos_are_shown_to_each_side(visit: Visit, who: str, path: str) -> None:
    photo = visit(who).get(f"{path}/photos/{PHOTO}")
    assert (photo.status_code, photo.data) == (200, PICTURE)
    assert photo.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in photo.headers["Cache-Control"]


def test_a_supplier_has_the_report_about_itself_only(visit: Visit) -> None:
    supplier = visit("supplier")
    assert supplier.get("/supplier/reports/suppliers").status_code == 200
    assert supplier.get("/supplier/reports/savings").status_code == 404


@pytest.mark.parametrize(("postcode", "route"), [("CT6 5AB", "CT6"), ("ct10 1aa", "CT10"), ("", "–")])
def test_a_route_is_the_first_half_of_the_postcode(postcode: str, route: str) -> None:
    assert route_of(postcode) == route
