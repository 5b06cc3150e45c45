"""Take the demo's accepted purchase orders as far as they are to be: sent, received, found damaged, answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from bursar.demo.desk import Desk
from bursar.demo.picture import damaged_box
from bursar.demo.plans import RoundPlan
from chassis.actor import SERVICE
from services.orders.domain.claim import Promise
from services.orders.domain.despatch import Despatch
from services.orders.domain.receipt import ReceivedLine
from services.orders.usecases.answer_claim import answer_claim
from services.orders.usecases.keep_photo import keep_photo
from services.orders.usecases.read_deliveries import list_claims, list_despatches
from services.orders.usecases.read_purchase_orders import get_purchase_order
from services.orders.usecases.record_despatch import record_despatch
from services.orders.usecases.record_receipt import record_receipt

_CARRIER: Final = "Marlow Vans"
_SCHOOLS_AHEAD: Final = 2
"""Where not every school is to receive, the next two have theirs on the way."""


def deliver(desk: Desk, plan: RoundPlan, header: Row[Any]) -> None:
    """Send the order to the first schools of the list and record it there; what was done before stays as it is."""
    whole = get_purchase_order(desk.orders, SERVICE, header.purchase_order_id)
    drops = sorted(whole.drops, key=lambda drop: drop.school_urn)
    first, coming = drops[: plan.receivers], drops[plan.receivers :][:_SCHOOLS_AHEAD]
    came_on = plan.delivery(desk.today)[0]
    arrived_at = min(datetime.combine(came_on, plan.closes_at(desk.today).timetz()), desk.now)
    sent_at = arrived_at - timedelta(days=1)
    if not list_despatches(desk.orders, SERVICE, header.purchase_order_id):
        with desk.orders.transaction(desk.cast.suppliers[header.supplier_id]):
            _send(desk, header, first, Despatch(sent_at.date(), came_on, _CARRIER), sent_at)
            if coming:
                due = desk.today + timedelta(days=1)
                _send(desk, header, coming, Despatch(desk.today, due, _CARRIER), desk.now)
    for drop in first:
        if drop.state == "awaited":
            _receive(desk, plan, header, drop, arrived_at)
    _answer(desk, header, arrived_at)


def _send(desk: Desk, header: Row[Any], drops: Sequence[Row[Any]], despatch: Despatch, at: datetime) -> None:
    urns = [drop.school_urn for drop in drops if any(line["quantity"] for line in drop.lines)]
    supplier = desk.cast.suppliers[header.supplier_id]
    record_despatch(desk.orders, supplier, header.purchase_order_id, despatch, [], urns, at)


def _receive(desk: Desk, plan: RoundPlan, header: Row[Any], drop: Row[Any], at: datetime) -> None:
    """Everything but what the plan says is missing or damaged on the first line."""
    buyer, urn = desk.cast.buyers[drop.school_urn], drop.school_urn
    missing, damaged = plan.short.get(urn, 0), plan.damaged.get(urn, 0)
    received = [ReceivedLine(line["line_no"], line["quantity"]) for line in drop.lines if line["quantity"]]
    photos: dict[int, list[str]] = {}
    if missing or damaged:
        first = received[0]
        left = max(0, first.received - missing - damaged)
        note = "The box is torn open at the corner, and what was in it is broken." if damaged else ""
        received[0] = ReceivedLine(first.line_no, left, short=missing, damaged=damaged, note=note)
    if damaged:
        photo = keep_photo(desk.orders, buyer, header.purchase_order_id, damaged_box(), at)
        photos[received[0].line_no] = [photo]
    record_receipt(desk.orders, buyer, header.purchase_order_id, received, "", at, photos=photos)


def _answer(desk: Desk, header: Row[Any], arrived_at: datetime) -> None:
    """The supplier promises what was missing; about the damage it has not answered yet."""
    supplier = desk.cast.suppliers[header.supplier_id]
    claims, _ = list_claims(
        desk.orders, supplier, purchase_order_id=header.purchase_order_id, unsettled=True, after=None, limit=50
    )
    answered_at = min(arrived_at + timedelta(days=1), desk.now)
    for claim in claims:
        if claim.row.quantity_short and claim.row.answer is None:
            promise = Promise("credit", note="We were one short, and give a credit for it.")
            answer_claim(desk.orders, supplier, claim.row.receipt_id, claim.row.line_no, promise, answered_at)
