"""After the close a line changes only when school, supplier and alliance agree; nobody else's part moves."""

from typing import Any

import jsonschema
import pytest
from werkzeug.test import TestResponse

from chassis.actor import Actor
from contracts.events import schemas
from tests.orders.market import MANAGER, Market, approver, buyer, ok, refused, supplier_user

Closed = tuple[Market, Any, int, int]


@pytest.fixture
def closed(market: Market) -> Closed:
    """An accepted order over two lines: oak has 34 boxes and 2 pens, elm 41 boxes; 75 boxes at 11.80 each."""
    paper, pens = market.offer(), market.offer("Pens")
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34, pens: 2})
    market.order(round_id, elm, {paper: 41})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    return market, ok(market.answer(order)), oak, elm


def path(order: Any, amendment: Any = None, act: str = "") -> str:
    base = f"/purchase-orders/{order['purchase_order_id']}/amendments"
    return f"{base}/{amendment['amendment_id']}/{act}" if amendment else base


def ask(market: Market, actor: Actor, order: Any, urn: int, quantity: int, line_no: int = 1) -> TestResponse:
    sent = {"school_urn": urn, "line_no": line_no, "quantity": quantity, "reason": "Fewer pupils than planned"}
    return market.as_(actor).post(path(order), sent)


def agree(market: Market, actor: Actor, order: Any, amendment: Any) -> TestResponse:
    return market.as_(actor).post(path(order, amendment, "agreement"), version=amendment["version"])


def agreed_by_all(market: Market, order: Any, asked: Any, urn: int) -> Any:
    for actor in (approver(urn), supplier_user(order["supplier_id"]), MANAGER):
        asked = ok(agree(market, actor, order, asked))
    return asked


def parts(market: Market, order: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """(units, pence) by school and line."""
    seen = ok(market.as_(MANAGER).get(f"/purchase-orders/{order['purchase_order_id']}"))
    return {
        (drop["school_urn"], line["line_no"]): (line["quantity"], line["net_pence"])
        for drop in seen["drops"]
        for line in drop["lines"]
    }


def test_a_line_changes_when_all_three_agree_and_the_others_keep_theirs(closed: Closed) -> None:
    market, order, oak, _ = closed
    before = parts(market, order)
    asked = ok(ask(market, buyer(oak), order, oak, 30), 201)
    assert [agreement["person"] for agreement in asked["agreements"]] == [None, None, None]
    for actor in (approver(oak), supplier_user(order["supplier_id"])):
        asked = ok(agree(market, actor, order, asked))
        assert parts(market, order) == before
    done = ok(agree(market, MANAGER, order, asked))
    assert (done["state"], done["revision"], done["net_pence"]) == ("applied", 2, 71 * 1180 - 41 * 1180)
    after = parts(market, order)
    assert after == {**before, (oak, 1): (30, 35400)}
    whole = ok(market.as_(MANAGER).get(f"/purchase-orders/{order['purchase_order_id']}"))
    assert [(line["quantity"], line["net_pence"], line["unit_price"]) for line in whole["lines"]] == [
        (71, 83780, "11.8000"),
        (2, 2500, "12.5000"),
    ]
    assert whole["net_pence"] == 83780 + 2500
    assert whole["vat_pence"] == (83780 + 2500) // 5
    assert [step["action"] for step in done["history"]] == ["asked", "agreed", "agreed", "agreed", "applied"]
    history = ok(market.as_(buyer(oak)).get(f"/rounds/{order['round_id']}/orders/{oak}"))["history"]
    assert [(entry["person"], entry["action"]) for entry in history[-5:]] == [
        ("Bea Buyer", "change asked"),
        ("Alex Approver", "change agreed"),
        ("Sam Sales", "change agreed"),
        ("Morgan Manager", "change agreed"),
        (None, "change applied"),
    ]
    assert history[-5]["detail"] == f"{order['number']} line 1: 34 → 30: Fewer pupils than planned"
    (event,) = market.events("PurchaseOrderAmended")
    jsonschema.validate(event, schemas()["PurchaseOrderAmended", 2])


def test_the_supplier_or_the_manager_who_asks_has_agreed_by_asking(closed: Closed) -> None:
    market, order, oak, _ = closed
    asked = ok(ask(market, supplier_user(order["supplier_id"]), order, oak, 33), 201)
    assert [bool(agreement["at"]) for agreement in asked["agreements"]] == [False, True, False]
    asked = ok(agree(market, MANAGER, order, asked))
    assert ok(agree(market, approver(oak), order, asked))["state"] == "applied"


def test_nobody_agrees_for_the_school_to_what_they_asked_for(closed: Closed) -> None:
    market, order, oak, _ = closed
    asked = ok(ask(market, approver(oak), order, oak, 30), 201)
    refused(agree(market, approver(oak), order, asked), 403, "own_amendment")
    refused(agree(market, buyer(oak), order, asked), 403, "forbidden")


def test_a_cancelled_line_costs_nothing_and_is_not_awaited(closed: Closed) -> None:
    market, order, oak, elm = closed
    ok(market.receive(order, oak, {1: 34}), 201)
    ok(market.receive(order, elm, {1: 41}), 201)
    done = agreed_by_all(market, order, ok(ask(market, buyer(oak), order, oak, 0, line_no=2), 201), oak)
    assert (done["state"], done["net_pence"]) == ("applied", 0)
    seen = ok(market.as_(buyer(oak)).get(f"/purchase-orders/{order['purchase_order_id']}"))
    assert seen["drops"][0]["state"] == "received"
    assert market.round_state(order["round_id"]) == "delivered"


def test_what_has_been_received_stays(closed: Closed) -> None:
    market, order, oak, _ = closed
    asked = ok(ask(market, buyer(oak), order, oak, 10), 201)
    ok(market.receive(order, oak, {1: 20}), 201)
    for actor in (approver(oak), supplier_user(order["supplier_id"])):
        asked = ok(agree(market, actor, order, asked))
    assert "quantity" in refused(agree(market, MANAGER, order, asked), 409, "amendment_refused")
    assert parts(market, order)[oak, 1][0] == 34
    assert "quantity" in refused(ask(market, buyer(oak), order, oak, 2, line_no=2), 409, "amendment_refused")


def test_a_refusal_says_why_and_ends_it(closed: Closed) -> None:
    market, order, oak, _ = closed
    asked = ok(ask(market, buyer(oak), order, oak, 30), 201)
    refusal = path(order, asked, "refusal")
    refused(market.as_(MANAGER).post(refusal, {"reason": " "}, version=1), 422, "reason_missing")
    done = ok(market.as_(MANAGER).post(refusal, {"reason": "It is on the lorry"}, version=1))
    assert (done["state"], done["decision"]) == ("refused", "It is on the lorry")
    refused(agree(market, approver(oak), order, done), 409, "amendment_decided")
    ok(ask(market, buyer(oak), order, oak, 31), 201)


def test_only_who_asked_takes_it_back(closed: Closed) -> None:
    market, order, oak, _ = closed
    asked = ok(ask(market, buyer(oak), order, oak, 30), 201)
    withdrawal = path(order, asked, "withdrawal")
    refused(market.as_(MANAGER).post(withdrawal, version=1), 409, "amendment_refused")
    assert ok(market.as_(buyer(oak)).post(withdrawal, version=1))["state"] == "withdrawn"


def test_a_line_has_one_change_waiting_at_a_time(closed: Closed) -> None:
    market, order, oak, _ = closed
    ok(ask(market, buyer(oak), order, oak, 30), 201)
    refused(ask(market, MANAGER, order, oak, 20), 409, "amendment_refused")


def test_a_stale_decision_changes_nothing(closed: Closed) -> None:
    market, order, oak, _ = closed
    asked = ok(ask(market, buyer(oak), order, oak, 30), 201)
    ok(agree(market, MANAGER, order, asked))
    refused(agree(market, supplier_user(order["supplier_id"]), order, asked), 412, "version_conflict")


def test_another_school_sees_and_changes_nothing(closed: Closed) -> None:
    market, order, oak, elm = closed
    asked = ok(ask(market, buyer(oak), order, oak, 30), 201)
    assert ok(market.as_(approver(elm)).get(path(order)))["items"] == []
    refused(agree(market, approver(elm), order, asked), 404, "not_found")
    refused(ask(market, buyer(elm), order, oak, 20), 404, "not_found")
    stranger = supplier_user(market.supplier("Another one"))
    refused(market.as_(stranger).get(path(order)), 404, "not_found")


def test_a_drop_of_pennies_is_borne_by_who_asked(market: Market) -> None:
    """0.05 over four is 2, 1, 1, 1 pence; when the first has one unit more, the others keep their pennies."""
    stamp = market.offer("Stamp", tiers=((1, "0.0125"),))
    schools = [market.school() for _ in range(4)]
    round_id = market.open_round()
    for urn in schools:
        market.order(round_id, urn, {stamp: 1})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order))
    first = schools[0]
    assert [pence for _, pence in parts(market, order).values()] == [2, 1, 1, 1]
    done = agreed_by_all(market, order, ok(ask(market, buyer(first), order, first, 0), 201), first)
    assert done["net_pence"] == 0
    assert [pence for _, pence in parts(market, order).values()] == [0, 1, 1, 1]
