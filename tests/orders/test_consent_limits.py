"""Who agrees to pay more stays within the school's limits and hard budgets; beyond an amount two people agree."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from chassis.actor import Actor
from tests.orders.market import MANAGER, Market, approver, buyer, ok, refused, supplier_user
from tests.orders.test_answers import answers, decide, say
from tests.orders.test_approvals import record_limits, somebody
from tests.orders.test_budgets import set_budgets

Dearer = tuple[Market, Any, int]


def an_order(market: Market, *dearer: str, **school: Any) -> tuple[Any, int]:
    """34 boxes at 11.80 and 2 pens at 12.50 for a school: 426.20, 511.44 with VAT; lines of which cost `dearer`."""
    paper, pens = market.offer(tiers=((1, "11.8000"),)), market.offer("Pens")
    urn = market.school(**school)
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 34, pens: 2})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    if not dearer:
        return ok(market.answer(order)), urn
    ok(say(market, order, *({"line_no": no, "unit_price": price} for no, price in enumerate(dearer, 1))))
    ok(decide(market, order, answers(market, order)[0]))
    return order, urn


@pytest.fixture
def dearer(shared_market: Market) -> Dearer:
    """Boxes at 12.00 (408.00) and pens at 13.00 (26.00) are asked: 519.60 with the boxes alone, 520.80 with both."""
    return shared_market, *an_order(shared_market, "12.0000", "13.0000")


def waiting(market: Market, order: Any, urn: int) -> list[Any]:
    """The changes of the order, by line."""
    found = ok(market.as_(buyer(urn)).get(f"/purchase-orders/{order['purchase_order_id']}/amendments"))["items"]
    return sorted(found, key=lambda each: each["line_no"])


def agree(market: Market, actor: Actor, order: Any, line_no: int, act: str = "agreement", **sent: Any) -> TestResponse:
    change = waiting(market, order, actor.school_urn or 0)[line_no - 1]
    path = f"/purchase-orders/{order['purchase_order_id']}/amendments/{change['amendment_id']}/{act}"
    return market.as_(actor).post(path, sent or None, version=change["version"])


def test_nobody_agrees_above_their_limit_and_nothing_changes(dearer: Dearer) -> None:
    market, order, urn = dearer
    record_limits(market, urn, approver=519_59, governor=519_60)
    before = waiting(market, order, urn)
    answer = agree(market, approver(urn), order, 1)
    refused(answer, 403, "above_limit")
    assert "comes to £519.60 with VAT, and your school lets you approve up to £519.59" in answer.get_json()["detail"]
    assert waiting(market, order, urn) == before
    ok(agree(market, somebody(urn, "chair", role="governor"), order, 1))
    refused(agree(market, somebody(urn, "chair", role="governor"), order, 2), 403, "above_limit")


def test_a_categorys_limit_holds_too(dearer: Dearer) -> None:
    market, order, urn = dearer
    record_limits(market, urn, approver_stationery=519_59)
    refused(agree(market, approver(urn), order, 1), 403, "above_limit")


def test_what_was_agreed_before_counts_and_what_was_refused_does_not(dearer: Dearer) -> None:
    market, order, urn = dearer
    record_limits(market, urn, approver=520_00)
    ok(agree(market, approver(urn), order, 1))
    refused(agree(market, approver(urn), order, 2), 403, "above_limit")
    again, other = an_order(market, "12.0000", "13.0000")
    record_limits(market, other, approver=489_60)
    refused(agree(market, approver(other), again, 1), 403, "above_limit")
    ok(agree(market, approver(other), again, 2, "refusal", reason="Too dear"))
    ok(agree(market, approver(other), again, 1))
    assert market.purchase_orders(again["round_id"])[0]["net_pence"] == 408_00


@pytest.mark.parametrize(("type_code", "fits"), [("1", 433_00), ("6", 519_60)], ids=["net", "with_vat"])
def test_a_hard_budget_holds_to_the_penny(shared_market: Market, type_code: str, fits: int) -> None:
    market = shared_market
    order, urn = an_order(market, "12.0000", "13.0000", type_code=type_code, financial_year="april")
    ok(set_budgets(market, urn, hard=True, stationery=fits - 1))
    before = waiting(market, order, urn)
    answer = agree(market, approver(urn), order, 1)
    refused(answer, 409, "budget_exceeded")
    assert "£0.01 beyond its budget for Stationery in 2026-27" in answer.get_json()["detail"]
    assert waiting(market, order, urn) == before
    ok(set_budgets(market, urn, 1, hard=True, stationery=fits))
    ok(agree(market, approver(urn), order, 1))
    refused(agree(market, approver(urn), order, 2), 409, "budget_exceeded")


def test_more_units_are_held_to_limits_and_fewer_are_not(shared_market: Market) -> None:
    market = shared_market
    order, urn = an_order(market)
    path = f"/purchase-orders/{order['purchase_order_id']}/amendments"
    more = {"school_urn": urn, "line_no": 1, "quantity": 35, "reason": "More pupils"}
    ok(market.as_(buyer(urn)).post(path, more), 201)
    record_limits(market, urn, approver=525_59)
    refused(agree(market, approver(urn), order, 1), 403, "above_limit")
    record_limits(market, urn, approver=525_60)
    for actor in (supplier_user(order["supplier_id"]), MANAGER, approver(urn)):
        (change,) = waiting(market, order, urn)
        done = ok(market.as_(actor).post(f"{path}/{change['amendment_id']}/agreement", version=change["version"]))
    assert (done["state"], done["net_pence"]) == ("applied", 413_00)
    record_limits(market, urn, approver=1)
    asked = ok(market.as_(buyer(urn)).post(path, {**more, "quantity": 34, "reason": "As before"}), 201)
    ok(market.as_(approver(urn)).post(f"{path}/{asked['amendment_id']}/agreement", version=1))


def test_above_an_amount_two_people_agree(dearer: Dearer) -> None:
    market, order, urn = dearer
    record_limits(market, urn, 519_59)
    first = ok(agree(market, approver(urn), order, 1))
    assert [each["person"] for each in first["agreements"] if each["party"] == "school"] == [None]
    assert [step["action"] for step in first["history"]] == ["asked", "first agreement"]
    stand_in = somebody(urn, "deputy", stands_in_for=approver(urn).person_id)
    for same in (approver(urn), stand_in):
        refused(agree(market, same, order, 1), 403, "approved_already")
    done = ok(agree(market, somebody(urn, "head"), order, 1))
    assert [each["at"] is not None for each in done["agreements"]] == [True, True, True]
    assert [step["action"] for step in done["history"]] == ["asked", "first agreement", "agreed"]
