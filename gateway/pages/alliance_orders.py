"""The manager's view of purchase orders."""

from typing import Any, Final

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader
from gateway.pages.spreadsheets import is_asked

# Purchase orders by what has come of their suppliers' answers, as an address names it.
ANSWERS: Final = {
    "waiting": "Whose suppliers offer changes that wait for your decision",
    "with_schools": "Whose schools are asked whether they pay more",
    "none": "Whose suppliers have not answered",
}


@alliance.get("/purchase-orders")
@for_reader
def purchase_orders() -> Response | str:
    """Every purchase order, or those of one round or with an answer in one state; a single open answer is opened."""
    orders = ask.items("orders", "/purchase-orders", round_id=request.args.get("round_id"))
    answer = request.args.get("answer", "")
    if answer in ANSWERS:
        orders = [order for order in orders if _answer_of(order) == answer]
        only = _only_answer(orders, answer) if len(orders) == 1 and not is_asked() else None
        if only:
            return redirect(only)
    return render_template("alliance/purchase_orders.html", orders=orders, only=ANSWERS.get(answer))


def _answer_of(order: dict[str, Any]) -> str:
    """What has come of an order's answer: a state that waits, "none", or "" where nothing is to be done."""
    return order["answer_state"] or ("none" if order["state"] == "issued" else "")


def _only_answer(orders: list[dict[str, Any]], state: str) -> str | None:
    """The page of the only answer in this state, if it is one that a supplier gave."""
    order_id = orders[0]["purchase_order_id"]
    answers = ask.items_or_none("orders", f"/purchase-orders/{order_id}/answers") or []
    found = [each["answer_id"] for each in answers if each["state"] == state]
    return url_for("alliance.answer", purchase_order_id=order_id, answer_id=found[0]) if len(found) == 1 else None


@alliance.get("/purchase-orders/<uuid:purchase_order_id>")
@for_reader
def purchase_order(purchase_order_id: Any) -> str:
    """One purchase order with its drops."""
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    answers = ask.items_or_none("orders", f"/purchase-orders/{purchase_order_id}/answers")
    return render_template("alliance/purchase_order.html", order=order, answers=answers)
