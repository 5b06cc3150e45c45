"""Ask again for what is overdue: suppliers' answers to purchase orders, and what arrived at schools."""

from datetime import UTC, datetime

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import append
from contracts.london import london_day
from services.orders.domain.deadlines import answer_reminder, latest_answer_chase, latest_receipt_chase
from services.orders.storage import deadlines, receipt_chases


def chase_answers(database: Database, now: datetime) -> list[str]:
    """Tell of each purchase order that its supplier should have answered by now; returns their ids."""
    chased = []
    with database.transaction(SERVICE) as connection:
        for order in deadlines.unanswered_orders(connection):
            due = latest_answer_chase(order.asked_at, now)
            if due is None or (order.chased_at is not None and order.chased_at >= due):
                continue
            if not deadlines.claim_answer_chase(connection, order.purchase_order_id, due, now):
                continue
            chased.append(order.purchase_order_id)
            body = {
                "purchase_order_id": order.purchase_order_id,
                "number": order.number,
                "title": order.title,
                "supplier_id": order.supplier_id,
                "supplier_name": order.supplier_name,
                "issued_at": f"{order.issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "due_at": f"{due:%Y-%m-%dT%H:%M:%SZ}",
                "reminder": answer_reminder(order.asked_at, due),
            }
            append(connection, "AnswerOverdue", key=f"purchase_order:{order.purchase_order_id}", body=body, version=2)
    return chased


def chase_receipts(database: Database, now: datetime) -> list[str]:
    """Tell of each purchase order whose schools should have recorded what arrived; returns their ids."""
    chased = []
    with database.transaction(SERVICE) as connection:
        for order in receipt_chases.unreceived_drops(connection, london_day(now)):
            due = latest_receipt_chase(order.delivery_to, now)
            if due is None:
                continue
            schools = receipt_chases.claim_chases(connection, order.purchase_order_id, order.school_urns, due, now)
            if not schools:
                continue
            chased.append(order.purchase_order_id)
            body = {
                "purchase_order_id": order.purchase_order_id,
                "number": order.number,
                "title": order.title,
                "supplier_name": order.supplier_name,
                "delivery_to": order.delivery_to.isoformat(),
                "due_at": f"{due:%Y-%m-%dT%H:%M:%SZ}",
                "school_urns": schools,
            }
            append(connection, "ReceiptsOverdue", key=f"purchase_order:{order.purchase_order_id}", body=body)
    return chased
