"""The ways to break a good document: each gets its reason, and nothing changes.

The ninth, 200 MB, is refused at the gateway's door (tests/gateway/test_api.py).
"""

import html
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway.upstream import Problem
from services.billing.domain.invoice_document import InvoiceDocument
from tests.backends import ServiceDatabase
from tests.billing.documents import billion_laughs
from tests.billing.peppol import a_document, a_line
from tests.billing.ubl_writer import write_ubl
from tests.billing.world import ASH, BEECH, FENWRIGHT, OAKDALE, Line, Order, World, answered, refused, seller_of
from tests.gateway_pages.fake import fake_gateway

GOOD = a_document(number="INV-0043")
CANCELLED = Line({ASH: 4}, "4.0000", sku="PENS")


@pytest.fixture(scope="module")
def taken(shared_world: World) -> World:
    """A received order of which line 2 was cancelled, another supplier's order, and an invoice INV-0042."""
    order = Order([Line({ASH: 34, BEECH: 68}), CANCELLED], number="PO-000007")
    shared_world.ordered(order, received=False)
    shared_world.tell(_cancelled(order), order.receipt(ASH, line_2=0), order.receipt(BEECH))
    shared_world.ordered(Order([Line({BEECH: 102})], number="PO-000008", supplier_id=OAKDALE))
    answered(shared_world.send_ubl(write_ubl(a_document())), 201)
    return shared_world


def _cancelled(order: Order) -> tuple[str, dict[str, Any]]:
    body = {
        "purchase_order_id": order.order_id,
        "school_urn": ASH,
        "line_no": 2,
        "revision": 2,
        "quantity": 0,
        "net_pence": 0,
        "quantity_before": 4,
        "net_pence_before": 1600,
        "reason": "No longer made",
    }
    return "PurchaseOrderAmended", body


def changed(document: InvoiceDocument = GOOD, **changes: Any) -> bytes:
    return write_ubl(replace(document, **changes))


def wrong_sum() -> bytes:
    return changed(totals=replace(GOOD.totals, net=GOOD.totals.net + 1))


def wrong_vat() -> bytes:
    vat = GOOD.totals.vat + 2
    totals = replace(GOOD.totals, vat=vat, gross=GOOD.totals.net + vat, payable=GOOD.totals.net + vat)
    return changed(totals=totals, vat_subtotals=(replace(GOOD.vat_subtotals[0], vat=vat),))


def for_a_cancelled_line() -> bytes:
    lines = [a_line(4, "4.00", order_line="2", seller_item="PENS")]
    return write_ubl(a_document(lines, number="INV-0043", order_number="PO-000007"))


BROKEN: list[tuple[str, Callable[[], bytes], int, str, str]] = [
    (
        "wrong sum",
        wrong_sum,
        422,
        "invoice_arithmetic",
        "BR-CO-13: lines less allowances plus charges come to 1,116.90",
    ),
    ("wrong VAT", wrong_vat, 422, "invoice_arithmetic", "BR-CO-17: 20% of 1,116.90 is 223.38, not 225.38."),
    ("unknown order", lambda: changed(order_number="PO-000099"), 422, "no_order", "no purchase order 'PO-000099'"),
    ("another's order", lambda: changed(order_number="PO-000008"), 422, "no_order", "no purchase order 'PO-000008'"),
    ("XML entity", billion_laughs, 422, "xml_not_allowed", "declares a document type or entities"),
    (
        "wrong encoding",
        lambda: changed(notes=("Café",)).decode().encode("latin-1"),
        422,
        "invoice_unreadable",
        "not well-formed XML",
    ),
    ("number spelt otherwise", lambda: changed(number=" inv - 42"), 409, "duplicate_invoice", "was sent before"),
    ("cancelled line", for_a_cancelled_line, 422, "cancelled_order_line", "was cancelled"),
]


def test_the_document_that_they_are_made_of_is_good(world: World) -> None:
    world.ordered()
    assert answered(world.send_ubl(write_ubl(GOOD)), 201)["state"] == "matched"


@pytest.mark.parametrize(
    ("made", "status", "code", "reason"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_document_gets_its_reason_and_changes_nothing(
    taken: World, made: Callable[[], bytes], status: int, code: str, reason: str
) -> None:
    before = taken.everything()
    problem = refused(taken.send_ubl(made(), seller_of(FENWRIGHT)), status, code)
    told = [problem["detail"], *(error["message"] for error in problem.get("errors", []))]
    assert any(reason in text for text in told), told
    assert taken.everything() == before


def test_a_correction_takes_back_what_it_names(world: World) -> None:
    world.ordered()
    answered(world.send_ubl(write_ubl(a_document())), 201)
    lines = [a_line(-2, line_id="1")]
    correction = replace(a_document(lines, number="INV-0044"), preceding=(GOOD.preceding or ()))
    found = answered(world.send_ubl(write_ubl(correction)), 201)
    assert (found["kind"], found["gross_pence"]) == ("invoice", -2628)
    assert Decimal(found["lines"][0]["unit_price"]) == Decimal("10.95")


def test_the_page_tells_each_reason_as_well(taken: World, databases: Callable[[str], ServiceDatabase]) -> None:
    app, services = fake_gateway(databases("gateway"))
    before = taken.everything()
    for name, made, status, _, reason in BROKEN:
        problem = taken.send_ubl(made(), seller_of(FENWRIGHT)).get_json()
        services.refusals["POST", "billing", "/supplier-invoices"] = Problem(
            problem["status"], problem["code"], problem["detail"], problem.get("errors", [])
        )
        sent = {"file": (io.BytesIO(made()), "invoice.xml")}
        page = app.test_client().post("/supplier/invoices/upload", data=sent, headers={"As": "supplier"})
        assert page.status_code == status, name
        assert reason in html.unescape(page.get_data(as_text=True)), name
    assert taken.everything() == before


def test_one_document_may_stand_on_several_orders(world: World) -> None:
    world.ordered(Order([Line({ASH: 10})]))
    world.ordered(Order([Line({ASH: 4}, "5.0000", sku="PENS"), Line({BEECH: 6}, "5.0000", sku="INK")], "PO-000002"))
    lines = [
        a_line(10, line_id="1", order_line="PO-000001/1"),
        a_line(4, "5", line_id="2", order_line=None, seller_item="PENS"),
        a_line(6, "5", line_id="3", order_line="PO-000002-1-R2/2", seller_item="INK"),
    ]
    found = answered(world.send_ubl(write_ubl(a_document(lines, order_number="PO-000001 PO-000002"))), 201)
    assert (found["state"], found["purchase_order_number"]) == ("matched", "PO-000001")
    matched = [(match["line_no"], match["order_line_no"], match["school_urn"]) for match in found["matches"]]
    assert matched == [(1, 1, ASH), (2, 1, ASH), (3, 2, BEECH)]
    assert world.balances()["2100"] == -found["gross_pence"]


def test_a_line_that_fits_two_orders_is_refused_with_both_told(world: World) -> None:
    world.ordered(Order([Line({ASH: 10})]))
    world.ordered(Order([Line({ASH: 10})], "PO-000002"))
    document = a_document([a_line(10, order_line=None)], order_number="PO-000001, PO-000002")
    problem = refused(world.send_ubl(write_ubl(document)), 422, "ambiguous_order_line")
    assert "PO-000001 line 1, PO-000002 line 1" in problem["detail"]
