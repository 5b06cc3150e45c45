"""A supplier's purchase orders: what awaits an answer, and one order with its drops."""

from typing import Any

from flask import render_template, request

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import sending_key


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
    return order_page(str(purchase_order_id), Faults())


def order_page(purchase_order_id: str, faults: Faults) -> str:
    """The order with whatever was wrong in the answer that was sent."""
    return render_template(
        "supplier/order.html",
        order=ask.one("orders", f"/purchase-orders/{purchase_order_id}"),
        answers=ask.items_or_none("orders", f"/purchase-orders/{purchase_order_id}/answers"),
        key=sending_key(request.form, faults),
        reason=request.form.get("reason", ""),
        faults=faults,
    )
