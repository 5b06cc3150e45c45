"""Take the demo's rounds as far as they are to be: ordered, closed, accepted, received."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from bursar.demo.alliance import SCHOOLS, DemoSchool
from bursar.demo.deliveries import deliver
from bursar.demo.desk import Desk
from bursar.demo.plans import OPEN_FOR, RoundPlan, wanted_by
from chassis.actor import SERVICE
from services.orders.domain.answer import LineAnswer, SupplierAnswer
from services.orders.domain.round import Round
from services.orders.usecases.answer_purchase_order import answer_purchase_order, give_answer
from services.orders.usecases.close_round import close_round
from services.orders.usecases.decide_order import approve_order, return_order
from services.orders.usecases.place_order import save_order, submit_order
from services.orders.usecases.plan_round import change_round, open_round, plan_round
from services.orders.usecases.read_answers import list_answers
from services.orders.usecases.read_form import get_form
from services.orders.usecases.read_order import get_order
from services.orders.usecases.read_purchase_orders import get_purchase_order, list_purchase_orders
from services.orders.usecases.read_rounds import get_round, list_rounds

_FAR = timedelta(days=30)


def bring(desk: Desk, plan: RoundPlan) -> str:
    """Bring one round to the stage of its plan, as far as orders alone decides; returns its id.

    Each step is taken only from the state before it, so that an interrupted load goes on where it stopped.
    """
    found = find_round(desk, plan) or _planned(desk, plan)
    if found.state == "draft":
        open_round(desk.orders, desk.cast.manager, plan.closes_at(desk.today) - OPEN_FOR, found.round_id, None)
    if found.state in ("draft", "open"):
        for school in SCHOOLS:
            _take_order(desk, plan, found.round_id, school)
        if plan.state != "open":
            _close(desk, plan, found.round_id)
    if plan.offered:
        for header in purchase_orders(desk, found.round_id):
            _offer_changes(desk, plan, header)
    if plan.state not in ("open", "closed"):
        for header in purchase_orders(desk, found.round_id):
            _accept(desk, plan, header)
            deliver(desk, plan, header)
    return found.round_id


def find_round(desk: Desk, plan: RoundPlan) -> Round | None:
    """The plan's round, if it is there yet."""
    views = list_rounds(desk.orders, SERVICE, desk.today)
    return next((view.round for view in views if view.round.title == plan.title), None)


def purchase_orders(desk: Desk, round_id: str) -> Sequence[Row[Any]]:
    """The headers of a round's purchase orders."""
    views, _ = list_purchase_orders(desk.orders, SERVICE, round_id=round_id, after=None, limit=100)
    return [view.header for view in views]


def _planned(desk: Desk, plan: RoundPlan) -> Round:
    """A draft whose deadline lies ahead until it is closed, or the timer would close it before schools ordered."""
    delivery_from, delivery_to = plan.delivery(desk.today)
    round_id = plan_round(
        desk.orders,
        desk.cast.manager,
        desk.now,
        title=plan.title,
        closes_at=plan.closes_at(desk.today) if plan.state == "open" else desk.now + _FAR,
        delivery_from=delivery_from,
        delivery_to=delivery_to,
        contract_ids=[desk.contracts[reference] for reference in plan.contracts],
        minimum_choice=plan.minimum_choice,
    )
    view, _ = get_round(desk.orders, desk.cast.manager, round_id, desk.today)
    return view.round


def _take_order(desk: Desk, plan: RoundPlan, round_id: str, school: DemoSchool) -> None:
    answer = plan.answer_of(school)
    buyer, approver = desk.cast.buyers[school.urn], desk.cast.approvers[school.urn]
    place = (round_id, school.urn)
    at = min(plan.ordered_at(desk.today, school), desk.now)
    order = get_order(desk.orders, buyer, *place).found.order
    if order.state == "silent" and answer != "silent":
        offers = get_form(desk.orders, buyer, *place).offers
        send = save_order if answer == "draft" else submit_order
        send(desk.orders, buyer, *place, wanted_by(school, plan, offers), {}, order.version, at)
        order = get_order(desk.orders, buyer, *place).found.order
    if order.state == "submitted" and answer == "approved":
        approve_order(desk.orders, approver, *place, order.version, at + timedelta(hours=3))
    if order.state == "submitted" and answer == "returned":
        reason = "We have enough glue sticks in the store. Please take half."
        return_order(desk.orders, approver, *place, reason, order.version, at + timedelta(hours=3))


def _close(desk: Desk, plan: RoundPlan, round_id: str) -> None:
    """Move the deadline to where it belongs and close at it, in one transaction: the timer cannot come between."""
    deadline = plan.closes_at(desk.today)
    with desk.orders.transaction(SERVICE):
        view, _ = get_round(desk.orders, SERVICE, round_id, desk.today)
        before = deadline - timedelta(minutes=1)
        change_round(desk.orders, SERVICE, before, round_id, view.round.version, {"closes_at": deadline})
        close_round(desk.orders, round_id, deadline, closed_by=SERVICE.name)


def _offer_changes(desk: Desk, plan: RoundPlan, header: Row[Any]) -> None:
    """The supplier is short of the first line, asks more for the second and is late with the third."""
    if header.state != "issued" or list_answers(desk.orders, SERVICE, header.purchase_order_id):
        return
    whole = get_purchase_order(desk.orders, SERVICE, header.purchase_order_id)
    goods = [line for line in whole.lines if line.kind == "goods"]
    late = plan.delivery(desk.today)[1] + timedelta(days=12)
    dearer = (goods[1].unit_price * Decimal("1.04")).quantize(Decimal("0.01"))
    lines = [
        LineAnswer(goods[0].line_no, quantity=goods[0].quantity * 3 // 4, note="The rest in the summer term"),
        LineAnswer(goods[1].line_no, unit_price=dearer, note="The publisher has raised its price"),
        *(LineAnswer(line.line_no, promised_on=late) for line in goods[2:3]),
    ]
    answered_at = plan.closes_at(desk.today) + timedelta(days=1)
    supplier = desk.cast.suppliers[header.supplier_id]
    said = SupplierAnswer("changes", "The publisher rations its licences until the spring.", lines)
    give_answer(desk.orders, supplier, header.purchase_order_id, said, min(answered_at, desk.now))


def _accept(desk: Desk, plan: RoundPlan, header: Row[Any]) -> None:
    if header.state == "issued":
        answered_at = plan.closes_at(desk.today) + timedelta(days=1)
        supplier = desk.cast.suppliers[header.supplier_id]
        answer_purchase_order(desk.orders, supplier, header.purchase_order_id, "accepted", "", answered_at)
