"""The manager's view of purchase orders."""

from typing import Any

from flask import render_template, request

from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader


@alliance.get("/purchase-orders")
@for_reader
def purchase_orders() -> str:
    """Every purchase order, or those of one round."""
    orders = ask.items("orders", "/purchase-orders", round_id=request.args.get("round_id"))
    return render_template("alliance/purchase_orders.html", orders=orders)


@alliance.get("/purchase-orders/<uuid:purchase_order_id>")
@for_reader
def purchase_order(purchase_order_id: Any) -> str:
    """One purchase order with its drops."""
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    answers = ask.items_or_none("orders", f"/purchase-orders/{purchase_order_id}/answers")
    return render_template("alliance/purchase_order.html", order=order, answers=answers)
