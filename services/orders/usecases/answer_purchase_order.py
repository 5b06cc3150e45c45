"""The supplier accepts or rejects a purchase order."""

from datetime import datetime

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from services.orders.domain.purchase_order import Answer, answer_changes
from services.orders.storage import purchase_orders as stored


def answer_purchase_order(
    database: Database, actor: Actor, purchase_order_id: str, answer: Answer, reason: str, now: datetime
) -> None:
    """Keep the answer and tell the other parts; the same answer again changes nothing.

    Raises NotFound (also for another supplier's), PurchaseOrderAnswered, ReasonMissing.
    """
    with database.transaction(actor) as connection:
        found = stored.lock_purchase_order(connection, purchase_order_id)
        if found is None:
            raise NotFound("There is no such purchase order.")
        if not answer_changes(found.state, answer, reason):
            return
        kept = reason.strip() or None
        stored.write_answer(connection, purchase_order_id, answer=answer, reason=kept, person=actor.name, now=now)
        append(
            connection,
            "PurchaseOrderAcknowledged",
            key=f"purchase_order:{purchase_order_id}",
            body={"purchase_order_id": purchase_order_id, "answer": answer, "reason": kept},
        )
        stored.advance_round(connection, found.round_id)
