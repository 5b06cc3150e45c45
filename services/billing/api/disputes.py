"""What schools dispute of their bills, and the manager's answers, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import bill_shapes, dispute_schemas
from services.billing.api.bills import READERS
from services.billing.usecases import dispute_bills

disputes = Blueprint("bill-disputes", __name__, description="What schools dispute of their bills")

_ORDERING = ("school_buyer", "school_approver")
_ONE = "/bill-disputes/<uuid:dispute_id>"


@disputes.route("/bills/<uuid:bill_id>/disputes", methods=["POST"])
@idempotent
@requires(*_ORDERING)
@disputes.arguments(dispute_schemas.DisputeIn)
@disputes.response(201, dispute_schemas.DisputeOut)
def post_dispute(sent: dict[str, Any], bill_id: UUID) -> tuple[Response, int]:
    """Dispute a line of the school's own bill, with the reason."""
    found = dispute_bills.raise_dispute(current_database(), current_actor(), str(bill_id), sent["line_no"], sent["why"])
    return jsonify(bill_shapes.dispute(found)), 201


@disputes.route("/bill-disputes")
@requires(*READERS)
@disputes.arguments(dispute_schemas.DisputeQuery, location="query")
@disputes.response(200, dispute_schemas.DisputePage)
def list_disputes(query: dict[str, Any]) -> Response:
    """A page of disputes: a school's own, the alliance's all."""
    items, following = dispute_bills.list_disputes(current_database(), current_actor(), **query)
    return jsonify(items=[bill_shapes.dispute(item) for item in items], next=following)


@disputes.route(f"{_ONE}/withdrawal", methods=["POST"])
@idempotent
@requires(*_ORDERING)
@disputes.response(200, dispute_schemas.DisputeOut)
def post_withdrawal(dispute_id: UUID) -> Response:
    """Take back a dispute that is not answered yet."""
    found = dispute_bills.withdraw_dispute(current_database(), current_actor(), str(dispute_id))
    return jsonify(bill_shapes.dispute(found))


@disputes.route(f"{_ONE}/answer", methods=["POST"])
@idempotent
@requires("alliance_manager")
@disputes.arguments(dispute_schemas.AnswerIn)
@disputes.response(200, dispute_schemas.DisputeOut)
def post_answer(sent: dict[str, Any], dispute_id: UUID) -> Response:
    """Uphold a dispute, which claims the line of the supplier, or decline it, with the reason.

    Declining one that is upheld takes that back, until the supplier has credited the line or the month is closed.
    """
    database, actor, answer = current_database(), current_actor(), sent["answer"]
    if sent["decision"] == "declined":
        found = dispute_bills.decline_dispute(database, actor, str(dispute_id), answer)
    else:
        found = dispute_bills.uphold_dispute(database, actor, str(dispute_id), answer, sent["net_pence"])
    return jsonify(bill_shapes.dispute(found))
