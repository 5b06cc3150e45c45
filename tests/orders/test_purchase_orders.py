"""What follows the close: the supplier's answer, the schools' receipts, the round's last states."""

from typing import Any
from uuid import uuid4

import jsonschema
import pytest

from contracts.events import schemas
from tests.orders.market import MANAGER, Market, buyer, ok, refused, supplier_user


@pytest.fixture
def closed(market: Market) -> tuple[Market, str, Any, list[int]]:
    """A closed round with one purchase order: oak has 34 boxes and 2 pens, elm 41 boxes."""
    paper, pens = market.offer(), market.offer("Pens")
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34, pens: 2})
    market.order(round_id, elm, {paper: 41})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    assert [line["name"] for line in order["lines"]] == ["Copier paper A4, 80 g", "Pens"]
    return market, round_id, order, [oak, elm]


def test_the_supplier_accepts_and_the_round_is_ordered(closed: tuple[Market, str, Any, list[int]]) -> None:
    market, round_id, order, _ = closed
    accepted = ok(market.answer(order))
    assert (accepted["state"], accepted["reason"], accepted["version"]) == ("accepted", None, 2)
    assert accepted["acknowledged_at"] is not None
    assert market.round_state(round_id) == "ordered"
    (event,) = market.events("PurchaseOrderAcknowledged")
    jsonschema.validate(event, schemas()["PurchaseOrderAcknowledged", 2])
    assert (event["number"], event["answer"], event["with_changes"]) == (order["number"], "accepted", False)


def test_the_same_answer_again_changes_nothing_and_another_is_refused(
    closed: tuple[Market, str, Any, list[int]],
) -> None:
    market, _, order, _ = closed
    ok(market.answer(order))
    assert ok(market.answer(order))["version"] == 2
    refused(market.answer(order, "rejected", "Too late"), 409, "purchase_order_answered")
    assert len(market.events("PurchaseOrderAcknowledged")) == 1


def test_a_rejection_says_why_and_without_another_order_the_round_is_cancelled(
    closed: tuple[Market, str, Any, list[int]],
) -> None:
    market, round_id, order, _ = closed
    assert "reason" in refused(market.answer(order, "rejected", "  "), 422, "reason_missing")
    rejected = ok(market.answer(order, "rejected", "The mill is closed"))
    assert (rejected["state"], rejected["reason"]) == ("rejected", "The mill is closed")
    assert market.round_state(round_id) == "cancelled"
    jsonschema.validate(market.events("PurchaseOrderAcknowledged")[0], schemas()["PurchaseOrderAcknowledged", 2])


def test_a_round_waits_for_every_supplier(market: Market) -> None:
    other = market.supplier("Brightside Cleaning")
    cleaning = market.contract(other, "Cleaning")
    paper, mops = market.offer(), market.offer("Mops", contract=(cleaning, other))
    urn = market.school()
    round_id = market.open_round(contract_ids=[market.contract_id, cleaning])
    market.order(round_id, urn, {paper: 1, mops: 1})
    market.close(round_id)
    first, second = market.purchase_orders(round_id)
    ok(market.answer(first, "rejected", "Sold out"))
    assert market.round_state(round_id) == "closed"
    ok(market.answer(second))
    assert market.round_state(round_id) == "ordered"
    ok(market.receive(second, urn, {1: 1}), 201)
    assert market.round_state(round_id) == "delivered"


def test_schools_record_what_arrived_until_the_round_is_delivered(
    closed: tuple[Market, str, Any, list[int]],
) -> None:
    market, round_id, order, (oak, elm) = closed
    ok(market.answer(order))
    seen = ok(market.receive(order, oak, {1: 34}), 201)
    assert (seen["drops"][0]["state"], seen["received_count"]) == ("part", 0)
    assert market.round_state(round_id) == "ordered"
    seen = ok(market.receive(order, oak, {2: 2}), 201)
    assert (seen["drops"][0]["state"], seen["received_count"]) == ("received", 1)
    short = ok(market.receive(order, elm, {1: 38}), 201)
    assert short["drops"][0]["lines"][0]["quantity_received"] == 38
    assert short["drops"][0]["state"] == "part"
    assert market.round_state(round_id) == "delivered"
    late = ok(market.receive(order, elm, {1: 3}), 201)
    assert (late["drops"][0]["state"], late["drops"][0]["lines"][0]["quantity_received"]) == ("received", 41)
    events = market.events("ReceiptRecorded")
    told = [
        (event["school_urn"], line["line_no"], line["quantity_received"]) for event in events for line in event["lines"]
    ]
    assert told == [(oak, 1, 34), (oak, 2, 2), (elm, 1, 38), (elm, 1, 3)]
    for event in events:
        jsonschema.validate(event, schemas()["ReceiptRecorded", 2], format_checker=jsonschema.FormatChecker())


def test_nothing_arrived_is_a_record_too(closed: tuple[Market, str, Any, list[int]]) -> None:
    market, round_id, order, (oak, elm) = closed
    ok(market.answer(order))
    ok(market.receive(order, oak, {1: 0, 2: 0}), 201)
    ok(market.receive(order, elm, {1: 0}), 201)
    assert market.round_state(round_id) == "delivered"


def test_a_receipt_that_does_not_fit_is_refused_line_by_line(closed: tuple[Market, str, Any, list[int]]) -> None:
    market, _, order, (oak, elm) = closed
    refused(market.receive(order, oak, {1: 1}), 409, "purchase_order_not_accepted")
    ok(market.answer(order))
    assert list(refused(market.receive(order, oak, {1: 35}), 422, "receipt_refused")) == ["lines.0.quantity_received"]
    assert list(refused(market.receive(order, elm, {1: 1, 2: 1}), 422, "receipt_refused")) == ["lines.1.line_no"]
    path = f"/purchase-orders/{order['purchase_order_id']}/receipts"
    twice = {"lines": [{"line_no": 1, "quantity_received": 1}] * 2}
    faults = refused(market.as_(buyer(oak)).post(path, twice), 422, "receipt_refused")
    assert list(faults) == ["lines.1.line_no"]
    refused(market.as_(buyer(oak)).post(path, {"lines": []}), 422, "validation_failed")
    refused(market.receive(order, oak, {1: -1}), 422, "receipt_refused")
    refused(market.receive(order, market.school(), {1: 1}), 404, "not_found")
    refused(market.as_(MANAGER).post(path, twice), 403, "forbidden")
    assert market.events("ReceiptRecorded") == []


def test_a_resent_receipt_counts_once(closed: tuple[Market, str, Any, list[int]]) -> None:
    market, _, order, (oak, _) = closed
    ok(market.answer(order))
    path, key = f"/purchase-orders/{order['purchase_order_id']}/receipts", str(uuid4())
    sent = {"lines": [{"line_no": 1, "quantity_received": 5}], "note": "Left at the gate"}
    first, second = (ok(market.as_(buyer(oak)).post(path, sent, key=key), 201) for _ in range(2))
    assert first == second
    assert first["drops"][0]["lines"][0]["quantity_received"] == 5
    assert market.sql("SELECT note FROM receipt")[0].note == "Left at the gate"


def test_the_round_is_settled_when_billing_says_so_of_every_accepted_order(
    closed: tuple[Market, str, Any, list[int]],
) -> None:
    market, round_id, order, (oak, elm) = closed
    ok(market.answer(order))
    ok(market.receive(order, oak, {1: 34, 2: 2}), 201)
    ok(market.receive(order, elm, {1: 41}), 201)
    settled = ("PurchaseOrderSettled", {"purchase_order_id": order["purchase_order_id"]})
    for _ in range(2):
        market.hear(settled, settled)
        assert market.round_state(round_id) == "settled"
    market.hear(("PurchaseOrderSettled", {"purchase_order_id": str(uuid4())}))


def test_only_the_supplier_answers(closed: tuple[Market, str, Any, list[int]]) -> None:
    market, _, order, (oak, _) = closed
    path = f"/purchase-orders/{order['purchase_order_id']}/acknowledgement"
    for actor in (MANAGER, buyer(oak)):
        refused(market.as_(actor).post(path, {"answer": "accepted"}), 403, "forbidden")
    supplier = market.as_(supplier_user(order["supplier_id"]))
    refused(supplier.post(path, {"answer": "perhaps"}), 422, "validation_failed")
    refused(supplier.post(f"/purchase-orders/{uuid4()}/acknowledgement", {"answer": "accepted"}), 404, "not_found")
