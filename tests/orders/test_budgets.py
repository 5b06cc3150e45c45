"""Each school's own budgets: who sets them, and how an amount goes from reserved to committed to spent."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import ProgrammingError
from werkzeug.test import TestResponse

from chassis.actor import Actor
from tests.orders.market import MANAGER, Market, approver, buyer, ok, refused

YEAR = "2026-27"


def budgets(market: Market, urn: int, year: str = YEAR) -> Any:
    return ok(market.as_(buyer(urn)).get(f"/budgets/{urn}?financial_year={year}"))


def set_budgets(market: Market, urn: int, version: int = 0, *, hard: bool = False, **pence: int) -> TestResponse:
    sent = [{"category_code": code, "amount_pence": amount, "hard": hard} for code, amount in pence.items()]
    body = {"financial_year": YEAR, "budgets": sent}
    return market.as_(approver(urn)).put(f"/budgets/{urn}", body, version=version)


def figures(market: Market, urn: int, category: str = "stationery") -> tuple[int, int, int]:
    """(reserved, committed, actual) of a category, in pence."""
    found = {item["category_code"]: item for item in budgets(market, urn)["items"]}
    item = found.get(category)
    return (item["reserved_pence"], item["committed_pence"], item["actual_pence"]) if item else (0, 0, 0)


def bill(market: Market, urn: int, order: Any, net: int, category: str = "stationery") -> None:
    """Billing tells of a bill for part of a purchase order."""
    amount = {"purchase_order_id": order["purchase_order_id"], "category_code": category, "net_pence": net}
    body = {
        "bill_id": str(uuid4()),
        "number": "B-000001",
        "school_urn": urn,
        "round_id": order["round_id"],
        "issue_date": "2027-02-01",
        "due_date": "2027-03-03",
        "net_pence": net,
        "vat_pence": net // 5,
        "gross_pence": net + net // 5,
        "amounts": [{**amount, "vat_pence": net // 5}],
    }
    market.hear(("BillIssued", body))


def direct_bill(order: Any, urn: int, bill_id: str, net: int) -> tuple[str, dict[str, Any]]:
    """What billing tells of a supplier's own invoice to the school, so much of which agrees."""
    amount = {"purchase_order_id": order["purchase_order_id"], "category_code": "stationery", "net_pence": net}
    body = {
        "bill_id": bill_id,
        "number": "DB-000001",
        "school_urn": urn,
        "supplier_id": str(uuid4()),
        "supplier_name": "Fenwright",
        "supplier_invoice_number": "INV-1",
        "round_id": order["round_id"],
        "issue_date": "2027-02-01",
        "due_date": "2027-03-03",
        "net_pence": 300_00,
        "vat_pence": 60_00,
        "gross_pence": 360_00,
        "amounts": [{**amount, "vat_pence": net // 5}] if net else [],
    }
    return "DirectBillRecorded", body


def test_a_school_without_budgets_sees_none(market: Market) -> None:
    urn = market.school()
    found = budgets(market, urn)
    assert (found["items"], found["movements"], found["version"]) == ([], [], 0)
    assert (found["first_day"], found["last_day"]) == ("2026-04-01", "2027-03-31")


def test_an_academys_year_begins_in_september(market: Market) -> None:
    urn = market.school(type_code="34", financial_year="september")
    found = budgets(market, urn)
    assert (found["first_day"], found["last_day"]) == ("2026-09-01", "2027-08-31")


def test_an_approver_sets_budgets_and_the_buyer_reads_them(market: Market) -> None:
    urn = market.school()
    saved = ok(set_budgets(market, urn, stationery=500_00, cleaning=300_00))
    assert saved == budgets(market, urn)
    assert [(item["category_code"], item["amount_pence"], item["left_pence"]) for item in saved["items"]] == [
        ("cleaning", 300_00, 300_00),
        ("stationery", 500_00, 500_00),
    ]
    changed = ok(set_budgets(market, urn, 1, stationery=600_00))
    assert [(item["category_code"], item["amount_pence"]) for item in changed["items"]] == [("stationery", 600_00)]
    assert changed["version"] == 2
    assert budgets(market, urn, "2027-28")["items"] == []


def test_two_editors_of_budgets_do_not_overwrite_one_another(market: Market) -> None:
    urn = market.school()
    ok(set_budgets(market, urn, stationery=500_00))
    refused(set_budgets(market, urn, stationery=1), 412, "version_conflict")
    refused(set_budgets(market, urn, 7, stationery=1), 412, "version_conflict")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"financial_year": "2026-28"}, "financial_year"),
        ({"financial_year": "next"}, "financial_year"),
        ({"budgets": [{"category_code": "paper", "amount_pence": -1}]}, "budgets.0.amount_pence"),
        ({"budgets": [{"category_code": "Paper!", "amount_pence": 1}]}, "budgets.0.category_code"),
        (
            {"budgets": [{"category_code": "paper", "amount_pence": 1}, {"category_code": "paper", "amount_pence": 2}]},
            "budgets.1.category_code",
        ),
    ],
)
def test_faulty_budgets_are_refused_by_field(market: Market, change: dict[str, Any], field: str) -> None:
    urn = market.school()
    sent = {"financial_year": YEAR, "budgets": [], **change}
    answer = market.as_(approver(urn)).put(f"/budgets/{urn}", sent, version=0)
    assert (answer.status_code, [error["field"] for error in answer.get_json()["errors"]]) == (422, [field])


def test_only_the_schools_own_people_see_its_budgets_and_only_its_approvers_set_them(market: Market) -> None:
    oak, elm = market.school(), market.school()
    ok(set_budgets(market, oak, stationery=500_00))
    path, sent = f"/budgets/{oak}", {"financial_year": YEAR, "budgets": []}
    assert market.as_(buyer(elm)).get(path).status_code == 404
    assert market.as_(MANAGER).get(path).status_code == 403
    assert market.as_(buyer(oak)).put(path, sent, version=1).status_code == 403
    assert market.as_(approver(elm)).put(path, sent, version=1).status_code == 404
    assert market.as_(MANAGER).put(path, sent, version=1).status_code == 403
    somebody = Actor("school", "b", "B", frozenset({"school_approver"}), school_urn=oak, stands_in_for="approver")
    assert market.as_(somebody).put(path, sent, version=1).status_code == 403


def test_row_level_security_keeps_budgets_apart(market: Market) -> None:
    oak, elm = market.school(), market.school()
    ok(set_budgets(market, oak, stationery=500_00))
    for actor in (buyer(elm), MANAGER):
        for table in ("budget", "budget_year", "approval_limits", "bill_amount", "decided_line"):
            assert market.sql(f"SELECT count(*) FROM {table}", actor)[0][0] == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        market.sql(
            "INSERT INTO bill_amount VALUES (gen_random_uuid(), 1, :urn, 'B-1', '2027-01-01', NULL, NULL, 'a', 1, 0)",
            buyer(oak),
            urn=oak,
        )


def test_an_amount_is_reserved_then_committed_then_spent_and_never_twice(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    ok(set_budgets(market, oak, stationery=500_00))
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20}, "draft")
    assert figures(market, oak) == (0, 0, 0)
    ok(market.as_(buyer(oak)).post(f"/rounds/{round_id}/orders/{oak}/submit", version=1))
    assert figures(market, oak) == (250_00, 0, 0), "20 at the dearest tier"
    ok(market.as_(approver(oak)).post(f"/rounds/{round_id}/orders/{oak}/approve", version=2))
    assert figures(market, oak) == (250_00, 0, 0)
    market.order(round_id, elm, {paper: 40})
    market.close(round_id)
    assert figures(market, oak) == (0, 236_00, 0), "20 at the tier that 60 reach: the rest is released"
    (order,) = market.purchase_orders(round_id)
    bill(market, oak, order, 200_00)
    assert figures(market, oak) == (0, 36_00, 200_00)
    bill(market, oak, order, 36_00)
    assert figures(market, oak) == (0, 0, 236_00)
    assert figures(market, elm) == (0, 472_00, 0)
    (item,) = [each for each in budgets(market, oak)["items"] if each["amount_pence"] is not None]
    assert item["left_pence"] == 264_00


def test_what_a_supplier_invoices_directly_is_spent_as_far_as_it_agrees(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20})
    market.order(round_id, elm, {paper: 40})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    bill_id = str(uuid4())
    expected = {0: (0, 236_00, 0), 200_00: (0, 36_00, 200_00), 236_00: (0, 0, 236_00)}
    for net in (0, 200_00, 236_00, 200_00, 0):
        market.hear(direct_bill(order, oak, bill_id, net))
        assert figures(market, oak) == expected[net]
    market.hear(direct_bill(order, oak, bill_id, 200_00), direct_bill(order, oak, bill_id, 236_00))
    assert figures(market, oak) == expected[236_00], "the last word holds"
    bill(market, elm, order, 472_00)
    assert figures(market, elm) == (0, 0, 472_00)


def test_what_was_never_delivered_is_released_when_the_order_settles(market: Market) -> None:
    paper = market.offer()
    oak = market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order))
    bill(market, oak, order, 200_00)
    market.hear(("PurchaseOrderSettled", {"purchase_order_id": order["purchase_order_id"], "number": order["number"]}))
    assert figures(market, oak) == (0, 0, 200_00)


def test_a_rejected_order_commits_nobody(market: Market) -> None:
    paper = market.offer()
    oak = market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    ok(market.answer(order, "rejected", "Sold out"))
    assert figures(market, oak) == (0, 0, 0)


def test_a_dropped_order_reserves_nothing_any_more(market: Market) -> None:
    paper = market.offer()
    oak, elm = market.school(), market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20}, "submitted")
    market.order(round_id, elm, {paper: 20})
    assert figures(market, oak) == (250_00, 0, 0)
    market.close(round_id)
    assert figures(market, oak) == (0, 0, 0)


def test_what_pupils_parents_pay_for_is_none_of_the_budgets(market: Market) -> None:
    paper = market.offer()
    oak = market.school()
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 20}, "submitted")
    market.sql("UPDATE school_order SET fund = 'pta'")
    assert figures(market, oak) == (0, 0, 0)


def test_every_figure_is_explained_by_its_documents(market: Market) -> None:
    paper = market.offer()
    oak = market.school()
    closed, other = market.open_round(), market.open_round(title="Spring stationery")
    market.order(closed, oak, {paper: 20})
    market.order(other, oak, {paper: 2})
    market.close(closed)
    (order,) = market.purchase_orders(closed)
    bill(market, oak, order, 100_00)
    found = budgets(market, oak)
    assert [(each["kind"], each["number"], each["title"], each["amount_pence"]) for each in found["movements"]] == [
        ("reserved", "O-000002", "Spring stationery", 25_00),
        ("committed", order["number"], "Autumn stationery", 150_00),
        ("actual", "B-000001", "Autumn stationery", 100_00),
    ]
    for kind in ("reserved", "committed", "actual"):
        explained = sum(each["amount_pence"] for each in found["movements"] if each["kind"] == kind)
        assert explained == sum(item[f"{kind}_pence"] for item in found["items"])


def test_an_order_counts_in_the_year_in_which_it_is_delivered(market: Market) -> None:
    paper = market.offer()
    oak = market.school()
    round_id = market.open_round(delivery_from="2027-04-05", delivery_to="2027-04-16")
    market.order(round_id, oak, {paper: 20}, "submitted")
    assert figures(market, oak) == (0, 0, 0)
    assert budgets(market, oak, "2027-28")["items"][0]["reserved_pence"] == 250_00


def test_vat_counts_where_it_is_a_cost(market: Market) -> None:
    paper = market.offer()
    college = market.school(type_code="6", financial_year="september")
    round_id = market.open_round()
    market.order(round_id, college, {paper: 20}, "submitted")
    assert budgets(market, college)["vat_counts"] is True
    assert figures(market, college) == (300_00, 0, 0)
    market.sql("UPDATE school_order SET state = 'approved', approved_by_id = 'a', approved_by = 'A'")
    market.close(round_id)
    assert figures(market, college) == (0, 300_00, 0)


def test_a_bill_from_before_its_amounts_were_told_is_left_out(market: Market) -> None:
    body = {"bill_id": str(uuid4()), "number": "B-000001", "school_urn": 900001, "round_id": str(uuid4())}
    market.hear(("BillIssued", {**body, "gross_pence": 1, "due_date": "2027-01-01"}))
    assert market.sql("SELECT count(*) FROM bill_amount")[0][0] == 0
