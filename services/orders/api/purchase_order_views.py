"""Purchase orders over HTTP: reading, and the supplier's answer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import tagged
from chassis.idempotency import idempotent
from chassis.web import by_link, current_actor, current_database, requires
from services.orders.api import purchase_order_schemas, request_schemas, shapes, supplier_answer_schemas
from services.orders.domain.answer import AnswerSource
from services.orders.usecases import answer_purchase_order, read_purchase_orders

purchase_orders = Blueprint("purchase_orders", __name__, description="Purchase orders and their drops")

READERS = ("supplier_user", "alliance_manager", "school_buyer", "school_approver", "governor")


@purchase_orders.route("/purchase-orders")
@requires(*READERS)
@purchase_orders.arguments(request_schemas.PurchaseOrderQuerySchema, location="query")
@purchase_orders.response(200, purchase_order_schemas.PurchaseOrderListSchema)
def list_purchase_orders(query: dict[str, Any]) -> Response:
    """A page of purchase orders without lines and drops, the highest number first."""
    views, following = read_purchase_orders.list_purchase_orders(current_database(), current_actor(), **query)
    items = [shapes.purchase_order_json(view, whole=False, own_drop=False) for view in views]
    return jsonify(items=items, next=following)


@purchase_orders.route("/purchase-orders/<uuid:purchase_order_id>")
@requires(*READERS)
@by_link("purchase_order_id")
@purchase_orders.response(200, purchase_order_schemas.PurchaseOrderSchema)
def get_purchase_order(purchase_order_id: UUID) -> Response:
    """A purchase order whole; a school sees its own drop of it."""
    return whole_order(purchase_order_id)


@purchase_orders.route("/purchase-orders/<uuid:purchase_order_id>/acknowledgement", methods=["POST"])
@idempotent
@requires("supplier_user")
@by_link("purchase_order_id")
@purchase_orders.arguments(supplier_answer_schemas.AnswerInSchema)
@purchase_orders.response(200, purchase_order_schemas.PurchaseOrderSchema)
def acknowledge(sent: dict[str, Any], purchase_order_id: UUID) -> Response:
    """The supplier accepts it, offers changes by line and drop, or rejects it; changes wait for the manager."""
    said = supplier_answer_schemas.answer_from(sent)
    source: AnswerSource = sent["source"]
    answer_purchase_order.give_answer(
        current_database(), current_actor(), str(purchase_order_id), said, _now(), source=source
    )
    return whole_order(purchase_order_id)


def whole_order(purchase_order_id: UUID, status: int = 200) -> Response:
    """A purchase order as the actor sees it, after whatever changed it."""
    actor = current_actor()
    view = read_purchase_orders.get_purchase_order(current_database(), actor, str(purchase_order_id))
    response = jsonify(shapes.purchase_order_json(view, whole=True, own_drop=actor.kind == "school"))
    response.status_code = status
    return tagged(response, view.header.version)


def _now() -> datetime:
    return datetime.now(UTC)
