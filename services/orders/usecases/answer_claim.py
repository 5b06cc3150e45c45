"""A supplier answers what a school found short, damaged or wrong."""

from datetime import datetime

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from contracts.errors import NotFound
from contracts.london import london_day
from services.orders.domain.claim import Promise
from services.orders.domain.errors import AnswerRefused
from services.orders.storage import claims as stored


def answer_claim(
    database: Database, actor: Actor, receipt_id: str, line_no: int, promise: Promise, now: datetime
) -> None:
    """Keep that the supplier delivers again or credits, and tell the school and the alliance.

    A later answer replaces an earlier one. Raises NotFound (also for another supplier's), AnswerRefused.
    """
    promise.check(london_day(now))
    with database.transaction(actor) as connection:
        claim = stored.find_claim(connection, receipt_id, line_no)
        if claim is None:
            raise NotFound("There is no such claim.")
        if claim.outstanding <= 0:
            raise AnswerRefused("Nothing is outstanding on this line any more.")
        stored.add_answer(connection, receipt_id, line_no, promise, person=actor.name, now=now)
        append(
            connection,
            "ClaimAnswered",
            key=f"purchase_order:{claim.purchase_order_id}",
            body={
                "purchase_order_id": claim.purchase_order_id,
                "number": claim.number,
                "receipt_id": receipt_id,
                "line_no": line_no,
                "name": claim.name,
                "quantity": claim.quantity_short + claim.quantity_damaged + claim.quantity_wrong,
                "school_urn": claim.school_urn,
                "supplier_id": claim.supplier_id,
                "supplier_name": claim.supplier_name,
                "answer": promise.answer,
                "redeliver_by": promise.redeliver_by and promise.redeliver_by.isoformat(),
                "note": promise.note,
                "answered_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            },
        )
