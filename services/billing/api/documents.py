"""Suppliers' documents over HTTP: as they came, what stands in them, and the answers to them."""

import re
from base64 import b64encode
from uuid import UUID

from flask import Response, abort, jsonify, request
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from contracts.errors import NotFound
from services.billing.api import document_schemas, document_shapes, match_schemas, schemas, shapes
from services.billing.usecases import read_documents
from services.billing.usecases.reject_invoice import reject_invoice, withdraw_rejection

blueprint = Blueprint("supplier-documents", __name__, description="Suppliers' documents and the answers to them")

READERS = ("supplier_user", "alliance_manager", "board_member")
_ONE = "/supplier-invoices/<uuid:supplier_invoice_id>"
_ENDINGS = {
    "application/xml": "xml",
    "application/json": "json",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


@blueprint.route("/supplier-invoices/readings", methods=["POST"])
@requires("supplier_user", "alliance_manager")
@blueprint.doc(requestBody={"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}})
@blueprint.response(200, document_schemas.ReadingOut)
def read_document() -> Response:
    """Read a Peppol BIS Billing 3.0 document without keeping it, with all that would stand in its way."""
    if request.mimetype not in ("application/xml", "text/xml"):
        abort(415, "Send the document as application/xml.")
    return jsonify(document_shapes.reading(read_documents.read_document(request.get_data())))


@blueprint.route(f"{_ONE}/document")
@requires(*READERS)
@blueprint.response(200, document_schemas.DocumentOut)
def get_document(supplier_invoice_id: UUID) -> Response:
    """Everything that stands in a document that came as XML, amounts as they were written."""
    found = read_documents.get_document(current_database(), current_actor(), str(supplier_invoice_id))
    return jsonify(document_shapes.document(found))


@blueprint.route(f"{_ONE}/original")
@requires(*READERS)
@blueprint.response(200, content_type="application/octet-stream")
def get_original(supplier_invoice_id: UUID) -> Response:
    """The file as it came, byte for byte."""
    found = read_documents.get_original(current_database(), current_actor(), str(supplier_invoice_id))
    response = _download(bytes(found.original), found.original_type, found.number)
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(found.original_sha256).decode()}:"
    return response


@blueprint.route(f"{_ONE}/attachments/<int(min=1,max=1000):place>")
@requires(*READERS)
@blueprint.response(200, content_type="application/octet-stream")
def get_attachment(supplier_invoice_id: UUID, place: int) -> Response:
    """A file that is embedded in a document, by its place from 1."""
    found = read_documents.get_document(current_database(), current_actor(), str(supplier_invoice_id))
    if place > len(found.attachments) or found.attachments[place - 1].content is None:
        raise NotFound("The document has no such file in it.")
    each = found.attachments[place - 1]
    return _download(each.content or b"", "application/octet-stream", each.filename or each.identifier, ending="")


@blueprint.route(f"{_ONE}/rejection", methods=["POST"])
@idempotent
@requires("alliance_manager")
@blueprint.arguments(match_schemas.DecisionIn)
@blueprint.response(200, schemas.InvoiceOut)
def post_rejection(sent: dict[str, str], supplier_invoice_id: UUID) -> Response:
    """Reject an invoice as a whole, with the reason that the supplier is told."""
    found = reject_invoice(current_database(), current_actor(), str(supplier_invoice_id), sent["reason"])
    return jsonify(shapes.invoice(found))


@blueprint.route(f"{_ONE}/rejection-withdrawal", methods=["POST"])
@idempotent
@requires("alliance_manager")
@blueprint.arguments(match_schemas.DecisionIn)
@blueprint.response(200, schemas.InvoiceOut)
def post_rejection_withdrawal(sent: dict[str, str], supplier_invoice_id: UUID) -> Response:
    """Take the rejection of an invoice back, as long as the supplier has credited nothing of it."""
    found = withdraw_rejection(current_database(), current_actor(), str(supplier_invoice_id), sent["reason"])
    return jsonify(shapes.invoice(found))


@blueprint.route(f"{_ONE}/response.xml")
@requires(*READERS)
@blueprint.response(200, content_type="application/xml")
def get_response(supplier_invoice_id: UUID) -> Response:
    """The last answer to a document as a Peppol Invoice Response (T111)."""
    content = read_documents.write_answer(current_database(), current_actor(), str(supplier_invoice_id))
    return _download(content, "application/xml", f"response-{supplier_invoice_id}")


def _download(content: bytes, media_type: str, name: str, ending: str | None = None) -> Response:
    """A file to be saved and never shown in place: it comes from outside."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "document"
    ending = _ENDINGS.get(media_type, "bin") if ending is None else ending
    file = f"{plain}.{ending}" if ending else plain
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
