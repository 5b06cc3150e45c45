"""A supplier's purchase orders: the list, and one order with its drops."""

from typing import Any, Final

from flask import render_template, request

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import sending_key

STATES: Final = {
    "": "All",
    "issued": "To answer",
    "open": "To deliver",
    "received": "Received by all",
    "rejected": "Rejected",
}


@supplier.get("/orders")
@for_supplier
def orders() -> str:
    """Every purchase order of this supplier, or those in one state or with some words in them."""
    found = ask.items("orders", "/purchase-orders")
    asked = request.args.get("state", "")
    state = asked if asked in STATES else ""
    wanted = request.args.get("q", "").strip()[:100]
    shown = [order for order in found if _fits(order, state, wanted.lower())]
    return render_template(
        "supplier/orders.html", orders=shown, any=bool(found), states=STATES, state=state, wanted=wanted
    )


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


def _fits(order: dict[str, Any], state: str, wanted: str) -> bool:
    whole = order["drop_count"] == order["received_count"]
    kind = {"accepted": "received" if whole else "open"}.get(order["state"], order["state"])
    words = f"{order['number']} {order['title']} {order['contract_title']}".lower()
    return (not state or kind == state) and wanted in words
