"""A supplier's purchase orders: what awaits an answer, one order with its drops, accepting or rejecting it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream


@supplier.get("")
@for_supplier
def home() -> str:
    """What awaits this supplier: orders to answer, orders to deliver and invoice, invoices that are held."""
    orders = ask.items_or_none("orders", "/purchase-orders")
    invoices = ask.items_or_none("billing", "/supplier-invoices")
    invoiced = {invoice["purchase_order_id"] for invoice in invoices or []}
    return render_template(
        "supplier/home.html",
        to_answer=[order for order in orders or [] if order["state"] == "issued"],
        to_invoice=[
            order
            for order in orders or []
            if order["state"] == "accepted" and order["received_count"] and order["purchase_order_id"] not in invoiced
        ],
        on_the_way=[order for order in orders or [] if order["state"] == "accepted" and not order["received_count"]],
        held=[invoice for invoice in invoices or [] if invoice["state"] == "held"],
        away=[name for name, found in (("orders", orders), ("invoices", invoices)) if found is None],
    )


@supplier.get("/orders")
@for_supplier
def orders() -> str:
    """Every purchase order of this supplier."""
    return render_template("supplier/orders.html", orders=ask.items("orders", "/purchase-orders"))


@supplier.get("/orders/<uuid:purchase_order_id>")
@for_supplier
def order(purchase_order_id: Any) -> str:
    """One purchase order: the summary, and a drop for each school."""
    return _page(str(purchase_order_id), Faults())


@supplier.post("/orders/<uuid:purchase_order_id>/answer")
@for_supplier
def answer_order(purchase_order_id: Any) -> Response | tuple[str, int]:
    """Accept the order, or reject it with a reason."""
    faults = Faults()
    accepted = request.form.get("answer") == "accepted"
    reason = None if accepted else Typed(request.form, faults).text("reason", "why you reject the order")
    if not faults:
        with faults.of_service():
            upstream.post(
                "orders",
                f"/purchase-orders/{purchase_order_id}/acknowledgement",
                json={"answer": "accepted" if accepted else "rejected", "reason": reason},
                key=request.form.get("sending_key"),
            )
    if faults:
        return _page(str(purchase_order_id), faults), faults.status
    flash("You accepted the order. The schools now expect their deliveries." if accepted else "You rejected the order.")
    return redirect(url_for("supplier.order", purchase_order_id=purchase_order_id), 303)


def _page(purchase_order_id: str, faults: Faults) -> str:
    return render_template(
        "supplier/order.html",
        order=ask.one("orders", f"/purchase-orders/{purchase_order_id}"),
        key=sending_key(request.form, faults),
        reason=request.form.get("reason", ""),
        faults=faults,
    )
