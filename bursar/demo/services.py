"""The demo's recurring services: one that runs and has been billed twice, and one that a school has asked for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row

from bursar.demo.desk import Desk
from bursar.demo.money import invoice_order
from chassis.actor import SERVICE
from chassis.database import Database
from services.billing.usecases.issue_bills import issue_service_bills
from services.orders.domain.receipt import ReceivedLine
from services.orders.domain.subscription import Entitlement
from services.orders.usecases.answer_purchase_order import answer_purchase_order
from services.orders.usecases.plan_subscriptions import create_plan
from services.orders.usecases.read_purchase_orders import get_purchase_order, list_purchase_orders
from services.orders.usecases.read_subscriptions import get_subscription, list_plans, list_subscriptions
from services.orders.usecases.record_receipt import record_receipt
from services.orders.usecases.run_subscriptions import run_due_plans
from services.orders.usecases.subscribe import approve, ask_to_join, leave, record_use

CONTRACT: Final = "C-PROFESSIONAL"
OFFICER: Final = "Data protection officer"
PAYROLL: Final = "Payroll bureau"
ADVISER_DAYS: Final = Entitlement("adviser", "Adviser days", "DAY", Decimal(3))

_JOINED: Final = (900001, 900002, 900003, 900005, 900008, 900009)
_LATER: Final = 900005
"""Joins on the tenth day of the second month."""
_LEAVES: Final = 900009
"""Leaves in the middle of the second month."""
_ASKS: Final = 900001
_CONFIRMED: Final = 3
"""So many schools have confirmed the second month; all have the first."""
_USES: Final = ((900001, 12, "1", "Audit visit"), (900001, 33, "0.5", "Request for information"))
_NINE: Final = time(9, tzinfo=UTC)


def bring_services(desk: Desk) -> None:
    """Offer the services, let schools join, bill what is due, and confirm it; each step only if it is to be taken."""
    began, next_month = _months(desk.today)
    officer = _plan(desk, OFFICER, began)
    payroll = _plan(desk, PAYROLL, next_month)
    for urn in _JOINED:
        _join(desk, officer, urn, began + timedelta(days=40) if urn == _LATER else began)
    _ask(desk, payroll, _ASKS, next_month, desk.now)
    for urn, days, quantity, note in _USES:
        _use(desk, officer, urn, began + timedelta(days=days), Decimal(quantity), note)
    run_due_plans(desk.orders, desk.now)
    for place, header in enumerate(service_orders(desk)):
        _accept(desk, header)
        _confirm(desk, header, None if place == 0 else _CONFIRMED)


def invoice_services(desk: Desk, billing: Database) -> None:
    """Let the supplier invoice the first month, and bill the schools for it, days after its end."""
    for header in service_orders(desk)[:1]:
        invoice_order(desk, billing, header, header.delivery_to + timedelta(days=3))
        billed_on = header.delivery_to + timedelta(days=5)
        issue_service_bills(billing, desk.cast.manager, header.purchase_order_id, billed_on)


def service_orders(desk: Desk) -> list[Row[Any]]:
    """The headers of the running service's purchase orders, the first one first."""
    plan_id = _found(desk, OFFICER)
    views, _ = list_purchase_orders(desk.orders, SERVICE, round_id=None, plan_id=plan_id, after=None, limit=100)
    return sorted((view.header for view in views), key=lambda header: header.delivery_from)


def _months(today: date) -> tuple[date, date]:
    """The first day of the month before the last, so that two months are over, and of the next."""
    first = today.replace(day=1)
    for _ in range(2):
        first = (first - timedelta(days=1)).replace(day=1)
    return first, (today.replace(day=28) + timedelta(days=4)).replace(day=1)


def _found(desk: Desk, title: str) -> str | None:
    plans = (view.found.plan for view in list_plans(desk.orders, SERVICE))
    return next((plan.plan_id for plan in plans if plan.title == title), None)


def _plan(desk: Desk, title: str, starts_on: date) -> str:
    if found := _found(desk, title):
        return found
    fixed = title == OFFICER
    sent = {
        "contract_id": desk.contracts[CONTRACT],
        "title": title,
        "description": "A named officer, the register of processing, and help when something goes wrong."
        if fixed
        else "Monthly payroll, pensions and year-end returns for everybody whom the school employs.",
        "category_code": "data-protection" if fixed else "payroll",
        "category_name": "Data protection officer" if fixed else "Payroll",
        "ledger_code": "E28a",
        "driver": "fixed" if fixed else "payslips",
        "unit_price": Decimal("1200.0000") if fixed else Decimal("48.0000"),
        "billing_period": "month",
        "billed": "arrears",
        "starts_on": starts_on,
        "ends_on": starts_on.replace(year=starts_on.year + 3) - timedelta(days=1),
        "notice_days": 0 if fixed else 30,
        "vat_class": "S",
        "entitlements": (ADVISER_DAYS,) if fixed else (),
    }
    return create_plan(desk.orders, desk.cast.manager, sent)


def _join(desk: Desk, plan_id: str, urn: int, first_day: date) -> None:
    at = datetime.combine(first_day, _NINE)
    asked = _ask(desk, plan_id, urn, first_day, at)
    found = get_subscription(desk.orders, SERVICE, asked, desk.now).found.subscription
    if found.state == "requested":
        approve(desk.orders, desk.cast.approvers[urn], asked, found.version, at + timedelta(hours=2))
        found = get_subscription(desk.orders, SERVICE, asked, desk.now).found.subscription
    if urn == _LEAVES and found.state == "approved":
        last_day = first_day + timedelta(days=45)
        leave(desk.orders, desk.cast.approvers[urn], asked, found.version, last_day, at + timedelta(days=20))


def _ask(desk: Desk, plan_id: str, urn: int, first_day: date, at: datetime) -> str:
    for each in _subscriptions(desk, plan_id):
        if each.school_urn == urn:
            return str(each.subscription_id)
    return ask_to_join(desk.orders, desk.cast.buyers[urn], plan_id, first_day, at)


def _subscriptions(desk: Desk, plan_id: str) -> Iterator[Any]:
    found, _ = list_subscriptions(desk.orders, SERVICE, plan_id)
    return (each.subscription for each in found)


def _use(desk: Desk, plan_id: str, urn: int, used_on: date, quantity: Decimal, note: str) -> None:
    asked = next(each.subscription_id for each in _subscriptions(desk, plan_id) if each.school_urn == urn)
    if any(use.used_on == used_on for use in get_subscription(desk.orders, SERVICE, asked, desk.now).uses):
        return
    buyer = desk.cast.buyers[urn]
    at = datetime.combine(used_on, _NINE)
    record_use(desk.orders, buyer, asked, code=ADVISER_DAYS.code, used_on=used_on, quantity=quantity, note=note, now=at)


def _accept(desk: Desk, header: Row[Any]) -> None:
    if header.state == "issued":
        supplier = desk.cast.suppliers[header.supplier_id]
        answer_purchase_order(desk.orders, supplier, header.purchase_order_id, "accepted", "", desk.now)


def _confirm(desk: Desk, header: Row[Any], schools: int | None) -> None:
    """Let so many schools (None: all) say that they had the service."""
    drops: Sequence[Row[Any]] = get_purchase_order(desk.orders, SERVICE, header.purchase_order_id).drops
    for drop in sorted(drops, key=lambda drop: -drop.school_urn)[:schools]:
        if drop.state == "awaited":
            received = [ReceivedLine(line["line_no"], line["quantity"]) for line in drop.lines]
            buyer = desk.cast.buyers[drop.school_urn]
            record_receipt(desk.orders, buyer, header.purchase_order_id, received, "", desk.now)
