"""A school's order over HTTP. Only the school's own people come here; for others it does not exist.

Reading and saving answer with the whole order; sending, approving and returning with its state alone, because
pricing it anew would take longer than the step.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.orders.api import answer_schemas, request_schemas, shapes
from services.orders.storage.orders import OrderInRound
from services.orders.usecases import decide_order, place_order, read_order
from services.orders.usecases.read_order import OrderView

orders = Blueprint("orders", __name__, description="Each school's order in a round")

READERS = ("school_buyer", "school_approver", "governor")
PATH = "/rounds/<uuid:round_id>/orders/<int(max=2147483647):urn>"


@orders.route(PATH)
@requires(*READERS)
@orders.response(200, answer_schemas.OrderSchema)
def get_order(round_id: UUID, urn: int) -> Response:
    """The order with its lines, money and history; `silent` before anything is saved."""
    return _answer(read_order.get_order(current_database(), current_actor(), str(round_id), urn))


@orders.route(PATH, methods=["PUT"])
@requires("school_buyer")
@orders.arguments(request_schemas.OrderInSchema)
@orders.response(200, answer_schemas.OrderSchema)
def save_order(sent: dict[str, Any], round_id: UUID, urn: int) -> Response:
    """Replace the lines; the order is a draft afterwards. `If-Match: "0"` begins one."""
    return _answer(
        place_order.save_order(
            current_database(), current_actor(), str(round_id), urn, sent.pop("lines"), sent, required_version(), _now()
        )
    )


@orders.route(f"{PATH}/submit", methods=["POST"])
@idempotent
@requires("school_buyer")
@orders.arguments(request_schemas.SubmitInSchema(), required=False)  # once: making it takes longer than reading by it
@orders.response(200, answer_schemas.OrderStateSchema)
def submit_order(sent: dict[str, Any] | None, round_id: UUID, urn: int) -> Response:
    """Send the order for approval, with its lines or as it is saved."""
    head = sent or {}
    lines = head.pop("lines", None)
    return _stepped(
        place_order.submit_order(
            current_database(), current_actor(), str(round_id), urn, lines, head, required_version(), _now()
        )
    )


@orders.route(f"{PATH}/decline", methods=["POST"])
@idempotent
@requires("school_buyer")
@orders.response(200, answer_schemas.OrderStateSchema)
def decline_order(round_id: UUID, urn: int) -> Response:
    """Say that the school needs nothing this time; what was saved stays, and saving it again takes this back."""
    return _stepped(
        place_order.decline_order(current_database(), current_actor(), str(round_id), urn, required_version(), _now())
    )


@orders.route(f"{PATH}/approve", methods=["POST"])
@idempotent
@requires("school_approver", "governor")
@orders.response(200, answer_schemas.OrderStateSchema)
def approve_order(round_id: UUID, urn: int) -> Response:
    """Commit the school to the order, or give the first of two approvals."""
    return _stepped(
        decide_order.approve_order(current_database(), current_actor(), str(round_id), urn, required_version(), _now())
    )


@orders.route(f"{PATH}/return", methods=["POST"])
@idempotent
@requires("school_approver", "governor")
@orders.arguments(request_schemas.ReturnInSchema)
@orders.response(200, answer_schemas.OrderStateSchema)
def return_order(sent: dict[str, str], round_id: UUID, urn: int) -> Response:
    """Send the order back to its buyer, and say why."""
    version = required_version()
    return _stepped(
        decide_order.return_order(
            current_database(), current_actor(), str(round_id), urn, sent["reason"], version, _now()
        )
    )


def _stepped(found: OrderInRound) -> Response:
    """A step of the order: its new state, quickly; its money is there to be read."""
    return tagged(jsonify(shapes.order_state_json(found)), found.order.version)


def _answer(view: OrderView) -> Response:
    return tagged(jsonify(shapes.order_json(view)), view.found.order.version)


def _now() -> datetime:
    return datetime.now(UTC)
