"""Approving within the school's own limits: what an approver sees, who may, when two must, and reminding them."""

from typing import Any

import pytest
from hypothesis import given
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
