"""Despatches over HTTP: what a supplier sends, as JSON or as a UBL Despatch Advice."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, jsonify, request
from flask_smorest import Blueprint
from sqlalchemy import Row

from chassis.idempotency import idempotent
from chassis.web import by_link, current_actor, current_database, requires
from contracts.london import london_day
from services.orders.api import delivery_schemas
from services.orders.api.shapes import Json, instant
from services.orders.domain.despatch import Despatch, SentLine
from services.orders.usecases import read_deliveries, record_despatch

despatches = Blueprint("despatches", __name__, description="What suppliers send of purchase orders")

READERS = ("supplier_user", "alliance_manager", "board_member", "school_buyer", "school_approver", "governor")
XML_TYPES = ("application/xml", "text/xml")
_PATH = "/purchase-orders/<uuid:purchase_order_id>/despatches"


@despatches.route("/purchase-orders/<uuid:purchase_order_id>/outstanding")
@requires(*READERS)
@by_link("purchase_order_id")
@despatches.response(200, delivery_schemas.OutstandingSchema)
def list_outstanding(purchase_order_id: UUID) -> Response:
    """What is still to be sent, on its way and received, by school and line of goods."""
    rows = read_deliveries.list_outstanding(current_database(), current_actor(), str(purchase_order_id))
    items = [{**row._mapping, "to_send": max(0, row.quantity - row.received - row.on_the_way)} for row in rows]
    return jsonify(items=items)


@despatches.route(_PATH)
@requires(*READERS)
@by_link("purchase_order_id")
@despatches.response(200, delivery_schemas.DespatchListSchema)
def list_despatches(purchase_order_id: UUID) -> Response:
    """The despatches of a purchase order; a school sees its own part of them."""
    rows = read_deliveries.list_despatches(current_database(), current_actor(), str(purchase_order_id))
    return jsonify(items=[_despatch_json(row) for row in rows])


@despatches.route(_PATH, methods=["POST"])
@idempotent
@requires("supplier_user")
@by_link("purchase_order_id")
@despatches.arguments(delivery_schemas.DespatchInSchema)
@despatches.response(201, delivery_schemas.DespatchOfOrderSchema)
def post_despatch(sent: dict[str, Any], purchase_order_id: UUID) -> Response:
    """The supplier has sent these units; without drops everything that is outstanding."""
    now = datetime.now(UTC)
    drops = sent.pop("drops")
    sent["despatched_on"] = sent["despatched_on"] or london_day(now)
    lines = [
        SentLine(drop["school_urn"], line["line_no"], line["quantity"])
        for drop in drops or ()
        for line in drop["lines"] or ()
    ]
    whole = None if drops is None else [drop["school_urn"] for drop in drops if not drop["lines"]]
    despatch_id = record_despatch.record_despatch(
        current_database(), current_actor(), str(purchase_order_id), Despatch(**sent), lines, whole, now
    )
    return _answer(str(purchase_order_id), despatch_id)


@despatches.route("/despatches", methods=["POST"])
@idempotent
@requires("supplier_user")
@despatches.doc(
    requestBody={
        "required": True,
        "content": {
            "application/xml": {
                "schema": {"type": "string", "description": "Peppol BIS Despatch Advice 3 (T16, UBL 2.1)"}
            }
        },
    }
)
@despatches.response(201, delivery_schemas.DespatchOfOrderSchema)
def post_advice() -> Response:
    """The same as a UBL Despatch Advice, which names the purchase order and the school."""
    if request.mimetype not in XML_TYPES:
        abort(415, "Send the despatch advice as application/xml.")
    purchase_order_id, despatch_id = record_despatch.record_advice(
        current_database(), current_actor(), request.get_data(), datetime.now(UTC)
    )
    return _answer(purchase_order_id, despatch_id)


@despatches.route(f"{_PATH}/<uuid:despatch_id>/original")
@requires("supplier_user", "alliance_manager", "board_member")
@despatches.response(200, content_type="application/xml")
def get_original(purchase_order_id: UUID, despatch_id: UUID) -> Response:
    """The document that a despatch was read from, byte for byte."""
    found = read_deliveries.get_despatch_file(
        current_database(), current_actor(), str(purchase_order_id), str(despatch_id)
    )
    response = Response(bytes(found.content), content_type=found.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.number}.xml"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(purchase_order_id: str, despatch_id: str) -> Response:
    row = read_deliveries.get_despatch(current_database(), current_actor(), purchase_order_id, despatch_id)
    response = jsonify({**_despatch_json(row), "purchase_order_id": purchase_order_id})
    response.status_code = 201
    response.headers["Location"] = f"/purchase-orders/{purchase_order_id}/despatches"
    return response


def _despatch_json(row: Row[Any]) -> Json:
    return {
        **row._mapping,
        "despatched_on": row.despatched_on.isoformat(),
        "expected_on": row.expected_on and row.expected_on.isoformat(),
        "recorded_at": instant(row.recorded_at),
    }
