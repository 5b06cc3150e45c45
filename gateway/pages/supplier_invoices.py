"""A supplier's invoices: the list, one with how it was matched, sending one as a file or as a form."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.invoice_draft import InvoiceDraft, from_order, from_typing
from gateway.pages.typed import sending_key
from gateway.upstream import upstream


@supplier.get("/invoices")
@for_supplier
def invoices() -> str:
    """Every invoice sent, newest first as the service lists them."""
    return render_template("supplier/invoices.html", invoices=ask.items("billing", "/supplier-invoices"))


@supplier.get("/invoices/<uuid:invoice_id>")
@for_supplier
def invoice(invoice_id: Any) -> str:
    """One invoice, with what is held and why."""
    return render_template("supplier/invoice.html", invoice=ask.one("billing", f"/supplier-invoices/{invoice_id}"))


@supplier.get("/invoices/new")
@for_supplier
def new_invoice() -> str:
    """The two ways to send an invoice: its XML file, or a form made from an order."""
    return _new_page(Faults())


@supplier.post("/invoices/upload")
@for_supplier
def upload_invoice() -> Response | tuple[str, int]:
    """Send a Peppol UBL invoice as it is."""
    faults = Faults()
    sent = request.files.get("file")
    document = sent.read() if sent else b""
    if not document:
        faults.add("Choose the invoice’s XML file.", "file")
    else:
        with faults.of_service(otherwise="file"):
            answer = upstream.post(
                "billing",
                "/supplier-invoices",
                body=document,
                content_type="application/xml",
                key=request.form.get("sending_key"),
            ).json()
    if faults:
        return _new_page(faults), faults.status
    return _received(answer)


@supplier.get("/orders/<uuid:purchase_order_id>/invoice")
@for_supplier
def invoice_form(purchase_order_id: Any) -> str:
    """An invoice filled in from what the schools received."""
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    return _form_page(order, from_order(order), Faults())


@supplier.post("/orders/<uuid:purchase_order_id>/invoice")
@for_supplier
def send_invoice(purchase_order_id: Any) -> Response | tuple[str, int] | str:
    """Work the totals out again, or send the invoice as it was typed."""
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    faults = Faults()
    draft = from_typing(order, request.form, faults)
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
    flash(f"We have your invoice {answer['number']}; our number for it is {answer['our_number']}.")
    return redirect(url_for("supplier.invoice", invoice_id=answer["supplier_invoice_id"]), 303)


def _new_page(faults: Faults) -> str:
    orders = ask.items_or_none("orders", "/purchase-orders")
    accepted = [order for order in orders or [] if order["state"] == "accepted"]
    key = sending_key(request.form, faults)
    return render_template("supplier/invoice_new.html", orders=accepted, key=key, faults=faults)


def _form_page(order: dict[str, Any], draft: InvoiceDraft, faults: Faults) -> str:
    key = sending_key(request.form, faults)
    return render_template("supplier/invoice_form.html", order=order, draft=draft, key=key, faults=faults)
