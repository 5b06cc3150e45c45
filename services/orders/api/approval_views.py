"""What an approver goes by, and reminding one, over HTTP. Only the school's own people come here."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import tagged
from chassis.web import current_actor, current_database, requires
from services.orders.api import answer_schemas, shapes
from services.orders.api.approval_schemas import ReviewSchema
from services.orders.api.budget_shapes import budget_line_json
from services.orders.api.order_views import PATH, READERS
from services.orders.usecases.remind_approvers import remind_approvers
from services.orders.usecases.review_order import Review, review_order

approvals = Blueprint("approvals", __name__, description="Approving a school's order")


@approvals.route(f"{PATH}/approval")
@requires(*READERS)
@approvals.response(200, ReviewSchema)
def get_review(round_id: UUID, urn: int) -> Response:
    """Worst case, limits, budgets, and what is different this time."""
    review = review_order(current_database(), current_actor(), str(round_id), urn)
    return tagged(jsonify(_review(review)), review.found.order.version)


@approvals.route(f"{PATH}/remind", methods=["POST"])
@requires("school_buyer", "school_approver")
@approvals.response(200, answer_schemas.OrderStateSchema)
def remind(round_id: UUID, urn: int) -> Response:
    """Remind the approvers of an order that waits for them, at most once an hour: it needs no Idempotency-Key."""
    found = remind_approvers(current_database(), current_actor(), str(round_id), urn, datetime.now(UTC))
    return tagged(jsonify(shapes.order_state_json(found)), found.order.version)


def _review(review: Review) -> dict[str, Any]:
    view, names = review.budgets, review.names
    return {
        "state": review.found.order.state,
        "version": review.found.order.version,
        "worst_gross_pence": review.worst.gross_pence,
        "second_above_pence": review.limits.second_above_pence,
        "needs_two": review.limits.needs_two(review.worst.gross_pence),
        "first_approved_by": review.first and review.first.person.name,
        "first_approved_at": shapes.instant(None if review.first is None else review.first.at),
        "exceeded": [
            {**asdict(each), "category_name": names.get(each.category_code or "")} for each in review.exceeded
        ],
        "refusal": review.refusal,
        "financial_year": view and view.financial_year,
        "vat_counts": view is not None and view.vat_counts,
        "budgets": [budget_line_json(line, names) for line in review.lines],
        "comparison": review.comparison and asdict(review.comparison),
        "reminded_at": shapes.instant(review.reminded_at),
    }
