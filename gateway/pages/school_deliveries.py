"""Deliveries to a school: what is awaited, and recording what came."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.doors import for_receiver, for_school, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream


@school.get("/deliveries")
@for_school
def deliveries() -> str:
    """Deliveries still to record, then those that came."""
    orders = [order for order in ask.items("orders", "/purchase-orders") if order["state"] != "rejected"]
    awaited = [order for order in orders if order["received_count"] < order["drop_count"]]
    awaited.sort(key=lambda order: (order["state"] != "accepted", order["delivery_to"]))
    came = [order for order in orders if order["received_count"] >= order["drop_count"]]
    return render_template("school/deliveries.html", awaited=awaited, came=came)


@school.get("/deliveries/<uuid:purchase_order_id>")
@for_school
def delivery(purchase_order_id: Any) -> str:
    """One delivery: what is still to come, with a field for what arrived."""
    return _page(str(purchase_order_id), Faults())


@school.post("/deliveries/<uuid:purchase_order_id>")
@for_receiver
def record_delivery(purchase_order_id: Any) -> Response | tuple[str, int]:
    """Record that everything arrived, or what did, line by line."""
    faults = Faults()
    lines = _lines(ask.one("orders", f"/purchase-orders/{purchase_order_id}"))
    arrived = _arrived(lines, faults)
    if not faults and not arrived:
        faults.add("Enter how many arrived on at least one line.", f"line-{lines[0]['line_no']}" if lines else None)
    if not faults:
        fields = {f"lines.{place}.quantity_received": f"line-{line['line_no']}" for place, line in enumerate(arrived)}
        body = {"lines": arrived, "note": request.form.get("note", "").strip() or None}
        path = f"/purchase-orders/{purchase_order_id}/receipts"
        with faults.of_service(fields):
            upstream.post("orders", path, json=body, key=request.form.get("sending_key"))
    if faults:
        return _page(str(purchase_order_id), faults), faults.status
    flash("Recorded. Thank you: your bill can follow what really came.")
    return redirect(url_for("school.deliveries"), 303)


def _arrived(lines: list[dict[str, Any]], faults: Faults) -> list[dict[str, int]]:
    """What this receipt adds, by line; with "all arrived" everything that is still to come."""
    typed = Typed(request.form, faults)
    arrived = []
    for line in lines:
        if request.form.get("action") == "all":
            quantity: int | None = line["to_come"]
        else:
            quantity = typed.units(f"line-{line['line_no']}", f"how many of {line['name']} arrived")
        if quantity:
            arrived.append({"line_no": line["line_no"], "quantity_received": quantity})
    return arrived


def _page(purchase_order_id: str, faults: Faults) -> str:
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    return render_template(
        "school/delivery.html",
        order=order,
        may_record=order["state"] == "accepted" and _may_record(),
        drop=order["drops"][0] if order["drops"] else None,
        lines=_lines(order),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _may_record() -> bool:
    seat = current_seat()
    return seat is not None and seat.has_any("school_buyer", "school_approver")


def _lines(order: dict[str, Any]) -> list[dict[str, Any]]:
    """This school's goods or services with what came so far and what is still to come; charges don't arrive."""
    drop = {line["line_no"]: line for line in order["drops"][0]["lines"]} if order["drops"] else {}
    return [
        {
            **line,
            "quantity": drop[line["line_no"]]["quantity"],
            "received": drop[line["line_no"]]["quantity_received"],
            "to_come": max(0, drop[line["line_no"]]["quantity"] - drop[line["line_no"]]["quantity_received"]),
        }
        for line in order["lines"]
        if line["line_no"] in drop and line["kind"] != "charge"
    ]
