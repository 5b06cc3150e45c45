"""Recurring services: schools join, leave and are billed through purchase orders, exactly once and to the penny."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError

from chassis.actor import SERVICE, Actor
from contracts.events import schemas
from services.orders.api import subscription_answers
from services.orders.domain.budget import Movement
from services.orders.domain.errors import BudgetExceeded, NothingToRun, ReadingMissing
from services.orders.domain.subscription_term import Days
from services.orders.usecases import subscribe
from services.orders.usecases.run_subscriptions import run_due_plans, run_plan
from services.orders.usecases.services_to_come import services_to_come
from tests.orders.market import MANAGER, Market, approver, buyer, ok, refused, school_body, supplier_user

TODAY = datetime.now(UTC).date()
YEAR_BEGAN = date(TODAY.year if TODAY.month >= 9 else TODAY.year - 1, 9, 1)


class Services:
    """Plans and subscriptions in a market."""

    def __init__(self, market: Market) -> None:
        self.market = market

    def plan(self, **more: Any) -> dict[str, Any]:
        """A plan of 1,200 pounds a year from 1 September, as the manager sees it."""
        sent = {
            "contract_id": self.market.contract_id,
            "title": "Payroll bureau",
            "category_code": "payroll",
            "category_name": "Payroll",
            "ledger_code": "E28a",
            "driver": "fixed",
            "unit_price": "1200.0000",
            "billing_period": "month",
            "billed": "arrears",
            "starts_on": "2026-09-01",
            "ends_on": "2028-08-31",
            "vat_class": "S",
            "entitlements": [{"code": "adviser", "name": "Adviser days", "unit": "DAY", "quantity": "3"}],
            **more,
        }
        found: dict[str, Any] = ok(self.market.as_(MANAGER).post("/subscription-plans", sent), 201)
        return found

    def running_plan(self, **more: Any) -> dict[str, Any]:
        """A plan whose first year is the one that runs now."""
        ends_on = YEAR_BEGAN.replace(year=YEAR_BEGAN.year + 2) - timedelta(days=1)
        return self.plan(starts_on=str(YEAR_BEGAN), ends_on=str(ends_on), **more)

    def ask(self, plan: dict[str, Any], urn: int, starts_on: str = "2026-09-01", on: str = "") -> dict[str, Any]:
        """What a buyer has asked for, on its first day unless said otherwise."""
        day = date.fromisoformat(starts_on)
        database = self.market.service.database
        made = subscribe.ask_to_join(database, buyer(urn), plan["plan_id"], day, at(on or starts_on))
        return self.read({"subscription_id": made, "school_urn": urn})

    def join(self, plan: dict[str, Any], urn: int, starts_on: str = "2026-09-01") -> dict[str, Any]:
        """A subscription that was approved on its first day."""
        asked = self.ask(plan, urn, starts_on)
        database = self.market.service.database
        subscribe.approve(database, approver(urn), asked["subscription_id"], asked["version"], at(starts_on))
        return self.read(asked)

    def ended(self, subscription: dict[str, Any], ends_on: str) -> None:
        """The subscription with a last day that may lie in the past, as if notice had been given in time."""
        self.market.sql(
            "UPDATE subscription SET state = 'ended', ends_on = :on, ended_by = 'A', ended_at = now(),"
            " version = version + 1 WHERE subscription_id = :id",
            on=date.fromisoformat(ends_on),
            id=subscription["subscription_id"],
        )

    def read(self, subscription: dict[str, Any], actor: Actor | None = None) -> dict[str, Any]:
        who = actor or buyer(subscription["school_urn"])
        found: dict[str, Any] = ok(self.market.as_(who).get(f"/subscriptions/{subscription['subscription_id']}"))
        return found

    def run_until(self, day: str) -> list[str]:
        """What the timer makes when it wakes on a day, whenever it last ran."""
        return run_due_plans(self.market.service.database, at(day))

    def orders(self, plan: dict[str, Any], actor: Actor = MANAGER) -> list[dict[str, Any]]:
        """The plan's purchase orders, each whole, the first one first."""
        client = self.market.as_(actor)
        listed = ok(client.get(f"/purchase-orders?plan_id={plan['plan_id']}"))["items"]
        return [ok(client.get(f"/purchase-orders/{each['purchase_order_id']}")) for each in reversed(listed)]

    def nets(self, plan: dict[str, Any]) -> list[dict[int, int]]:
        """What each order has for each school, in pence."""
        return [
            {drop["school_urn"]: sum(line["net_pence"] for line in drop["lines"]) for drop in order["drops"]}
            for order in self.orders(plan)
        ]


def at(day: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


@pytest.fixture
def services(market: Market) -> Services:
    return Services(market)


def test_a_school_that_leaves_has_paid_by_the_day_and_the_others_orders_do_not_move(services: Services) -> None:
    """Domain example 13: 1,200 a year from 1 September 2026, leaving on 30 November: 91 of 365 days, 299.18."""
    stays, leaves = services.market.school(), services.market.school()
    plan = services.plan()
    services.join(plan, stays)
    leaver = services.join(plan, leaves)
    services.run_until("2026-11-02")
    before = services.nets(plan)
    services.ended(leaver, "2026-11-30")
    services.run_until("2027-01-05")
    nets = services.nets(plan)
    assert nets[:2] == before == [{stays: 9863, leaves: 9863}, {stays: 10192, leaves: 10192}]
    assert nets[2:] == [{stays: 9863, leaves: 9863}, {stays: 10192}]
    assert sum(net.get(leaves, 0) for net in nets) == 29918
    charges = services.read(leaver)["charges"]
    assert sum(charge["net_pence"] for charge in charges) == 29918
    assert {charge["covered_to"] for charge in charges if charge["kind"] == "true_up"} == {"2026-11-30"}


def test_a_period_becomes_one_order_with_a_drop_for_each_school_and_is_told(services: Services) -> None:
    one, other = services.market.school(name="Oak Primary"), services.market.school(name="Elm Primary")
    plan = services.plan()
    services.join(plan, one)
    services.join(plan, other, "2026-09-16")
    services.run_until("2026-10-01")
    (order,) = services.orders(plan)
    assert (order["title"], order["plan_id"], order["round_id"]) == (
        "Payroll bureau, 1 Sep to 30 Sep 2026",
        plan["plan_id"],
        None,
    )
    assert (order["delivery_from"], order["delivery_to"]) == ("2026-09-01", "2026-09-30")
    assert [(line["kind"], line["sku"], line["unit_price"], line["quantity"]) for line in order["lines"]] == [
        ("service", f"SP-0001-{one}", "98.6300", 1),
        ("service", f"SP-0001-{other}", "49.3200", 1),
    ]
    assert (order["net_pence"], order["vat_pence"]) == (9863 + 4932, 2959)
    (issued,) = services.market.events("PurchaseOrderIssued")
    jsonschema.validate(issued, schemas()["PurchaseOrderIssued", 2])
    drops = services.market.events("DropIssued")
    for drop in drops:
        jsonschema.validate(drop, schemas()["DropIssued", 1])
    assert [(drop["school_urn"], drop["lines"][0]["net_pence"]) for drop in drops] == [(one, 9863), (other, 4932)]


def test_supplier_answers_and_schools_confirm_the_service_as_they_do_deliveries(services: Services) -> None:
    one, other = services.market.school(), services.market.school()
    plan = services.plan()
    services.join(plan, one)
    services.join(plan, other)
    services.run_until("2026-10-01")
    (order,) = services.orders(plan, supplier_user(services.market.supplier_id))
    ok(services.market.answer(order))
    mine = services.orders(plan, buyer(one))[0]
    assert [drop["school_urn"] for drop in mine["drops"]] == [one]
    assert len(mine["lines"]) == 1
    assert (mine["net_pence"], mine["vat_pence"]) == (9863, 1973)
    ok(services.market.receive(mine, one, {mine["lines"][0]["line_no"]: 1}), 201)
    after = services.orders(plan)[0]
    assert [drop["state"] for drop in after["drops"]] == ["received", "awaited"]
    assert (after["received_count"], after["drop_count"]) == (1, 2)
    settled = ("PurchaseOrderSettled", {"purchase_order_id": order["purchase_order_id"]})
    services.market.hear(settled)
    assert ok(services.market.as_(MANAGER).get(f"/subscription-plans/{plan['plan_id']}"))["runs"][0]["settled"]


def test_several_timers_at_once_bill_each_period_once_after_any_downtime(services: Services) -> None:
    urn = services.market.school()
    plan = services.plan()
    services.join(plan, urn)
    database = services.market.service.database
    with ThreadPoolExecutor(4) as workers:
        made = list(workers.map(lambda _: run_due_plans(database, at("2027-02-01")), range(4)))
    assert len({run_id for runs in made for run_id in runs}) == sum(map(len, made)) == 5
    assert services.nets(plan) == [{urn: 9863}, {urn: 10192}, {urn: 9863}, {urn: 10192}, {urn: 10192}]
    assert services.run_until("2027-02-28") == []


def test_after_the_true_up_a_year_has_cost_exactly_its_days(services: Services) -> None:
    """Twelve rounded months are 4 pence over; the next year's first period gives them back."""
    urn = services.market.school()
    plan = services.plan()
    subscription = services.join(plan, urn)
    services.run_until("2027-09-02")
    assert sum(net[urn] for net in services.nets(plan)) == 120_000 + 1
    services.run_until("2027-10-01")
    (true_up,) = [each for each in services.read(subscription)["charges"] if each["kind"] == "true_up"]
    assert (true_up["full_pence"], true_up["charged_pence"], true_up["net_pence"]) == (120_000, 120_001, -1)
    assert services.nets(plan)[12] == {urn: 9836 - 1}  # September 2027 of a year with 366 days
    services.run_until("2028-10-02")
    assert sum(net[urn] for net in services.nets(plan)) == 240_000
    runs = ok(services.market.as_(MANAGER).get(f"/subscription-plans/{plan['plan_id']}"))
    assert (len(runs["runs"]), runs["next_run_on"]) == (26, None)


def test_a_credit_is_carried_to_the_next_charges_and_shown_while_it_lasts(services: Services) -> None:
    """A year charged in advance, left after a quarter: most of it stays as a credit; a shorter one is used up."""
    urn = services.market.school()
    plan = services.plan(billed="advance", billing_period="quarter")
    subscription = services.join(plan, urn)
    services.run_until("2026-10-01")
    services.ended(subscription, "2026-10-10")
    services.run_until("2027-01-01")
    seen = services.read(subscription)
    paid = 9863 + 30247
    assert sum(net.get(urn, 0) for net in services.nets(plan)) == paid
    assert seen["credit_pence"] == paid - 13151  # 40 of 365 days
    again = services.join(plan, urn, "2026-12-01")
    services.run_until("2027-04-01")
    assert services.read(again)["credit_pence"] == 0
    nets = services.nets(plan)
    december, quarters = 10192, 29589 + 29918
    assert sum(net.get(urn, 0) for net in nets) == 13151 + december + quarters
    assert all(pence > 0 for net in nets for pence in net.values())


def test_an_order_that_the_supplier_rejects_counts_as_not_charged(services: Services) -> None:
    urn = services.market.school()
    plan = services.plan()
    subscription = services.join(plan, urn)
    services.run_until("2026-10-01")
    ok(services.market.answer(services.orders(plan)[0], "rejected", "Not agreed"))
    services.run_until("2026-11-01")
    assert services.nets(plan) == [{urn: 9863}, {urn: 9863 + 10192}]
    charges = services.read(subscription)["charges"]
    assert [(each["period_from"], each["stands"]) for each in charges] == [
        ("2026-09-01", False),
        ("2026-09-01", True),
        ("2026-10-01", True),
    ]


def test_pupils_come_dated_from_the_schools_record_and_each_day_has_its_count(services: Services) -> None:
    urn = services.market.school(pupils=271)
    plan = services.plan(driver="pupils", unit_price="4.2000")
    subscription = services.join(plan, urn)
    counted = {"pupils": 280, "pupils_on": "2026-10-08", "pupils_source": "School census, autumn 2026"}
    services.market.hear(("SchoolRecorded", school_body(urn, **counted)))
    services.run_until("2026-11-01")
    september, october = services.read(subscription)["charges"]
    assert [(part["quantity"], part["days"]) for part in september["parts"]] == [(271, 30)]
    assert [(part["quantity"], part["days"], part["source"]) for part in october["parts"]] == [
        (271, 7, "School record"),
        (280, 24, "School census, autumn 2026"),
    ]
    assert october["net_pence"] == 9915  # (7 × 271 + 24 × 280) × 4.20 / 365 = 99.15
    assert (october["year_days"], october["unit_price"]) == (365, "4.2000")


def test_a_count_told_late_is_the_one_of_its_days(services: Services) -> None:
    urn = services.market.school(pupils=None)
    plan = services.plan(driver="pupils", unit_price="4.2000")
    subscription = services.join(plan, urn)
    census = {"counted_on": "2026-10-08", "pupils": 280, "source": "School census, autumn 2026"}
    newest = {"pupils": 280, "pupils_on": "2026-10-08", "pupils_source": census["source"]}
    services.market.hear(("SchoolRecorded", school_body(urn, **newest, pupil_counts=[census])))
    summer = {"counted_on": "2026-05-21", "pupils": 271, "source": "School census, summer 2026"}
    services.market.hear(("SchoolRecorded", school_body(urn, **newest, pupil_counts=[summer, census])))
    services.run_until("2026-10-01")
    (september,) = services.read(subscription)["charges"]
    assert [(part["quantity"], part["days"], part["source"]) for part in september["parts"]] == [
        (271, 30, "School census, summer 2026")
    ]
    assert september["net_pence"] == 9355  # 30 × 271 × 4.20 / 365 = 93.55


def test_a_school_without_a_reading_is_named_and_charged_once_it_has_one(services: Services) -> None:
    urn = services.market.school(name="Oak Primary")
    plan = services.plan(driver="payslips", unit_price="48.0000")
    services.join(plan, urn)
    path = f"/subscription-plans/{plan['plan_id']}"
    preview = ok(services.market.as_(MANAGER).get(f"{path}/next-run"))
    assert preview["waiting"] == [{"school_urn": urn, "school_name": "Oak Primary"}]
    services.run_until("2026-10-01")
    assert services.orders(plan) == []
    reading = {"school_urn": urn, "read_on": "2026-09-01", "quantity": 40, "source": "September payroll"}
    ok(services.market.as_(buyer(urn)).post(f"{path}/readings", reading), 201)
    services.run_until("2026-11-01")
    assert services.nets(plan) == [{urn: 15781 + 16307}]


def test_a_year_is_not_trued_up_before_every_school_is_read(services: Services) -> None:
    urn = services.market.school()
    plan = services.plan(driver="sites", unit_price="100.0000", billing_period="year", ends_on="2027-08-31")
    services.join(plan, urn)
    services.run_until("2027-12-01")
    assert len(ok(services.market.as_(MANAGER).get(f"/subscription-plans/{plan['plan_id']}"))["runs"]) == 1
    path = f"/subscription-plans/{plan['plan_id']}/readings"
    reading = {"school_urn": urn, "read_on": "2026-09-01", "quantity": 2, "source": "Site plan"}
    ok(services.market.as_(MANAGER).post(path, reading), 201)
    services.run_until("2027-12-01")
    assert services.nets(plan) == [{urn: 20000}]


def test_the_preview_shows_what_the_run_by_hand_then_does(services: Services) -> None:
    one, other = services.market.school(), services.market.school()
    plan = services.plan()
    services.join(plan, one)
    services.join(plan, other, "2026-09-20")
    client, path = services.market.as_(MANAGER), f"/subscription-plans/{plan['plan_id']}"
    preview = ok(client.get(f"{path}/next-run"))
    assert (preview["kind"], preview["period_from"], preview["due_on"]) == ("period", "2026-09-01", "2026-10-01")
    assert {each["school_urn"]: each["order_pence"] for each in preview["schools"]} == {one: 9863, other: 3616}
    made = ok(client.post(f"{path}/runs", {"period_from": "2026-09-01"}), 201)
    assert made["runs"][0]["net_pence"] == preview["net_pence"]
    assert made["runs"][0]["ran_by"] == MANAGER.name
    proof = ok(client.get(f"{path}/charges"))["items"]
    kept = [{name: charge[name] for name in preview["charges"][0]} for charge in proof]
    assert sorted(kept, key=str) == sorted(preview["charges"], key=str)
    refused(client.post(f"{path}/runs", {"period_from": "2026-09-01"}), 409, "nothing_to_run")


def test_nothing_is_billed_before_its_day(services: Services) -> None:
    services.join(plan := services.plan(), services.market.school())
    database = services.market.service.database
    with pytest.raises(NothingToRun):
        run_plan(database, plan["plan_id"], at("2026-09-30"), ran_by="Timer")
    with pytest.raises(NothingToRun):
        run_plan(database, plan["plan_id"], at("2026-09-30"), ran_by="Manager", first_from=date(2026, 9, 1))


def test_a_school_joins_only_by_two_of_its_own_people(services: Services) -> None:
    urn, stranger = services.market.school(), services.market.school()
    plan = services.running_plan()
    sent = {"plan_id": plan["plan_id"], "starts_on": str(YEAR_BEGAN)}
    both = Actor("school", "both", "Bo Both", frozenset({"school_buyer", "school_approver"}), school_urn=urn)
    asked = ok(services.market.as_(buyer(urn)).post("/subscriptions", sent), 201)
    path = f"/subscriptions/{asked['subscription_id']}"
    assert asked["state"] == "requested"
    assert services.market.as_(approver(stranger)).post(f"{path}/approve", version=1).status_code == 404
    assert services.market.as_(MANAGER).post(f"{path}/approve", version=1).status_code == 403
    assert services.market.as_(MANAGER).post("/subscriptions", {}).status_code == 403
    refused(services.market.as_(approver(urn)).post(f"{path}/approve", version=9), 412, "version_conflict")
    services.run_until(str(TODAY))
    assert services.orders(plan) == []
    ok(services.market.as_(buyer(urn)).post(f"{path}/decline", {"reason": "Not this year"}, version=1))
    again = services.market.as_(both).post("/subscriptions", sent)
    mine = f"/subscriptions/{ok(again, 201)['subscription_id']}"
    refused(services.market.as_(both).post(f"{mine}/approve", version=1), 403, "own_request")
    assert ok(services.market.as_(approver(urn)).post(f"{mine}/approve", version=1))["state"] == "approved"
    decided = [
        (told["decision"], told["reason"], told["by"], told["requested_by_id"])
        for told in services.market.events("SubscriptionDecided")
    ]
    assert decided == [
        ("declined", "Not this year", "Bea Buyer", buyer(urn).person_id),
        ("approved", None, "Alex Approver", "both"),
    ]
    asked = [told["requested_by_id"] for told in services.market.events("SubscriptionRequested")]
    assert asked == [buyer(urn).person_id, "both"]
    refused(services.market.as_(buyer(urn)).post("/subscriptions", sent), 409, "already_subscribed")


def limits(services: Services, urn: int, amount_pence: int | None, second_above_pence: int | None = None) -> None:
    """What the school lets its approvers decide."""
    own = [{"role": "school_approver", "category_code": None, "amount_pence": amount_pence}] if amount_pence else []
    body = {"school_urn": urn, "limits": own, "second_above_pence": second_above_pence}
    services.market.hear(("ApprovalLimitsRecorded", body))


def test_a_year_of_it_is_held_against_the_schools_own_limits(services: Services) -> None:
    """1,200 and VAT a year are 1,440."""
    urn = services.market.school()
    asked = services.ask(services.running_plan(), urn, str(YEAR_BEGAN))
    client, path = services.market.as_(approver(urn)), f"/subscriptions/{asked['subscription_id']}/approve"
    limits(services, urn, 143_999)
    refused(client.post(path, version=1), 403, "above_limit")
    limits(services, urn, 144_000)
    assert ok(client.post(path, version=1))["state"] == "approved"


def test_above_an_amount_two_people_approve(services: Services) -> None:
    urn = services.market.school()
    asked = services.ask(services.running_plan(), urn, str(YEAR_BEGAN))
    path = f"/subscriptions/{asked['subscription_id']}/approve"
    limits(services, urn, None, 143_999)
    first = ok(services.market.as_(approver(urn)).post(path, version=1))
    assert (first["state"], first["first_approved_by"]) == ("requested", "Alex Approver")
    assert services.market.events("SubscriptionDecided") == []
    refused(services.market.as_(approver(urn)).post(path, version=2), 403, "approved_already")
    stand_in = replace(buyer(urn), person_id="deputy", roles=approver(urn).roles, stands_in_for=approver(urn).person_id)
    refused(services.market.as_(stand_in).post(path, version=2), 403, "approved_already")
    second = replace(approver(urn), person_id="second", name="Sasha Second")
    done = ok(services.market.as_(second).post(path, version=2))
    assert (done["state"], done["first_approved_by"], done["approved_by"]) == (
        "approved",
        "Alex Approver",
        "Sasha Second",
    )


def test_limits_need_a_figure_to_be_held_against(services: Services) -> None:
    urn = services.market.school()
    asked = services.ask(services.running_plan(driver="payslips", unit_price="48.0000"), urn, str(YEAR_BEGAN))
    limits(services, urn, 100_000)
    path = f"/subscriptions/{asked['subscription_id']}/approve"
    refused(services.market.as_(approver(urn)).post(path, version=1), 409, "reading_missing")


def hard_budget(services: Services, urn: int, pence: int, version: int = 0) -> None:
    """What the school may spend on payroll in the financial year in which the running plans begin."""
    year = f"{YEAR_BEGAN.year}-{(YEAR_BEGAN.year + 1) % 100:02d}"
    own = [{"category_code": "payroll", "amount_pence": pence, "hard": True}]
    sent = {"financial_year": year, "budgets": own}
    ok(services.market.as_(approver(urn)).put(f"/budgets/{urn}", sent, version=version))


def test_a_service_fits_a_hard_budget_beside_what_others_will_still_cost(services: Services) -> None:
    """From September to the end of March 1,200 pounds a year come to some 697 pounds."""
    urn, database = services.market.school(), services.market.service.database
    first, second = (services.running_plan(title=title) for title in ("Payroll bureau", "Payroll checks"))
    hard_budget(services, urn, 600_00)
    with pytest.raises(BudgetExceeded, match="more than the budget for Payroll leaves, and"):
        services.ask(first, urn, str(YEAR_BEGAN))
    hard_budget(services, urn, 700_00, version=1)
    asked = services.ask(first, urn, str(YEAR_BEGAN))
    hard_budget(services, urn, 600_00, version=2)
    with pytest.raises(BudgetExceeded):
        subscribe.approve(database, approver(urn), asked["subscription_id"], 1, at(str(YEAR_BEGAN)))
    hard_budget(services, urn, 1_300_00, version=3)
    subscribe.approve(database, approver(urn), asked["subscription_id"], 1, at(str(YEAR_BEGAN)))
    with pytest.raises(BudgetExceeded, match="leaves beside your other services"):
        services.ask(second, urn, str(YEAR_BEGAN))
    services.run_until(f"{YEAR_BEGAN.year}-12-02")  # what is ordered by then stands in the budget itself
    with pytest.raises(BudgetExceeded):
        services.ask(second, urn, str(YEAR_BEGAN))
    hard_budget(services, urn, 1_400_00, version=4)
    services.ask(second, urn, str(YEAR_BEGAN))


def test_a_service_is_committed_to_the_end_of_the_year_and_counted_once(services: Services) -> None:
    """What waits for approval is reserved; a run moves what it orders to its purchase order, and the sum stays."""
    urn, database = services.market.school(), services.market.service.database
    year = f"{YEAR_BEGAN.year}-{(YEAR_BEGAN.year + 1) % 100:02d}"

    def standing() -> tuple[int, int, set[str]]:
        found = ok(services.market.as_(buyer(urn)).get(f"/budgets/{urn}?financial_year={year}"))
        (item,) = found["items"]
        return item["reserved_pence"], item["committed_pence"], {each["number"][:2] for each in found["movements"]}

    asked = services.ask(services.running_plan(), urn, str(YEAR_BEGAN))
    reserved, committed, documents = standing()
    assert (committed, documents) == (0, {"SP"})
    subscribe.approve(database, approver(urn), asked["subscription_id"], 1, at(str(YEAR_BEGAN)))
    assert standing() == (0, reserved, {"SP"})
    services.run_until(f"{YEAR_BEGAN.year}-12-02")
    assert standing() == (0, reserved, {"SP", "PO"})


def test_a_hard_budget_needs_a_figure_to_be_held_against(services: Services) -> None:
    urn, database = services.market.school(), services.market.service.database
    hard_budget(services, urn, 600_00)
    asked = services.ask(services.running_plan(driver="payslips", unit_price="48.0000"), urn, str(YEAR_BEGAN))
    with pytest.raises(ReadingMissing):
        subscribe.approve(database, approver(urn), asked["subscription_id"], 1, at(str(YEAR_BEGAN)))


def test_leaving_keeps_the_notice(services: Services) -> None:
    urn = services.market.school()
    plan = services.running_plan(notice_days=30)
    subscription = services.join(plan, urn, str(YEAR_BEGAN))
    client, path = services.market.as_(approver(urn)), f"/subscriptions/{subscription['subscription_id']}/leave"
    too_soon, in_time = str(TODAY + timedelta(days=29)), str(TODAY + timedelta(days=30))
    fields = refused(client.post(path, {"ends_on": too_soon}, version=2), 422, "dates_out_of_order")
    assert "30 days’ notice" in fields["ends_on"]
    left = ok(client.post(path, {"ends_on": in_time}, version=2))
    assert (left["state"], left["ends_on"], left["ended_by"]) == ("ended", in_time, "Alex Approver")


def test_three_adviser_days_a_year_can_be_used_and_no_more(services: Services) -> None:
    urn = services.market.school()
    plan = services.running_plan()
    subscription = services.join(plan, urn, str(YEAR_BEGAN))
    client, path = services.market.as_(buyer(urn)), f"/subscriptions/{subscription['subscription_id']}/uses"
    use = {"code": "adviser", "used_on": str(YEAR_BEGAN), "quantity": "2.5", "note": "Audit visit"}
    used = ok(client.post(path, use), 201)
    assert [(each["used"], each["remaining"]) for each in used["entitlements"]] == [("2.5", "0.5")]
    fields = refused(client.post(path, {**use, "quantity": "1"}), 422, "entitlement_refused")
    assert fields == {"quantity": "Only 0.5 of Adviser days are left in that year."}
    refused(client.post(path, {**use, "code": "hours"}), 422, "entitlement_refused")
    before = str(YEAR_BEGAN - timedelta(days=1))
    refused(client.post(path, {**use, "used_on": before}), 422, "dates_out_of_order")
    tomorrow = str(TODAY + timedelta(days=1))
    fields = refused(client.post(path, {**use, "used_on": tomorrow, "quantity": "0.5"}), 422, "dates_out_of_order")
    assert fields == {"used_on": "Choose a day that has come."}
    back = ok(client.post(f"{path}/{used['uses'][0]['use_id']}/cancel"))
    assert back["entitlements"][0]["remaining"] == "3"
    assert back["uses"][0]["cancelled_by"] == "Bea Buyer"
    assert client.post(f"{path}/{used['uses'][0]['use_id']}/cancel").status_code == 404


def test_what_schools_have_joined_for_stands(services: Services) -> None:
    plan = services.running_plan()
    client, path = services.market.as_(MANAGER), f"/subscription-plans/{plan['plan_id']}"
    changed = ok(client.put(path, {"unit_price": "1100.0000"}, version=1))
    assert (changed["unit_price"], changed["version"]) == ("1100.0000", 2)
    services.join(plan, services.market.school(), str(YEAR_BEGAN))
    fields = refused(client.put(path, {"unit_price": "1300.0000"}, version=2), 409, "plan_in_use")
    assert set(fields) == {"unit_price"}
    longer = str(YEAR_BEGAN.replace(year=YEAR_BEGAN.year + 3))
    refused(client.put(path, {"ends_on": longer}, version=2), 409, "plan_in_use")
    refused(client.put(path, {"title": "Payroll"}, version=1), 412, "version_conflict")
    in_a_month = str(TODAY + timedelta(days=30))
    shorter = ok(client.put(path, {"ends_on": in_a_month, "title": "Payroll"}, version=2))
    assert (shorter["ends_on"], shorter["title"]) == (in_a_month, "Payroll")


def test_a_school_that_leaves_the_alliance_leaves_its_services_on_that_day(services: Services) -> None:
    urn = services.market.school()
    begun, to_come = services.plan(), services.plan(title="Legal advice")
    first = services.join(begun, urn)
    waits = services.ask(to_come, urn, "2026-12-01", on="2026-09-01")
    ends_before = services.join(services.plan(title="Audit", ends_on="2026-09-30"), urn)
    services.market.hear(("SchoolRecorded", school_body(urn, left_on="2026-10-15")))
    services.market.hear(("SchoolRecorded", school_body(urn, left_on="2026-10-15")))
    seen = services.read(first)
    assert (seen["state"], seen["ends_on"]) == ("ended", "2026-10-15")
    assert services.read(waits)["state"] == "declined"
    assert (services.read(ends_before)["state"], services.read(ends_before)["ends_on"]) == ("approved", None)
    services.run_until("2026-12-01")
    assert sum(net[urn] for net in services.nets(begun)) == 14795  # 45 of 365 days


def test_schools_see_their_own_subscriptions_readings_and_charges_alone(services: Services) -> None:
    one, other = services.market.school(), services.market.school()
    plan = services.plan()
    mine, theirs = services.join(plan, one), services.join(plan, other)
    services.run_until("2026-10-01")
    client = services.market.as_(buyer(one))
    assert client.get(f"/subscriptions/{theirs['subscription_id']}").status_code == 404
    listed = ok(client.get("/subscriptions"))["items"]
    assert [each["subscription_id"] for each in listed] == [mine["subscription_id"]]
    charges = ok(client.get(f"/subscription-plans/{plan['plan_id']}/charges"))["items"]
    assert {each["school_urn"] for each in charges} == {one}
    for table in ("subscription", "subscription_charge", "entitlement_use", "driver_reading"):
        rows = services.market.sql(f"SELECT school_urn FROM {table}", actor=buyer(one))
        assert {row.school_urn for row in rows} <= {one}
    supplier = supplier_user(services.market.supplier_id)
    assert services.market.sql("SELECT 1 FROM subscription_charge", actor=supplier) == []
    with pytest.raises(ProgrammingError, match="row-level security"):
        services.market.sql(
            "INSERT INTO subscription (subscription_id, plan_id, school_urn, starts_on, state, requested_by_id,"
            " requested_by, requested_at) VALUES (:id, :plan, :urn, '2026-09-01', 'requested', 'm', 'M', now())",
            actor=MANAGER,
            id=str(uuid4()),
            plan=plan["plan_id"],
            urn=services.market.school(),
        )


def test_a_request_that_is_repeated_under_its_key_counts_once(services: Services) -> None:
    urn = services.market.school()
    plan = services.running_plan()
    sent = {"plan_id": plan["plan_id"], "starts_on": str(YEAR_BEGAN)}
    client = services.market.as_(buyer(urn))
    first = client.post("/subscriptions", sent, key="asked-once-1")
    again = client.post("/subscriptions", sent, key="asked-once-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()


def test_answers_are_as_described(services: Services) -> None:
    urn = services.market.school(pupils=100)
    plan = services.plan(driver="pupils", unit_price="4.2000")
    subscription = services.join(plan, urn)
    services.run_until("2026-10-01")
    client, path = services.market.as_(MANAGER), f"/subscription-plans/{plan['plan_id']}"
    for address, schema in (
        ("/subscription-plans", subscription_answers.PlanListSchema),
        (path, subscription_answers.PlanWithRunsSchema),
        (f"{path}/next-run", subscription_answers.PreviewRunSchema),
        (f"{path}/charges", subscription_answers.ChargeListSchema),
        (f"{path}/readings", subscription_answers.ReadingListSchema),
        ("/subscriptions", subscription_answers.SubscriptionListSchema),
        (f"/subscriptions/{subscription['subscription_id']}", subscription_answers.SubscriptionWholeSchema),
    ):
        assert schema().validate(ok(client.get(address))) == {}, address


def test_the_run_holds_the_plan_against_changes(services: Services) -> None:
    """A row lock on the plan: a change waits for the run and then sees what it has made."""
    plan = services.plan()
    services.join(plan, services.market.school())
    database = services.market.service.database
    with database.transaction(SERVICE) as connection:
        connection.execute(text("SELECT 1 FROM subscription_plan FOR UPDATE"))
        with ThreadPoolExecutor(1) as worker:
            made = worker.submit(run_due_plans, database, at("2026-10-01"))
            connection.execute(text("UPDATE subscription_plan SET ends_on = '2026-09-15', version = version + 1"))
            connection.commit()
            made.result(timeout=30)
    assert [sum(net.values()) for net in services.nets(plan)] == [4932]


def test_what_services_will_cost_is_read_at_once_and_of_the_school_alone(services: Services) -> None:
    """As many statements for five services beside those of ten other schools as for one service alone."""
    urn, others = services.market.school(), [services.market.school() for _ in range(10)]
    days = Days(date(2026, 9, 1), date(2027, 8, 31))
    services.join(services.plan(), urn)
    first, read = _to_come(services, urn, days)
    assert [(each.kind, each.net_pence) for each in first] == [("committed", 120_000)]
    for title in ("Insurance", "Catering", "Grounds", "Cleaning"):
        plan = services.plan(title=title, unit_price="100.0000")
        for each in (urn, *others):
            services.join(plan, each)
    every, read_of_five = _to_come(services, urn, days)
    assert sorted(each.net_pence for each in every) == [10_000] * 4 + [120_000]
    assert read_of_five == read


def _to_come(services: Services, urn: int, days: Days) -> tuple[list[Movement], int]:
    """What a school's services will cost, as the school sees it, and in how many statements it was read."""
    statements: list[str] = []
    database = services.market.service.database

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.transaction(buyer(urn)) as connection:
            found = services_to_come(connection, urn, days, with_vat=True)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return found, len(statements)
