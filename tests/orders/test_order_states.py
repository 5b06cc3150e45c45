"""A school's order from its form to its approval, through the HTTP door."""

from uuid import UUID, uuid4

import pytest

from chassis.actor import Actor
from tests.orders.market import (
    MANAGER,
    Market,
    approver,
    buyer,
    in_days,
    lines,
    ok,
    order_path,
    refused,
    school_body,
)


def test_an_untouched_order_is_silent(market: Market) -> None:
    market.offer()
    urn = market.school(name="Oak Primary School")
    round_id = market.open_round()
    order = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert (order["state"], order["version"], order["lines"], order["history"]) == ("silent", 0, [], [])
    assert (order["school_name"], order["round_number"], order["net_pence"]) == ("Oak Primary School", "R-0001", 0)


def test_a_draft_keeps_its_lines_and_their_money(market: Market) -> None:
    paper, books = market.offer(), market.offer("Atlas", tiers=((1, "9.9900"),), vat_class="Z")
    urn = market.school()
    round_id = market.open_round()
    saved = ok(market.save(round_id, urn, {paper: 10, books: 3}))
    assert saved == ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert (saved["state"], saved["version"], saved["reference"]) == ("draft", 1, None)
    assert [(line["name"], line["quantity"], line["net_pence"], line["vat_pence"]) for line in saved["lines"]] == [
        ("Atlas", 3, 29_97, 0),
        ("Copier paper A4, 80 g", 10, 125_00, 25_00),
    ]
    assert (saved["net_pence"], saved["vat_pence"], saved["gross_pence"]) == (154_97, 25_00, 179_97)


def test_saving_replaces_lines_and_zero_takes_one_out(market: Market) -> None:
    paper, pens, glue = market.offer(), market.offer("Pens"), market.offer("Glue")
    urn = market.school()
    round_id = market.open_round()
    ok(market.save(round_id, urn, {paper: 10, pens: 3}))
    saved = ok(market.save(round_id, urn, {paper: 0, pens: 4, glue: 1}, version=1))
    assert {line["offer_id"]: line["quantity"] for line in saved["lines"]} == {pens: 4, glue: 1}
    assert saved["version"] == 2


def test_an_order_is_sent_and_approved_by_somebody_else(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    order = market.order(round_id, urn, {paper: 10})
    assert (order["state"], order["reference"]) == ("approved", "O-000001")
    assert (order["submitted_by"], order["approved_by"]) == ("Bea Buyer", "Alex Approver")
    assert order["submitted_at"] <= order["approved_at"]
    assert (order["changed_by"], order["changed_at"]) == ("Alex Approver", order["approved_at"])
    assert [(entry["action"], entry["person"]) for entry in order["history"]] == [
        ("started", "Bea Buyer"),
        ("submitted", "Bea Buyer"),
        ("approved", "Alex Approver"),
    ]


def test_an_order_is_filled_in_and_sent_at_once(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    sent = {"lines": lines({paper: 12})}
    ok(market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/submit", sent, version=0))
    order = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert (order["state"], order["version"], order["lines"][0]["quantity"]) == ("submitted", 1, 12)


def test_a_changed_order_is_a_draft_again_and_keeps_its_reference(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    approved = market.order(round_id, urn, {paper: 10})
    changed = ok(market.save(round_id, urn, {paper: 11}, version=approved["version"]))
    assert (changed["state"], changed["reference"], changed["approved_by"]) == ("draft", "O-000001", None)
    assert changed["changed_by"] == "Bea Buyer"
    assert changed["history"][-1]["detail"] == "It was approved before and is a draft again."
    path = f"{order_path(round_id, urn)}/submit"
    again = ok(market.as_(buyer(urn)).post(path, version=changed["version"]))
    assert again["reference"] == "O-000001"


def test_a_returned_order_says_why_and_is_sent_again(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    returned = market.order(round_id, urn, {paper: 10}, "returned")
    assert (returned["state"], returned["return_reason"]) == ("returned", "Half of it, please")
    path = f"{order_path(round_id, urn)}/submit"
    again = ok(market.as_(buyer(urn)).post(path, {"lines": lines({paper: 5})}, version=returned["version"]))
    assert (again["state"], again["return_reason"]) == ("submitted", None)


def test_nobody_approves_their_own_order(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    both = Actor("school", "head", "Hal Head", frozenset({"school_buyer", "school_approver"}), school_urn=urn)
    path = order_path(round_id, urn)
    sent = ok(market.as_(both).post(f"{path}/submit", {"lines": lines({paper: 1})}, version=0))
    refused(market.as_(both).post(f"{path}/approve", version=sent["version"]), 403, "own_order")
    assert ok(market.as_(both).get(path))["state"] == "submitted"
    assert ok(market.as_(approver(urn)).post(f"{path}/approve", version=sent["version"]))["state"] == "approved"


def test_only_what_waits_can_be_approved_or_returned(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    path = order_path(round_id, urn)
    market.order(round_id, urn, {paper: 1}, "draft")
    refused(market.as_(approver(urn)).post(f"{path}/approve", version=1), 409, "order_not_submitted")
    sent = {"reason": "Less, please"}
    refused(market.as_(approver(urn)).post(f"{path}/return", sent, version=1), 409, "order_not_submitted")


def test_an_order_is_sent_once(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    sent = market.order(round_id, urn, {paper: 1}, "submitted")
    path = f"{order_path(round_id, urn)}/submit"
    refused(market.as_(buyer(urn)).post(path, version=sent["version"]), 409, "order_already_submitted")


def test_a_resent_form_orders_once(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    path, key = f"{order_path(round_id, urn)}/submit", str(uuid4())
    sent = {"lines": lines({paper: 2})}
    first = market.as_(buyer(urn)).post(path, sent, version=0, key=key)
    second = market.as_(buyer(urn)).post(path, sent, version=0, key=key)
    assert ok(first) == ok(second)
    assert ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["version"] == 1
    other = market.as_(buyer(urn)).post(path, {"lines": lines({paper: 3})}, version=0, key=key)
    refused(other, 422, "idempotency_key_reused")


def test_an_empty_order_is_not_sent(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    path = f"{order_path(round_id, urn)}/submit"
    assert "lines" in refused(market.as_(buyer(urn)).post(path, version=0), 422, "order_empty")
    refused(market.as_(buyer(urn)).post(path, {"lines": lines({paper: 0})}, version=0), 422, "order_empty")
    ok(market.save(round_id, urn, {}))
    refused(market.as_(buyer(urn)).post(path, version=1), 422, "order_empty")


def test_two_people_at_one_order_get_a_conflict_and_lose_nothing(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    ok(market.save(round_id, urn, {paper: 10}))
    refused(market.save(round_id, urn, {paper: 20}), 412, "version_conflict")
    assert ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["lines"][0]["quantity"] == 10
    answer = market.as_(buyer(urn)).put(order_path(round_id, urn), {"lines": []})
    refused(answer, 428, "precondition_required")


def test_lines_that_cannot_be_ordered_are_named(market: Market) -> None:
    paper = market.offer()
    lab = market.offer("Lab coats", phases=["secondary", "all_through"])
    pens = market.offer("Pens")
    urn = market.school(phase="primary")
    round_id = market.open_round()
    market.hear(("OfferWithdrawn", {"offer_id": pens}))
    faults = refused(market.save(round_id, urn, {paper: 1, lab: 1, str(uuid4()): 1, pens: 2}), 422, "lines_refused")
    assert sorted(faults) == ["lines.1.offer_id", "lines.2.offer_id", "lines.3.offer_id"]
    twice = {"lines": lines({paper: 1}) + lines({paper: 2})}
    faults = refused(market.as_(buyer(urn)).put(order_path(round_id, urn), twice, version=0), 422, "lines_refused")
    assert sorted(faults) == ["lines.1.offer_id"]
    assert ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["state"] == "silent"


def test_a_secondary_school_orders_what_is_for_secondary_schools(market: Market) -> None:
    lab = market.offer("Lab coats", phases=["secondary"])
    urn = market.school(phase="secondary")
    assert market.order(market.open_round(), urn, {lab: 1})["state"] == "approved"


@pytest.mark.parametrize("quantity", [-1, 1_000_001, 1.5, "3", None, True, 10**30])
def test_impossible_quantities_are_refused(shared_market: Market, quantity: object) -> None:
    market = shared_market
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    sent = {"lines": [{"offer_id": paper, "quantity": 1}, {"offer_id": paper, "quantity": quantity}]}
    faults = refused(market.as_(buyer(urn)).put(order_path(round_id, urn), sent, version=0), 422, "validation_failed")
    assert list(faults) == ["lines.1.quantity"]


@pytest.mark.parametrize("sent", [{}, {"lines": 3}, {"lines": [7]}, {"lines": [], "more": 1}, [], {"lines": None}])
def test_a_body_of_another_shape_is_refused(shared_market: Market, sent: object) -> None:
    market = shared_market
    market.offer()
    urn = market.school()
    round_id = market.open_round()
    answer = market.as_(buyer(urn)).put(order_path(round_id, urn), sent, version=0)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_failed")
    answer = market.as_(buyer(urn)).put(
        order_path(round_id, urn), data=b'{"lines": [', content_type="application/json", version=0
    )
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_json")


def test_after_the_deadline_nothing_moves_although_the_close_has_not_run(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    sent = market.order(round_id, urn, {paper: 1}, "submitted")
    market.sql("UPDATE round SET closes_at = now() - interval '1 second' WHERE round_id = :id", id=round_id)
    path, version = order_path(round_id, urn), sent["version"]
    refused(market.save(round_id, urn, {paper: 2}, version=version), 409, "round_not_open")
    refused(market.as_(buyer(urn)).post(f"{path}/submit", version=version), 409, "round_not_open")
    refused(market.as_(approver(urn)).post(f"{path}/approve", version=version), 409, "round_not_open")


def test_a_closed_round_takes_no_orders(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    market.close(round_id)
    refused(market.save(round_id, urn, {paper: 2}), 409, "round_not_open")


def test_only_members_of_today_order(market: Market) -> None:
    paper = market.offer()
    coming = market.school(joined_on=in_days(30)[:10])
    gone = market.school(left_on=in_days(-1)[:10])
    leaving = market.school(left_on=in_days(0)[:10])
    round_id = market.open_round()
    refused(market.save(round_id, coming, {paper: 1}), 409, "not_a_member")
    refused(market.save(round_id, gone, {paper: 1}), 409, "not_a_member")
    ok(market.save(round_id, leaving, {paper: 1}))


def test_a_draft_round_does_not_exist_for_schools(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.draft_round()["round_id"]
    refused(market.save(round_id, urn, {paper: 1}), 404, "not_found")
    refused(market.as_(buyer(urn)).get(f"/rounds/{round_id}"), 404, "not_found")
    assert ok(market.as_(buyer(urn)).get("/rounds"))["items"] == []


@pytest.mark.parametrize("path", ["/rounds/x/orders/900001", f"/rounds/{UUID(int=1)}/orders/abc", "/rounds/-"])
def test_ids_that_are_none_are_not_found(shared_market: Market, path: str) -> None:
    market = shared_market
    urn = market.school()
    refused(market.as_(buyer(urn)).get(path), 404, "not_found")


def test_the_approver_does_not_edit_and_the_buyer_does_not_approve(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    sent = {"lines": lines({paper: 1})}
    refused(market.as_(approver(urn)).put(order_path(round_id, urn), sent, version=0), 403, "forbidden")
    made = market.order(round_id, urn, {paper: 1}, "submitted")
    path = f"{order_path(round_id, urn)}/approve"
    refused(market.as_(buyer(urn)).post(path, version=made["version"]), 403, "forbidden")
    refused(market.as_(MANAGER).post(path, version=made["version"]), 403, "forbidden")


def test_a_school_that_the_service_has_not_heard_of_has_no_order(market: Market) -> None:
    market.offer()
    round_id = market.open_round()
    refused(market.as_(buyer(999999)).get(order_path(round_id, 999999)), 404, "not_found")
    market.hear(("SchoolRecorded", school_body(999999)))
    assert ok(market.as_(buyer(999999)).get(order_path(round_id, 999999)))["state"] == "silent"
