"""The demo alliance: loaded through use cases and events, once, however often it is interrupted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from bursar.demo import deliveries, load, loading, rounds, sign_ins
from bursar.demo.alliance import PASSWORD, SHOWN
from bursar.demo.loading import DemoRefused
from bursar.demo.plans import PLANS
from bursar.demo.services import OFFICER, PAYROLL
from chassis.actor import SERVICE, Actor
from chassis.database import Database
from gateway.domain import passwords
from gateway.storage.people import account_by_email
from services.billing.domain.ubl_bill import ubl_of
from services.billing.usecases.dispute_bills import list_disputes
from services.billing.usecases.read_bank import list_bank_lines
from services.billing.usecases.read_bill_documents import bill_document
from services.billing.usecases.read_books import list_bills
from services.billing.usecases.read_fund import get_year, list_years
from services.billing.usecases.read_invoices import list_invoices
from services.billing.usecases.read_ledger import trial_balance
from services.catalogue.usecases.read_catalogue import list_offers
from services.members.usecases.read_directory import list_schools, list_suppliers
from services.orders.usecases.close_round import preview_close
from services.orders.usecases.read_budgets import get_budgets
from services.orders.usecases.read_reports import workload_report
from services.orders.usecases.read_rounds import list_rounds
from services.orders.usecases.read_subscriptions import PlanView, get_plan, list_plans
from services.orders.usecases.review_order import review_order
from tests.backends import ServiceDatabase
from tests.demo.visits import follow_links, open_doors
from tests.official_rules import judging

OF_EACH_ROLE = ("office@hopgarden", "head@stmildreds", "chair@stmildreds", "orders@tidewell", "manager@alliance")

Parts = dict[str, ServiceDatabase]


class Interrupted(Exception):
    """The power went."""


@pytest.fixture(scope="module")
def loaded(parts: Parts, environ: dict[str, str]) -> Parts:
    """The demo, loaded after it was broken off four times."""
    for module, step, turn in (
        (loading, "load_first_catalogue", 1),
        (rounds, "approve_order", 7),
        (deliveries, "record_receipt", 20),
        (loading, "invoice_round", 2),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, step, _fails_at(turn, getattr(module, step)))
            with pytest.raises(Interrupted):
                load(environ)
    load(environ)
    return parts


def _fails_at(turn: int, step: Any) -> Any:
    calls: list[int] = []

    def run(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == turn:
            raise Interrupted
        return step(*args, **kwargs)

    return run


def test_schools_have_their_own_budgets_and_limits(loaded: Parts) -> None:
    orders, today = loaded["orders"].database, datetime.now(UTC).date()
    (waiting,) = (view.round for view in list_rounds(orders, SERVICE, today) if view.round.state == "open")
    for urn, needs_two in ((900001, False), (900002, True)):
        actor = Actor("school", "head", "Head", frozenset({"school_approver"}), school_urn=urn)
        view = get_budgets(orders, actor, urn, None, today)
        codes = {position.category_code for position in view.positions if position.budget}
        assert codes == {"stationery", "exercise-books", "cleaning-materials", "devices"}
        assert {movement.kind for movement in view.movements} >= {"committed", "actual"}
        review = review_order(orders, actor, waiting.round_id, urn)
        assert review.limits.needs_two(review.worst.gross_pence) is needs_two


def counts(parts: Parts) -> dict[str, int]:
    """How many rows each part has of what the demo makes, and how many events."""
    tables = {
        "members": ("school", "supplier", "person", "event_log"),
        "catalogue": ("contract", "offer", "event_log"),
        "orders": ("round", "school_order", "order_history", "purchase_order", "receipt", "event_log"),
        "billing": ("supplier_invoice", "bill", "bank_line", "event_log"),
    }
    found = {}
    for part, names in tables.items():
        with parts[part].database.transaction(SERVICE) as connection:
            for name in names:
                query = text(f"SELECT count(*) FROM {name}")
                found[f"{part}.{name}"] = connection.execute(query).scalar_one()
    return found


def test_twelve_schools_six_suppliers_and_a_catalogue(loaded: Parts) -> None:
    schools, _ = list_schools(loaded["members"].database, SERVICE, after=0, limit=100)
    offers, _ = list_offers(
        loaded["catalogue"].database, SERVICE, contract_id=None, category_code=None, after=None, limit=1000
    )

    assert len(schools) == 12
    assert {school.phase for school in schools} == {
        "nursery",
        "primary",
        "middle_deemed_secondary",
        "secondary",
        "all_through",
    }
    assert len(list_suppliers(loaded["members"].database, SERVICE)) == 6
    assert len(offers) >= 120


def test_a_round_at_every_stage(loaded: Parts) -> None:
    views = list_rounds(loaded["orders"].database, SERVICE, datetime.now(UTC).date())

    assert {view.round.title: view.round.state for view in views} == {plan.title: plan.state for plan in PLANS}
    assert {plan.state for plan in PLANS} == {"open", "closed", "ordered", "delivered", "settled"}


def test_half_of_the_orders_are_in_the_open_round(loaded: Parts) -> None:
    with loaded["orders"].database.transaction(SERVICE) as connection:
        rows = connection.execute(
            text(
                "SELECT o.state, count(*) AS orders FROM school_order o JOIN round r USING (round_id)"
                " WHERE r.state = 'open' GROUP BY o.state"
            )
        )
        states = {row.state: row.orders for row in rows}

    assert states == {"approved": 4, "submitted": 2, "draft": 2, "returned": 1}


def test_the_open_round_shares_a_delivery_charge_and_a_small_order_fee(loaded: Parts) -> None:
    orders, today = loaded["orders"].database, datetime.now(UTC).date()
    (waiting,) = (view.round for view in list_rounds(orders, SERVICE, today) if view.round.state == "open")
    preview = preview_close(orders, waiting.round_id, datetime.now(UTC))
    shared = {line.name: line.net_pence for line in preview.lines if line.kind == "charge"}
    assert shared == {"Delivery": 45_00, "Small-order fee": 25_00}
    assert sum(school.charges_pence for school in preview.schools) == 70_00


def test_the_money_adds_up_and_some_of_it_waits_for_a_person(loaded: Parts) -> None:
    billing = loaded["billing"].database
    invoices, _ = list_invoices(billing, SERVICE, after="", limit=100)
    bills, _ = list_bills(billing, SERVICE, school_urn=None, round_id=None, after="", limit=100)
    lines, _ = list_bank_lines(billing, SERVICE, state="new", after=0, limit=100)
    balances = trial_balance(billing, SERVICE)

    through_us = [invoice.state for invoice in invoices if invoice.number.count("-") == 1]
    assert sorted(through_us) == ["billed", "billed", "billed", "held"]
    assert {bill.paid_pence == bill.gross_pence for bill in bills} == {True, False}
    assert all(view.outcome and view.outcome.proposals for view in lines)
    assert sorted(view.line.amount_pence for view in lines)[:2] == [-650, 41]
    assert sum(row["debit_pence"] for row in balances) == sum(row["credit_pence"] for row in balances)


def test_a_contract_is_settled_directly_with_each_school(loaded: Parts) -> None:
    billing = loaded["billing"].database
    listed, _ = list_bills(billing, SERVICE, school_urn=None, round_id=None, after="DB-", limit=100)
    bills = [bill for bill in listed if bill.purpose == "general"]
    assert {bill.settlement for bill in bills} == {"direct"}
    assert len({bill.pay_to for bill in bills}) == 1
    states = "SELECT DISTINCT state, reasons FROM match_line JOIN direct_bill USING (supplier_invoice_id) ORDER BY 1, 2"
    with billing.transaction(SERVICE) as connection:
        found = [(row.state, row.reasons) for row in connection.execute(text(states))]
    assert ("billable", []) in found, found
    assert ("held", ["not_received"]) in found, found


def test_a_service_was_billed_and_another_is_asked_for(loaded: Parts) -> None:
    orders = loaded["orders"].database
    plans = {view.found.plan.title: (view.schools, view.requests, len(view.runs)) for view in _plans(orders)}

    assert plans == {OFFICER: (6, 0, 2), PAYROLL: (0, 1, 0)}
    with orders.transaction(SERVICE) as connection:
        nets = connection.execute(
            text(
                "SELECT school_urn, sum(net_pence) FROM drop_line"
                " JOIN school_drop USING (purchase_order_id, school_urn)"
                " WHERE round_id IS NULL GROUP BY school_urn ORDER BY school_urn"
            )
        ).all()
        charged = connection.execute(
            text("SELECT school_urn, sum(net_pence) FROM subscription_charge GROUP BY school_urn ORDER BY school_urn")
        ).all()
        used = connection.execute(text("SELECT sum(quantity) FROM entitlement_use")).scalar_one()
    assert nets == charged
    assert used == Decimal("1.5")


def test_schools_share_the_work_of_leading_contracts(loaded: Parts) -> None:
    report = workload_report(loaded["orders"].database, SERVICE, date(2025, 9, 1), date(2999, 8, 31))
    (section,) = report.sections
    assert {str(row["school_name"]) for row in section.rows} == {
        "Hop Garden Primary School",
        "Marsh Lane Primary Academy",
        "No lead named",
        "Priory Down Academy",
        "Stour Valley School",
    }


def _plans(orders: Database) -> list[PlanView]:
    return [get_plan(orders, SERVICE, view.found.plan.plan_id) for view in list_plans(orders, SERVICE)]


def test_everybody_shown_can_sign_in(loaded: Parts) -> None:
    with loaded["gateway"].database.transaction(SERVICE) as connection:
        for _, email in SHOWN:
            account = account_by_email(connection, email)
            assert account is not None, email
            assert account.roles
            assert passwords.verify(account.password_hash, PASSWORD)
    shown = "\n".join(sign_ins())
    assert PASSWORD in shown
    assert all(email in shown for _, email in SHOWN)


def test_loading_again_changes_nothing(loaded: Parts, environ: dict[str, str]) -> None:
    before = counts(loaded)

    load(environ)

    assert counts(loaded) == before


def test_it_is_refused_on_a_deployed_bursar(environ: dict[str, str]) -> None:
    with pytest.raises(DemoRefused):
        load(environ | {"BURSAR_ENV": "deployed"})


def test_the_fund_has_contributions_in_every_state_and_money_both_ways(loaded: Parts) -> None:
    billing = loaded["billing"].database
    (head,) = list_years(billing, SERVICE)
    year = get_year(billing, SERVICE, head.fund_year_id)
    states = [row.state for row in year.contributions]
    assert {state: states.count(state) for state in set(states)} == {"confirmed": 2, "declined": 1, "awaiting": 9}
    assert sum(row.amount_pence for row in year.contributions) == head.budget_pence == 1_200_000
    assert [row.amount_pence for row in year.contributions if row.cap_pence is not None] == [250_000, 250_000]
    assert (head.billed_schools, [payment.state for payment in year.payments]) == (2, ["paid"])
    assert year.account.balance_pence == head.received_pence - 18_500 > 0


def test_the_bills_are_valid_electronic_invoices_and_some_are_disputed_or_overdue(loaded: Parts) -> None:
    billing = loaded["billing"].database
    bills, _ = list_bills(billing, SERVICE, school_urn=None, round_id=None, after="", limit=100_000)
    ours = [bill for bill in bills if bill.settlement == "recharge"]
    with judging() as judge:
        for bill in ours:
            assert judge(ubl_of(bill_document(billing, SERVICE, bill.bill_id))) == set(), bill.number
    today = datetime.now(UTC).date()
    assert any(bill.due_date < today and bill.paid_pence < bill.gross_pence for bill in ours)
    disputed, _ = list_disputes(billing, SERVICE, state=None, school_urn=None, after="", limit=10)
    assert sorted(dispute.state for dispute in disputed) == ["declined", "open"]


def test_every_link_that_the_demos_people_see_leads_somewhere(loaded: Parts) -> None:
    faults = []
    with open_doors(loaded) as gateway:
        for name in OF_EACH_ROLE:
            email = f"{name}.example"
            opened, wrong = follow_links(gateway, email, PASSWORD)
            assert opened > 20, f"{email} got to {opened} pages only"
            faults += [f"{email}: {fault}" for fault in wrong]
    assert faults == []
