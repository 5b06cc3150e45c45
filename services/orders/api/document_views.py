"""A purchase order's documents: .pdf, .xlsx and .xml, what becomes of them, and the papers that go with the goods."""

from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint
from sqlalchemy import Row

from chassis.web import by_link, current_actor, current_database, requires
from contracts.errors import NotFound
from services.orders.api import document_schemas, shapes
from services.orders.api.order_documents import XML, one_of, render
from services.orders.domain.order_document import NOTES, SENT
from services.orders.usecases import make_documents

order_documents = Blueprint("order_documents", __name__, description="Documents of purchase orders")

READERS: Final = ("supplier_user", "alliance_manager")
_ASK_AGAIN: Final = "2"
_STATE: Final = ("form", "revision", "state", "progress", "code", "reason", "media_type", "file_name", "size", "sha256")


@order_documents.route("/purchase-orders/<uuid:purchase_order_id>/documents")
@requires(*READERS)
@by_link("purchase_order_id")
@order_documents.response(200, document_schemas.DocumentListSchema)
def list_documents(purchase_order_id: UUID) -> Response:
    """Every revision's documents, the latest first; `ready` once those of the order as it stands are done with."""
    revision, rows = make_documents.list_documents(current_database(), current_actor(), str(purchase_order_id))
    known = {row.form: row for row in rows if row.revision == revision}
    now = [_state(known[form]) if form in known else _missing(form, revision) for form in SENT]
    before = [_state(row) for row in rows if row.revision != revision and row.form in SENT]
    return jsonify(
        revision=revision,
        ready=all(item["state"] in ("made", "refused", "failed") for item in now),
        progress=sum(100 if item["state"] in ("refused", "failed") else item["progress"] for item in now) // len(now),
        items=now + before,
    )


@order_documents.route("/purchase-orders/<uuid:purchase_order_id>/documents", methods=["POST"])
@requires(*READERS)
@by_link("purchase_order_id")
@order_documents.response(202, document_schemas.DocumentListSchema)
def make_again(purchase_order_id: UUID) -> tuple[Response, int]:
    """Make what is missing, was refused or failed; the rest stays as it is, so that asking twice does no harm."""
    make_documents.make_again(current_database(), current_actor(), str(purchase_order_id), render)
    return list_documents(purchase_order_id), 202


@order_documents.route("/purchase-orders/<uuid:purchase_order_id>.<form>")
@requires(*READERS)
@by_link("purchase_order_id")
@order_documents.arguments(document_schemas.DocumentQuerySchema, location="query")
@order_documents.response(200, content_type="application/pdf")
@order_documents.alt_response(202, schema=document_schemas.DocumentStateSchema)
def document(query: dict[str, Any], purchase_order_id: UUID, form: str) -> Response:
    """The order as PDF, spreadsheet or Peppol UBL; 202 with its progress while a long one is being made.

    Peppol has an order for each drop: of several drops the answer is a ZIP of them, and `drop` asks for one.
    """
    if form not in SENT:
        raise NotFound("A purchase order can be had as .pdf, .xlsx or .xml.")
    found = make_documents.get_document(
        current_database(), current_actor(), str(purchase_order_id), form, render, revision=query["revision"]
    )
    if found.state != "made" or query["drop"] is None:
        return _answer(found)
    part = one_of(found.content, found.media_type, query["drop"]) if form == "xml" else None
    if part is None:
        raise NotFound("There is no such drop.")
    content, name = part
    return _download(content, XML, name or found.file_name)


@order_documents.route("/purchase-orders/<uuid:purchase_order_id>/labels.pdf")
@requires(*READERS)
@by_link("purchase_order_id")
@order_documents.arguments(document_schemas.PaperQuerySchema, location="query")
@order_documents.response(200, content_type="application/pdf")
@order_documents.alt_response(202, schema=document_schemas.DocumentStateSchema)
def labels(query: dict[str, Any], purchase_order_id: UUID) -> Response:
    """A label for each drop, eight to a sheet or one to a page."""
    return _paper(purchase_order_id, f"labels-{query['layout']}-{query['by']}", query["root"])


@order_documents.route("/purchase-orders/<uuid:purchase_order_id>/delivery-notes.pdf")
@requires(*READERS)
@by_link("purchase_order_id")
@order_documents.arguments(document_schemas.PaperQuerySchema, location="query")
@order_documents.response(200, content_type="application/pdf")
@order_documents.alt_response(202, schema=document_schemas.DocumentStateSchema)
def delivery_notes(query: dict[str, Any], purchase_order_id: UUID) -> Response:
    """A delivery note for each drop."""
    return _paper(purchase_order_id, f"{NOTES}-{query['by']}", query["root"])


def _paper(purchase_order_id: UUID, form: str, root: str) -> Response:
    found = make_documents.get_document(
        current_database(), current_actor(), str(purchase_order_id), form, render, root=root
    )
    return _answer(found)


def _answer(found: Row[Any]) -> Response:
    if found.state == "made":
        return _download(found.content, found.media_type, found.file_name)
    if found.state in ("refused", "failed"):
        raise make_documents.refusal(found)
    response = jsonify(_state(found))
    response.status_code = 202
    response.headers["Retry-After"] = _ASK_AGAIN
    return response


def _download(content: bytes, media_type: str, file_name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _state(row: Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in _STATE} | {"made_at": shapes.instant(row.made_at)}


def _missing(form: str, revision: int) -> dict[str, Any]:
    empty = dict.fromkeys((*_STATE, "made_at"))
    return empty | {"form": form, "revision": revision, "state": "missing", "progress": 0}
