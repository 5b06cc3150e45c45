"""Supplier invoices over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, abort, jsonify, request
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from contracts.money import line_net_pence
from contracts.vat import vat_rate
from services.billing.api import invoice_templates, match_schemas, schemas, shapes
from services.billing.domain.invoice import EARLIEST_ISSUE, InvoiceLine, SupplierInvoice
from services.billing.storage.invoices import Original
from services.billing.usecases import read_invoices, register_invoice

blueprint = Blueprint("supplier-invoices", __name__, description="Supplier invoices and their match")

XML_TYPES = ("application/xml", "text/xml")
READERS = ("supplier_user", "alliance_manager", "board_member")


@blueprint.route("/supplier-invoices", methods=["POST"])
@idempotent
@requires("supplier_user", "alliance_manager")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": schemas.InvoiceIn},
            "application/xml": {"schema": {"type": "string", "description": "Peppol BIS Billing 3.0 (UBL 2.1)"}},
            XLSX: {"schema": {"type": "string", "format": "binary", "description": "Our invoice sheet, filled in"}},
            invoice_templates.CSV: {"schema": {"type": "string", "description": "The same as CSV"}},
        },
    }
)
@blueprint.response(201, schemas.InvoiceOut)
def post_invoice() -> Response:
    """Register an invoice or credit note: as JSON, as a Peppol BIS Billing 3.0 document, or on our sheet."""
    if request.mimetype in XML_TYPES:
        found = register_invoice.register_ubl(current_database(), current_actor(), request.get_data())
    elif request.mimetype in (XLSX, invoice_templates.CSV):
        found = invoice_templates.register(request.get_data(), request.mimetype)
    elif request.is_json:
        found = _post_form()
    else:
        abort(415, f"Send the invoice as application/json, application/xml, {invoice_templates.CSV} or {XLSX}.")
    response = jsonify(shapes.invoice(found))
    response.headers["Location"] = f"/supplier-invoices/{found.head.supplier_invoice_id}"
    response.status_code = 201
    return response


@blueprint.arguments(schemas.InvoiceIn)
def _post_form(sent: dict[str, Any]) -> read_invoices.InvoiceView:
    original = Original(request.get_data(), "application/json")
    return register_invoice.register_form(current_database(), current_actor(), _invoice(sent), original)


@blueprint.route("/supplier-invoices")
@requires(*READERS)
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.InvoicePage)
def list_invoices(query: dict[str, Any]) -> Response:
    """A page of invoices by our number."""
    items, following = read_invoices.list_invoices(current_database(), current_actor(), **query)
    return jsonify(items=[shapes.invoice_head(item) for item in items], next=following)


@blueprint.route("/supplier-invoices/<uuid:supplier_invoice_id>")
@requires(*READERS)
@blueprint.response(200, schemas.InvoiceOut)
def get_invoice(supplier_invoice_id: UUID) -> Response:
    """One invoice with its match, line by line, and the reasons."""
    found = read_invoices.get_invoice(current_database(), current_actor(), str(supplier_invoice_id))
    return jsonify(shapes.invoice(found))


@blueprint.route("/supplier-invoices/<uuid:supplier_invoice_id>/lines")
@requires(*READERS)
@blueprint.arguments(schemas.InvoiceLineQuery, location="query")
@blueprint.response(200, schemas.InvoiceLinePage)
def list_lines(query: dict[str, Any], supplier_invoice_id: UUID) -> Response:
    """A page of an invoice's lines, by number."""
    invoice_id = str(supplier_invoice_id)
    items, following = read_invoices.list_lines(current_database(), current_actor(), invoice_id, **query)
    return jsonify(items=[shapes.invoice_line(item) for item in items], next=following)


@blueprint.route("/supplier-invoices/<uuid:supplier_invoice_id>/matches")
@requires(*READERS)
@blueprint.arguments(match_schemas.MatchQuery, location="query")
@blueprint.response(200, match_schemas.MatchPage)
def list_matches(query: dict[str, Any], supplier_invoice_id: UUID) -> Response:
    """A page of an invoice's matches by line and school, with what was decided of them."""
    line_no, _, urn = (query.pop("after") or "0.0").partition(".")
    items, decided, following = read_invoices.list_matches(
        current_database(), current_actor(), str(supplier_invoice_id), after=(int(line_no), int(urn)), **query
    )
    place = ".".join(map(str, following)) if following else None
    return jsonify(items=shapes.invoice_matches(items, decided), next=place)


def _invoice(sent: dict[str, Any]) -> SupplierInvoice:
    sign = -1 if sent["kind"] == "credit_note" else 1
    issued = sent["issue_date"]
    lines = tuple(_line(number, line, issued, sign) for number, line in enumerate(sent.pop("lines"), 1))
    given_back = tuple(sent.pop("credits"))
    amounts = {name: sign * sent.pop(name) for name in ("net_pence", "vat_pence", "gross_pence")}
    return SupplierInvoice(**sent, **amounts, credits=given_back, lines=lines)


def _line(number: int, sent: dict[str, Any], issued: date, sign: int) -> InvoiceLine:
    if sent["net_pence"] is None:
        sent["net_pence"] = line_net_pence(sent["quantity"], sent["unit_price"])
    if sent["vat_rate"] is None:
        sent["vat_rate"] = vat_rate(sent["vat_class"], max(issued, EARLIEST_ISSUE))
    sent["quantity"], sent["net_pence"] = sign * sent["quantity"], sign * sent["net_pence"]
    sent["order_number"] = sent.pop("purchase_order_number")
    return InvoiceLine(line_no=number, **sent)
