"""Ask again for decisions about suppliers' changes: the manager's, or the agreement of schools that would pay more."""

from datetime import UTC, datetime

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import append
from services.orders.domain.deadlines import latest_answer_chase
from services.orders.storage import waiting_answers


def chase_decisions(database: Database, now: datetime) -> list[str]:
    """Tell of each answer that waits too long, by the same mornings as for suppliers; returns their ids."""
    chased = []
    with database.transaction(SERVICE) as connection:
        for answer in waiting_answers.waiting_answers(connection):
            due = latest_answer_chase(answer.waits_since, now)
            if due is None or not waiting_answers.claim_chase(connection, answer.answer_id, answer.state, due, now):
                continue
            chased.append(answer.answer_id)
            body = {
                "answer_id": answer.answer_id,
                "purchase_order_id": answer.purchase_order_id,
                "number": answer.number,
                "title": answer.title,
                "supplier_id": answer.supplier_id,
                "supplier_name": answer.supplier_name,
                "awaits": "alliance" if answer.state == "waiting" else "schools",
                "school_urns": answer.school_urns,
                "offered_at": f"{answer.answered_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "due_at": f"{due:%Y-%m-%dT%H:%M:%SZ}",
            }
            append(connection, "DecisionOverdue", key=f"purchase_order:{answer.purchase_order_id}", body=body)
    return chased
