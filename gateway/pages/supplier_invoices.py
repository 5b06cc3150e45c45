"""A supplier's invoices and credit notes: the list, one with how it was matched, sending one as a file or a form."""

from typing import Any, Final

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from chassis.workbooks import XLSX
from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.held_words import by_invoice
from gateway.pages.invoice_draft import InvoiceDraft, from_invoice, from_order, from_typing
from gateway.pages.invoice_parts import invoice_part
from gateway.pages.typed import sending_key
from gateway.upstream import Problem, ServiceUnavailable, upstream

LARGEST_FILE: Final = 32 * 1024 * 1024
"""As the way for programs has it (gateway/api/resources.py)."""

_XML: Final = "application/xml"


@supplier.url_value_preprocessor
def allow_documents(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let long invoices and their attachments through where they are sent."""
    if endpoint == "supplier.upload_invoice":
        request.max_content_length = LARGEST_FILE


@supplier.get("/invoices")
@for_supplier
def invoices() -> str:
    """Every invoice sent, newest first as the service lists them."""
    found = ask.items("billing", "/supplier-invoices")
    why = by_invoice(ask.items_or_none("billing", "/held-invoices"))
    return render_template("supplier/invoices.html", invoices=found, why=why)


@supplier.get("/invoices/<uuid:invoice_id>")
@for_supplier
def invoice(invoice_id: Any) -> str:
    """One invoice, with what is held and why."""
    found = ask.one("billing", f"/supplier-invoices/{invoice_id}")
    return render_template("supplier/invoice.html", invoice=found, part=invoice_part(found))


@supplier.get("/invoices/<uuid:invoice_id>/<any(original,'response.xml'):part>")
@for_supplier
def invoice_file(invoice_id: Any, part: str) -> FlaskResponse:
    """The file as it came, or our answer as a Peppol Invoice Response."""
    return _passed_on(f"/supplier-invoices/{invoice_id}/{part}")


@supplier.get("/invoices/new")
@for_supplier
def new_invoice() -> str:
    """The ways to send an invoice: its XML file, our sheet, or a form made from an order."""
    return _new_page(Faults())


@supplier.post("/invoices/upload")
@for_supplier
def upload_invoice() -> Response | tuple[str, int]:
    """Send a Peppol UBL document or a filled-in sheet as it is; a refused document is shown as it was read."""
    faults = Faults()
    sent = request.files.get("file")
    document = sent.read() if sent else b""
    if not document:
        faults.add("Choose the invoice’s file.", "file")
        return _new_page(faults), faults.status
    media_type = _media_type(sent, document)
    with faults.of_service(otherwise="file"):
        answer = upstream.post(
            "billing",
            "/supplier-invoices",
            body=document,
            content_type=media_type,
            key=request.form.get("sending_key"),
        ).json()
    if faults:
        return _new_page(faults, _read(document) if media_type == _XML else None), faults.status
    return _received(answer)


@supplier.get("/orders/<uuid:purchase_order_id>/invoice.<any(xlsx,csv):suffix>")
@for_supplier
def invoice_sheet(purchase_order_id: Any, suffix: str) -> FlaskResponse:
    """Our invoice sheet, filled in from what the schools received."""
    school = request.args.get("school", type=int)
    return _passed_on(f"/supplier-invoices/templates/{purchase_order_id}.{suffix}", school_urn=school)


@supplier.route("/orders/<uuid:purchase_order_id>/invoice", methods=["GET", "POST"])
@for_supplier
def invoice_form(purchase_order_id: Any) -> Response | tuple[str, int] | str:
    """An invoice filled in from what the schools received: shown, worked out again, or sent as it was typed."""
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    contract = ask.one_or_none("catalogue", f"/contracts/{order['contract_id']}") or {}
    schools = sorted((drop["school_name"], drop["school_urn"]) for drop in order["drops"])
    direct = contract.get("settlement") == "direct"
    school = request.args.get("school", type=int) if direct else None
    if direct and school not in {urn for _, urn in schools}:
        return render_template("supplier/invoice_schools.html", order=order, schools=schools)
    return _form(from_order(order, school), order)


@supplier.route("/invoices/<uuid:invoice_id>/credit", methods=["GET", "POST"])
@for_supplier
def credit_form(invoice_id: Any) -> Response | tuple[str, int] | str:
    """A credit note for an invoice, filled in with what the schools have not ordered or not received."""
    found = ask.one("billing", f"/supplier-invoices/{invoice_id}")
    if found["kind"] == "credit_note":
        abort(404)
    return _form(from_invoice(found), None)


def _form(blank: InvoiceDraft, order: dict[str, Any] | None) -> Response | tuple[str, int] | str:
    faults = Faults()
    if request.method == "GET":
        return _form_page(order, blank, faults)
    draft = from_typing(blank, request.form, faults)
    if request.form.get("action") == "totals":
        return _form_page(order, draft.with_totals(), faults)
    if not faults:
        with faults.of_service(draft.field_ids()):
            answer = upstream.post(
                "billing", "/supplier-invoices", json=draft.body(), key=request.form.get("sending_key")
            ).json()
    if faults:
        return _form_page(order, draft, faults), faults.status
    return _received(answer)


def _received(answer: dict[str, Any]) -> Response:
    what = "credit note" if answer["kind"] == "credit_note" else "invoice"
    flash(f"We have your {what} {answer['number']}; our number for it is {answer['our_number']}.")
    return redirect(url_for("supplier.invoice", invoice_id=answer["supplier_invoice_id"]), 303)


def _read(document: bytes) -> dict[str, Any] | None:
    """What stands in a refused document; None where it cannot be read at all."""
    try:
        found: dict[str, Any] = upstream.post(
            "billing", "/supplier-invoices/readings", body=document, content_type=_XML
        ).json()
    except (Problem, ServiceUnavailable):
        return None
    return found


def _new_page(faults: Faults, read: dict[str, Any] | None = None) -> str:
    orders = ask.items_or_none("orders", "/purchase-orders")
    accepted = [order for order in orders or [] if order["state"] == "accepted"]
    key = sending_key(request.form, faults)
    return render_template("supplier/invoice_new.html", orders=accepted, key=key, faults=faults, read=read)


def _form_page(order: dict[str, Any] | None, draft: InvoiceDraft, faults: Faults) -> str:
    key = sending_key(request.form, faults)
    return render_template("supplier/invoice_form.html", order=order, draft=draft, key=key, faults=faults)


def _media_type(sent: FileStorage | None, document: bytes) -> str:
    """What a file is, by its content: what a browser says of it depends on what is installed there."""
    if document.startswith(b"PK\x03\x04"):
        return XLSX
    name = (sent.filename or "").lower() if sent else ""
    return "text/csv" if name.endswith((".csv", ".txt")) else _XML


def _passed_on(path: str, **params: int | None) -> FlaskResponse:
    """A file of billing's, to be saved and never shown in place."""
    answer = upstream.get("billing", path, params=params)
    response = FlaskResponse(answer.body, content_type=answer.headers.get("content-type", "application/octet-stream"))
    response.headers["Content-Disposition"] = answer.headers.get("content-disposition", "attachment")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
