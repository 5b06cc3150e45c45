"""Receipts over HTTP: what arrived at schools, the photos of damage, and the claims on suppliers."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from sqlalchemy import Row
from werkzeug.exceptions import UnprocessableEntity

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.orders.api import delivery_schemas
from services.orders.api.purchase_order_schemas import PurchaseOrderSchema
from services.orders.api.purchase_order_views import whole_order
from services.orders.api.shapes import Json, instant
from services.orders.domain.claim import Promise
from services.orders.domain.receipt import ReceivedLine
from services.orders.storage.claims import After
from services.orders.usecases import answer_claim, keep_photo, read_deliveries, record_receipt
from services.orders.usecases.read_deliveries import ClaimView

receipts = Blueprint("receipts", __name__, description="What arrived at schools, and what they claim")

READERS = ("supplier_user", "alliance_manager", "board_member", "school_buyer", "school_approver", "governor")
_PATH = "/purchase-orders/<uuid:purchase_order_id>"


@receipts.route(f"{_PATH}/receipts", methods=["POST"])
@idempotent
@requires("school_buyer", "school_approver")
@receipts.arguments(delivery_schemas.ReceiptInSchema)
@receipts.response(201, PurchaseOrderSchema)
def receive(sent: dict[str, Any], purchase_order_id: UUID) -> Response:
    """A school records what arrived, or later what it found wrong with it."""
    lines = [
        ReceivedLine(
            line["line_no"],
            line["quantity_received"],
            line["quantity_short"],
            line["quantity_damaged"],
            line["quantity_wrong"],
            line["note"],
        )
        for line in sent["lines"]
    ]
    record_receipt.record_receipt(
        current_database(),
        current_actor(),
        str(purchase_order_id),
        lines,
        sent["note"] or "",
        datetime.now(UTC),
        arrived_on=sent["arrived_on"],
        despatch_id=sent["despatch_id"],
        photos={line["line_no"]: line["photos"] for line in sent["lines"] if line["photos"]},
    )
    return whole_order(purchase_order_id, 201)


@receipts.route(f"{_PATH}/receipts")
@requires(*READERS)
@receipts.response(200, delivery_schemas.ReceiptListSchema)
def list_receipts(purchase_order_id: UUID) -> Response:
    """What schools recorded of a purchase order; a school sees its own."""
    actor = current_actor()
    rows = read_deliveries.list_receipts(current_database(), actor, str(purchase_order_id))
    return jsonify(items=[_receipt_json(row, named=actor.kind != "supplier") for row in rows])


@receipts.route(f"{_PATH}/photos", methods=["POST"])
@idempotent
@requires("school_buyer", "school_approver")
@receipts.doc(
    requestBody={
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    }
)
@receipts.response(201, delivery_schemas.PhotoSchema)
def post_photo(purchase_order_id: UUID) -> tuple[Json, int]:
    """Keep a photo of at most 5 MB for a receipt, which names it; one that no receipt names is deleted after a day."""
    photo_id = keep_photo.keep_photo(
        current_database(), current_actor(), str(purchase_order_id), request.get_data(), datetime.now(UTC)
    )
    return {"photo_id": photo_id}, 201


@receipts.route(f"{_PATH}/photos/<uuid:photo_id>")
@requires(*READERS)
@receipts.response(200, content_type="image/jpeg")
def get_photo(purchase_order_id: UUID, photo_id: UUID) -> Response:
    """A photo, for its school, the supplier of the order and the alliance."""
    media_type, content = keep_photo.get_photo(
        current_database(), current_actor(), str(purchase_order_id), str(photo_id)
    )
    response = Response(content, content_type=media_type)
    suffix = media_type.removeprefix("image/")
    response.headers["Content-Disposition"] = f'attachment; filename="photo-{str(photo_id)[:8]}.{suffix}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@receipts.route("/claims")
@requires(*READERS)
@receipts.arguments(delivery_schemas.ClaimQuerySchema, location="query")
@receipts.response(200, delivery_schemas.ClaimListSchema)
def list_claims(query: dict[str, Any]) -> Response:
    """A page of what schools found short, damaged or wrong, the latest first."""
    views, following = read_deliveries.list_claims(
        current_database(),
        current_actor(),
        purchase_order_id=query["purchase_order_id"],
        unsettled=query["state"] == "open",
        after=_place(query["after"]),
        limit=query["limit"],
    )
    following_text = following and f"{following[0].isoformat()}~{following[1]}~{following[2]}"
    return jsonify(items=[_claim_json(view) for view in views], next=following_text)


@receipts.route("/claims/<uuid:receipt_id>/<int(max=1000000):line_no>/answer", methods=["POST"])
@idempotent
@requires("supplier_user")
@receipts.arguments(delivery_schemas.ClaimAnswerInSchema)
@receipts.response(204)
def post_answer(sent: dict[str, Any], receipt_id: UUID, line_no: int) -> Response:
    """The supplier delivers again by a day, or credits; a later answer replaces an earlier one."""
    promise = Promise(sent["answer"], sent["redeliver_by"], sent["note"].strip())
    answer_claim.answer_claim(current_database(), current_actor(), str(receipt_id), line_no, promise, datetime.now(UTC))
    return Response(status=204)


def _place(after: str | None) -> After | None:
    if after is None:
        return None
    try:
        at, receipt_id, line_no = after.split("~")
        return datetime.fromisoformat(at), str(UUID(receipt_id)), int(line_no)
    except ValueError as fault:
        raise UnprocessableEntity("This is not where a page of claims ended.") from fault


def _receipt_json(row: Row[Any], *, named: bool) -> Json:
    return {
        **row._mapping,
        "recorded_at": instant(row.recorded_at),
        "recorded_by": row.recorded_by if named else None,
        "arrived_on": row.arrived_on.isoformat(),
    }


def _claim_json(view: ClaimView) -> Json:
    row = view.row
    return {
        **row._mapping,
        "state": view.state,
        "recorded_at": instant(row.recorded_at),
        "redeliver_by": row.redeliver_by and row.redeliver_by.isoformat(),
        "answered_at": instant(row.answered_at),
    }
