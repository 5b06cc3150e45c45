"""Entering a supplier's invoice or credit note: its file, our sheet, or a form made from an order or an invoice.

A supplier enters its own, the alliance's manager those that came by post or mail: the same pages behind two doors.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from chassis.workbooks import XLSX
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.files import passed_on
from gateway.pages.invoice_draft import InvoiceDraft, from_invoice, from_order, from_typing
from gateway.pages.typed import sending_key
from gateway.upstream import Problem, ServiceUnavailable, upstream

LARGEST_FILE: Final = 32 * 1024 * 1024
"""As the way for programs has it (gateway/api/resources.py)."""

_XML: Final = "application/xml"

View = TypeVar("View", bound=Callable[..., Any])


@supplier.url_value_preprocessor
@alliance.url_value_preprocessor
def allow_documents(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let long invoices and their attachments through where they are sent."""
    if endpoint in ("supplier.upload_invoice", "alliance.upload_invoice"):
        request.max_content_length = LARGEST_FILE


def _entered(rule: str, *methods: str) -> Callable[[View], View]:
    """Serve a page to suppliers and to the alliance's manager, each under its own addresses."""

    def both(view: View) -> View:
        for blueprint, door, orders in ((supplier, for_supplier, "orders"), (alliance, for_manager, "purchase-orders")):
            blueprint.route(rule.format(orders=orders), methods=methods or ("GET",))(door(view))
        return view

    return both


@_entered("/invoices/new")
def new_invoice() -> str:
    """The ways to send an invoice: its XML file, our sheet, or a form made from an order."""
    return _new_page(Faults())


@_entered("/invoices/upload", "POST")
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


@_entered("/{orders}/<uuid:purchase_order_id>/invoice.<any(xlsx,csv):suffix>")
def invoice_sheet(purchase_order_id: Any, suffix: str) -> FlaskResponse:
    """Our invoice sheet, filled in from what the schools received."""
    school = request.args.get("school", type=int)
    return passed_on("billing", f"/supplier-invoices/templates/{purchase_order_id}.{suffix}", {"school_urn": school})


@_entered("/{orders}/<uuid:purchase_order_id>/invoice", "GET", "POST")
def invoice_form(purchase_order_id: Any) -> Response | tuple[str, int] | str:
    """An invoice filled in from what the schools received: shown, worked out again, or sent as it was typed."""
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    contract = ask.one_or_none("catalogue", f"/contracts/{order['contract_id']}") or {}
    schools = sorted((drop["school_name"], drop["school_urn"]) for drop in order["drops"])
    direct = contract.get("settlement") == "direct"
    school = request.args.get("school", type=int) if direct else None
    if direct and school not in {urn for _, urn in schools}:
        return render_template("invoice_entry/schools.html", order=order, schools=schools)
    return _form(from_order(order, school), order)


@_entered("/invoices/<uuid:invoice_id>/credit", "GET", "POST")
def credit_form(invoice_id: Any) -> Response | tuple[str, int] | str:
    """A credit note for an invoice, filled in with what the schools have not ordered or not received."""
    found = ask.one("billing", f"/supplier-invoices/{invoice_id}")
    if found["kind"] == "credit_note":
        abort(404)
    return _form(from_invoice(found), None)


@_entered("/invoices/<uuid:invoice_id>/<any(original,'response.xml'):part>")
def invoice_file(invoice_id: Any, part: str) -> FlaskResponse:
    """The file as it came, or our answer as a Peppol Invoice Response: to be saved and never shown in place."""
    answer = upstream.get("billing", f"/supplier-invoices/{invoice_id}/{part}")
    response = FlaskResponse(answer.body, content_type=answer.headers.get("content-type", "application/octet-stream"))
    response.headers["Content-Disposition"] = answer.headers.get("content-disposition", "attachment")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


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
    whose = "your " if request.blueprint == supplier.name else "the supplier’s "
    flash(f"We have {whose}{what} {answer['number']}; our number for it is {answer['our_number']}.")
    return redirect(url_for(".invoice", invoice_id=answer["supplier_invoice_id"]), 303)


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
    return render_template("invoice_entry/new.html", orders=accepted, key=key, faults=faults, read=read)


def _form_page(order: dict[str, Any] | None, draft: InvoiceDraft, faults: Faults) -> str:
    key = sending_key(request.form, faults)
    return render_template("invoice_entry/form.html", order=order, draft=draft, key=key, faults=faults)


def _media_type(sent: FileStorage | None, document: bytes) -> str:
    """What a file is, by its content: what a browser says of it depends on what is installed there."""
    if document.startswith(b"PK\x03\x04"):
        return XLSX
    name = (sent.filename or "").lower() if sent else ""
    return "text/csv" if name.endswith((".csv", ".txt")) else _XML
