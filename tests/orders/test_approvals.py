"""Approving within the school's own limits: what an approver sees, who may, when two must, and reminding them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.actor import Actor
from services.orders.domain.approval import APPROVER, GOVERNOR, Limit, Limits, WorstCase, exceeded
from tests.orders.market import Market, approver, buyer, in_days, ok, order_path, refused
from tests.orders.test_budgets import set_budgets

NONE = Limits()


def limits(second_above: int | None = None, **pence: int) -> Limits:
    """`limits(approver=…, governor=…, approver_devices=…)`."""
    roles = {"approver": APPROVER, "governor": GOVERNOR}
    made = [(name.partition("_"), amount) for name, amount in pence.items()]
    return Limits(tuple(Limit(roles[role], code or None, amount) for (role, _, code), amount in made), second_above)


@pytest.mark.parametrize(
    ("own", "roles", "above"),
    [
        (NONE, {APPROVER}, []),
        (NONE, {GOVERNOR}, [(None, 0)]),
        (NONE, {"school_buyer"}, [(None, 0)]),
        (limits(approver=100_00), {APPROVER}, []),
        (limits(approver=99_99), {APPROVER}, [(None, 99_99)]),
        (limits(governor=100_00), {GOVERNOR}, []),
        (limits(approver=1, governor=100_00), {APPROVER, GOVERNOR}, []),
        (limits(approver_devices=50_00), {APPROVER}, [("devices", 50_00)]),
        (limits(approver_devices=60_00), {APPROVER}, []),
        (limits(approver_energy=1), {APPROVER}, []),
        (limits(governor_devices=60_00), {GOVERNOR}, [(None, 0)]),
    ],
)
def test_limits_by_role_amount_and_category(own: Limits, roles: set[str], above: list[tuple[str | None, int]]) -> None:
    worst = WorstCase(100_00, {"devices": 60_00, "paper": 40_00})
    assert [(each.category_code, each.limit_pence) for each in exceeded(own, roles, worst)] == above


@pytest.mark.parametrize(("above", "two"), [(None, False), (100_00, False), (99_99, True)])
def test_two_approve_above_an_amount(above: int | None, two: bool) -> None:
    assert limits(above).needs_two(100_00) is two


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_who_may_approve_an_order_may_approve_a_smaller_one(limit: int, small: int, more: int) -> None:
    own = limits(approver=limit)
    if not exceeded(own, {APPROVER}, WorstCase(small + more, {})):
        assert not exceeded(own, {APPROVER}, WorstCase(small, {}))


def record_limits(market: Market, urn: int, second_above: int | None = None, **pence: int) -> None:
    """The school records its limits."""
    own = [
        {"role": limit.role, "category_code": limit.category_code, "amount_pence": limit.amount_pence}
        for limit in limits(**pence).limits
    ]
    body = {"school_urn": urn, "limits": own, "second_above_pence": second_above}
    market.hear(("ApprovalLimitsRecorded", body))


def review(market: Market, round_id: str, urn: int, actor: Actor | None = None) -> Any:
    """What an approver sees."""
    return ok(market.as_(actor or approver(urn)).get(f"{order_path(round_id, urn)}/approval"))


def test_the_review_shows_worst_case_limits_and_budgets(market: Market) -> None:
    paper = market.offer()
    soap = market.offer("Soap", tiers=((1, "2.0000"),), category_code="cleaning", category_name="Cleaning")
    urn = market.school()
    record_limits(market, urn, 200_00, approver=250_00, approver_cleaning=1_00)
    ok(set_budgets(market, urn, stationery=200_00))
    round_id, other = market.open_round(), market.open_round(title="Spring stationery")
    market.order(other, urn, {paper: 10}, "submitted")
    market.order(round_id, urn, {paper: 20, soap: 3}, "submitted")
    found = review(market, round_id, urn)
    assert (found["state"], found["worst_gross_pence"]) == ("submitted", 307_20)
    assert (found["needs_two"], found["second_above_pence"]) == (True, 200_00)
    assert [(each["category_name"], each["limit_pence"], each["amount_pence"]) for each in found["exceeded"]] == [
        (None, 250_00, 307_20),
        ("Cleaning", 1_00, 7_20),
    ]
    assert (found["financial_year"], found["vat_counts"]) == ("2026-27", False)
    assert [
        (each["category_code"], each["left_pence"], each["wanted_pence"], each["after_pence"], each["beyond_pence"])
        for each in found["budgets"]
    ] == [("cleaning", None, 6_00, None, 0), ("stationery", 75_00, 250_00, -175_00, 175_00)]


def test_the_review_of_a_first_order_compares_with_nothing(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 20}, "submitted")
    assert review(market, round_id, urn)["comparison"] is None


def test_the_review_compares_with_the_last_order(market: Market) -> None:
    paper, pens, urn = market.offer(), market.offer("Pens"), market.school()
    first = market.open_round()
    market.order(first, urn, {paper: 20, pens: 2})
    market.close(first)
    round_id = market.open_round(title="Spring stationery", closes_at=in_days(9))
    market.order(round_id, urn, {paper: 25}, "submitted")
    found = review(market, round_id, urn)["comparison"]
    assert (found["compared_with"], found["title"]) == ("last_order", "Autumn stationery (R-0001)")
    assert [(each["name"], each["before"], each["now"]) for each in found["changes"]] == [
        ("Copier paper A4, 80 g", 20, 25),
        ("Pens", 2, 0),
    ]


def test_nobody_else_sees_the_review(market: Market) -> None:
    paper, oak, elm = market.offer(), market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20}, "submitted")
    path = f"{order_path(round_id, oak)}/approval"
    assert market.as_(approver(elm)).get(path).status_code == 404
    assert ok(market.as_(buyer(oak)).get(path))["worst_gross_pence"] == 300_00


def test_a_buyer_reminds_the_approvers_once_an_hour(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    order = market.order(round_id, urn, {paper: 20}, "submitted")
    path = f"{order_path(round_id, urn)}/remind"
    reminded = ok(market.as_(buyer(urn)).post(path))
    assert reminded["version"] == order["version"], "the approver's open page stays good"
    refused(market.as_(buyer(urn)).post(path), 409, "reminded_recently")
    history = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["history"]
    assert [entry["action"] for entry in history].count("reminded") == 1
    assert review(market, round_id, urn)["reminded_at"] == history[-1]["at"]
    market.sql("UPDATE order_history SET at = at - interval '61 minutes' WHERE action = 'reminded'")
    ok(market.as_(buyer(urn)).post(path))


@pytest.mark.parametrize("state", ["draft", "returned", "approved"])
def test_there_is_nothing_to_remind_of_unless_an_order_waits(market: Market, state: str) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 20}, state)
    refused(market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/remind"), 409, "order_not_submitted")


def somebody(urn: int, name: str, role: str = "school_approver", stands_in_for: str | None = None) -> Actor:
    """A person of a school."""
    return Actor("school", name, name.title(), frozenset({role}), school_urn=urn, stands_in_for=stands_in_for)


def decide(market: Market, round_id: str, actor: Actor, version: int, step: str = "approve") -> Any:
    """Somebody approves, or returns, the order as they saw it."""
    sent = {"reason": "Half of it, please"} if step == "return" else None
    return market.as_(actor).post(f"{order_path(round_id, actor.school_urn or 0)}/{step}", sent, version=version)


@pytest.fixture
def waiting(market: Market) -> tuple[Market, str, int, int]:
    """(market, round, school, version): an order of £300 at worst that waits for approval."""
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    order = market.order(round_id, urn, {paper: 20}, "submitted")
    return market, round_id, urn, order["version"]


Waiting = tuple[Market, str, int, int]


def test_above_their_limit_nobody_approves(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    record_limits(market, urn, approver=299_99, governor=300_00)
    refused(decide(market, round_id, somebody(urn, "head"), version), 403, "above_limit")
    assert ok(decide(market, round_id, somebody(urn, "chair", "governor"), version))["state"] == "approved"


def test_above_a_categorys_limit_nobody_approves(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    record_limits(market, urn, approver_stationery=100_00)
    body = decide(market, round_id, somebody(urn, "head"), version).get_json()
    assert (body["code"], "£300.00 of the category stationery" in body["detail"]) == ("above_limit", True)


def test_a_governor_approves_only_where_the_school_says_so(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    refused(decide(market, round_id, somebody(urn, "chair", "governor"), version), 403, "above_limit")
    assert market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/approve", version=version).status_code == 403


def test_above_an_amount_two_different_people_approve(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    record_limits(market, urn, 299_99)
    first = ok(decide(market, round_id, somebody(urn, "head"), version))
    assert (first["state"], first["approved_by"], first["version"]) == ("submitted", None, version + 1)
    seen = review(market, round_id, urn)
    assert (seen["needs_two"], seen["first_approved_by"]) == (True, "Head")
    refused(decide(market, round_id, somebody(urn, "head"), version + 1), 403, "approved_already")
    second = ok(decide(market, round_id, somebody(urn, "deputy"), version + 1))
    assert (second["state"], second["approved_by"]) == ("approved", "Deputy")
    history = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))["history"]
    assert [entry["action"] for entry in history][-2:] == ["first approval", "approved"]


def test_one_approval_is_not_part_of_the_round(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    record_limits(market, urn, 299_99)
    ok(decide(market, round_id, somebody(urn, "head"), version))
    market.close(round_id)
    order = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert order["state"] == "dropped"


@pytest.mark.parametrize("step", ["edit", "return"])
def test_an_edit_or_a_return_voids_the_first_approval(waiting: Waiting, step: str) -> None:
    market, round_id, urn, version = waiting
    record_limits(market, urn, 299_99)
    ok(decide(market, round_id, somebody(urn, "head"), version))
    if step == "edit":
        paper = market.sql("SELECT offer_id::text FROM order_line")[0][0]
        ok(market.save(round_id, urn, {paper: 25}, version=version + 1))
    else:
        ok(decide(market, round_id, somebody(urn, "deputy"), version + 1, "return"))
    ok(market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/submit", version=version + 2))
    assert review(market, round_id, urn)["first_approved_by"] is None
    assert ok(decide(market, round_id, somebody(urn, "deputy"), version + 3))["state"] == "submitted"


def test_nobody_approves_their_own_order_nor_has_it_approved_in_their_name(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    sender = buyer(urn).person_id or ""
    asking = [somebody(urn, sender), somebody(urn, "office", stands_in_for=sender), somebody(urn, "head")]
    assert [review(market, round_id, urn, who)["refusal"] for who in asking] == ["own_order", "own_order", None]
    refused(decide(market, round_id, somebody(urn, sender), version), 403, "own_order")
    refused(decide(market, round_id, somebody(urn, "office", stands_in_for=sender), version), 403, "own_order")
    ok(decide(market, round_id, somebody(urn, "office", stands_in_for="head"), version))


def test_an_approver_and_their_stand_in_are_one_authority(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    record_limits(market, urn, 299_99)
    ok(decide(market, round_id, somebody(urn, "office", stands_in_for="head"), version))
    refused(decide(market, round_id, somebody(urn, "head"), version + 1), 403, "approved_already")
    refused(
        decide(market, round_id, somebody(urn, "clerk", stands_in_for="head"), version + 1), 403, "approved_already"
    )
    ok(decide(market, round_id, somebody(urn, "deputy"), version + 1))


def test_the_next_approver_sees_what_changed_since_the_last_decision(waiting: Waiting) -> None:
    market, round_id, urn, version = waiting
    paper = market.sql("SELECT offer_id::text FROM order_line")[0][0]
    ok(decide(market, round_id, somebody(urn, "head"), version, "return"))
    ok(market.save(round_id, urn, {paper: 12}, version=version + 1))
    ok(market.as_(buyer(urn)).post(f"{order_path(round_id, urn)}/submit", version=version + 2))
    found = review(market, round_id, urn)["comparison"]
    assert (found["compared_with"], [(each["before"], each["now"]) for each in found["changes"]]) == (
        "decided",
        [(20, 12)],
    )


def test_a_hard_budget_keeps_an_order_from_being_sent(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    ok(set_budgets(market, urn, hard=True, stationery=250_00))
    round_id, other = market.open_round(), market.open_round(title="Spring stationery")
    path = order_path(round_id, urn)
    ok(market.save(round_id, urn, {paper: 21}))
    refused(market.as_(buyer(urn)).post(f"{path}/submit", version=1), 409, "budget_exceeded")
    sent = {"lines": [{"offer_id": paper, "quantity": 20}]}
    ok(market.as_(buyer(urn)).post(f"{path}/submit", sent, version=1))
    ok(market.save(other, urn, {paper: 1}))
    refused(market.as_(buyer(urn)).post(f"{order_path(other, urn)}/submit", version=1), 409, "budget_exceeded")


def test_a_budget_that_is_not_hard_only_warns(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    ok(set_budgets(market, urn, stationery=1_00))
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 20})
    assert review(market, round_id, urn)["budgets"][0]["beyond_pence"] == 249_00


def test_a_budget_that_was_cut_meanwhile_holds_the_approval(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    round_id = market.open_round()
    order = market.order(round_id, urn, {paper: 20}, "submitted")
    ok(set_budgets(market, urn, hard=True, stationery=249_99))
    refused(decide(market, round_id, somebody(urn, "head"), order["version"]), 409, "budget_exceeded")


def test_the_form_tells_what_the_budgets_of_what_is_offered_leave(market: Market) -> None:
    paper, urn = market.offer(), market.school()
    market.offer("Soap", category_code="cleaning", category_name="Cleaning")
    round_id = market.open_round()
    ok(market.save(round_id, urn, {paper: 20}))
    form = f"{order_path(round_id, urn)}/form"
    assert ok(market.as_(buyer(urn)).get(form))["budgets"] == []
    ok(set_budgets(market, urn, stationery=300_00, cleaning=50_00, energy=1_00))
    found = ok(market.as_(buyer(urn)).get(form))["budgets"]
    assert [(each["category_name"], each["wanted_pence"], each["after_pence"]) for each in found] == [
        ("Stationery", 250_00, 50_00),
        ("Cleaning", 0, 50_00),
    ]
