"""Suppliers' answers over HTTP: given by file, read with their effect, decided by the manager."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from sqlalchemy import Row

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import by_link, current_actor, current_database, requires
from services.orders.api import supplier_answer_schemas as schemas
from services.orders.api.shapes import Json, instant
from services.orders.api.supplier_answer_shapes import effects_json, made_json
from services.orders.usecases import answer_by_file, decide_answer, read_answers

answers = Blueprint("supplier_answers", __name__, description="Suppliers' answers to purchase orders")

READERS = ("supplier_user", "alliance_manager", "board_member")
_PATH = "/purchase-orders/<uuid:purchase_order_id>/answers"
_FILES = {
    "application/xml": {"schema": {"type": "string", "description": "Peppol Order Response 3 (T76, UBL 2.1)"}},
    answer_by_file.SHEET_TYPE: {"schema": {"type": "string", "format": "binary"}},
    "text/csv": {"schema": {"type": "string"}},
}


@answers.route("/order-answers", methods=["POST"])
@idempotent
@requires("supplier_user")
@answers.arguments(schemas.AnswerFileQuerySchema, location="query")
@answers.doc(requestBody={"required": True, "content": _FILES})
@answers.response(201, schemas.AnswerSchema)
def answer_by_any_file(query: dict[str, Any]) -> Response:
    """Answer the order that the file names: an Order Response, or the order's spreadsheet filled in."""
    return _by_file(query["name"], None)


@answers.route(_PATH, methods=["POST"])
@idempotent
@requires("supplier_user")
@by_link("purchase_order_id")
@answers.arguments(schemas.AnswerFileQuerySchema, location="query")
@answers.doc(requestBody={"required": True, "content": _FILES})
@answers.response(201, schemas.AnswerSchema)
def answer_this_by_file(query: dict[str, Any], purchase_order_id: UUID) -> Response:
    """Answer this order by a file, which must name it."""
    return _by_file(query["name"], str(purchase_order_id))


@answers.route(_PATH)
@requires(*READERS)
@by_link("purchase_order_id")
@answers.response(200, schemas.AnswerListSchema)
def list_answers(purchase_order_id: UUID) -> Response:
    """Every answer to a purchase order, the newest first."""
    rows = read_answers.list_answers(current_database(), current_actor(), str(purchase_order_id))
    return jsonify(items=[_head_json(row) for row in rows], next=None)


@answers.route(f"{_PATH}/<uuid:answer_id>")
@requires(*READERS)
@by_link("purchase_order_id")
@answers.arguments(schemas.AnswerQuerySchema, location="query")
@answers.response(200, schemas.AnswerSchema)
def get_answer(query: dict[str, Any], purchase_order_id: UUID, answer_id: UUID) -> Response:
    """One answer with its effect on each school."""
    return _answer(str(purchase_order_id), str(answer_id), line_no=query["line_no"])


@answers.route(f"{_PATH}/<uuid:answer_id>/file")
@requires(*READERS)
@answers.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def get_file(purchase_order_id: UUID, answer_id: UUID) -> Response:
    """The file that an answer came in, byte for byte."""
    found = read_answers.get_answer_file(current_database(), current_actor(), str(purchase_order_id), str(answer_id))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.file_name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Digest": f"sha-256={found.sha256}",
    }
    return Response(bytes(found.document), content_type=found.media_type, headers=headers)


@answers.route(f"{_PATH}/<uuid:answer_id>/decision", methods=["POST"])
@requires("alliance_manager")
@answers.arguments(schemas.DecisionInSchema)
@answers.response(200, schemas.AnswerSchema)
def decide(sent: dict[str, Any], purchase_order_id: UUID, answer_id: UUID) -> Response:
    """Take or decline its changes, whole or line by line. If-Match makes it happen once: no Idempotency-Key."""
    decide_answer.decide_answer(
        current_database(),
        current_actor(),
        str(purchase_order_id),
        str(answer_id),
        sent["taken_lines"],
        sent["reason"] or "",
        required_version(),
        _now(),
    )
    return _answer(str(purchase_order_id), str(answer_id))


@answers.route(f"{_PATH}/<uuid:answer_id>/completion", methods=["POST"])
@requires("alliance_manager")
@answers.response(200, schemas.AnswerSchema)
def complete(purchase_order_id: UUID, answer_id: UUID) -> Response:
    """Go on without schools that have not said whether they pay more; they get nothing of those lines."""
    decide_answer.go_on_without(
        current_database(), current_actor(), str(purchase_order_id), str(answer_id), required_version(), _now()
    )
    return _answer(str(purchase_order_id), str(answer_id))


def _by_file(name: str, expected: str | None) -> Response:
    database, actor = current_database(), current_actor()
    given = answer_by_file.answer_by_file(database, actor, name, request.get_data(), _now(), expected=expected)
    answer_id = given.answer_id
    if answer_id is None:  # the same was said before: that answer stands
        answer_id = read_answers.list_answers(database, actor, given.purchase_order_id)[0].answer_id
    return _answer(given.purchase_order_id, answer_id, 201)


def _answer(purchase_order_id: str, answer_id: str, status: int = 200, *, line_no: int | None = None) -> Response:
    actor = current_actor()
    view = read_answers.get_answer(current_database(), actor, purchase_order_id, answer_id)
    effects = effects_json(view, line_no) if view.effects and actor.kind != "supplier" else made_json(view, line_no)
    response = jsonify(
        **_head_json(view.row),
        number=view.order.number,
        lines=view.row.lines,
        effects=effects,
        fairness=view.fairness,
        cut_last_time=[] if actor.kind == "supplier" else sorted(view.cut_last_time),
        waits_for=[]
        if actor.kind == "supplier"
        else sorted({each.urn for each in view.asked if each.state == "proposed" and not each.agreed}),
    )
    response.status_code = status
    return tagged(response, view.row.version)


def _head_json(row: Row[Any]) -> Json:
    plain = (
        "answer_id", "purchase_order_id", "revision", "answer", "source", "school_urn", "reason", "person", "state",
        "taken_lines", "decision", "decided_by", "made_revision", "version",
    )  # fmt: skip
    file = {"name": row.file_name, "media_type": row.media_type, "sha256": row.sha256}
    return {
        **{name: getattr(row, name) for name in plain},
        "answered_at": instant(row.answered_at),
        "decided_at": instant(row.decided_at),
        "file": file if row.file_name else None,
    }


def _now() -> datetime:
    return datetime.now(UTC)
