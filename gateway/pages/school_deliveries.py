"""Deliveries to a school: what is awaited, recording what came, and reporting what was found later."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.identity import current_seat
from gateway.pages import ask, photos
from gateway.pages.delivery_form import (
    LARGEST_FORM,
    Arrival,
    add_photos,
    everything,
    found_later,
    line_by_line,
    send,
)
from gateway.pages.doors import for_receiver, for_school, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key

Json = dict[str, Any]


@school.url_value_preprocessor
def allow_photos(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let photos of damage through where they are sent: several are larger than any other form."""
    if endpoint in ("school.record_delivery", "school.report_later"):
        request.max_content_length = LARGEST_FORM


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
    """One delivery: one button if all of it came, otherwise a field for each line."""
    return _page(str(purchase_order_id), Faults())


@school.post("/deliveries/<uuid:purchase_order_id>")
@for_receiver
def record_delivery(purchase_order_id: Any) -> Response | tuple[str, int]:
    """Record that everything arrived, or what did, line by line."""
    faults, path = Faults(), f"/purchase-orders/{purchase_order_id}"
    order = ask.one("orders", path)
    on_the_way = _on_the_way(order)
    lines = _lines(order, on_the_way)
    if request.form.get("action") == "all":
        arrival = everything(lines)
    else:
        arrival = line_by_line(lines, request.form, faults)
        add_photos(arrival, request.files, faults)
    if not faults and not arrival.lines:
        faults.add("Enter how many arrived on at least one line.", f"line-{lines[0]['line_no']}" if lines else None)
    came_on = Typed(request.form, faults).day("arrived_on", "the day it came", needed=False)
    if not faults:
        despatch_id = on_the_way[0]["despatch_id"] if len(on_the_way) == 1 else None
        _send(path, arrival, faults, arrived_on=came_on and came_on.isoformat(), despatch_id=despatch_id)
    if faults:
        return _page(str(purchase_order_id), faults), faults.status
    flash("Recorded. Thank you: your bill can follow what really came.")
    return redirect(url_for("school.deliveries"), 303)


@school.get("/deliveries/<uuid:purchase_order_id>/later")
@for_receiver
def later(purchase_order_id: Any) -> str:
    """Report units that were recorded as arrived, and are missing, damaged or wrong after all."""
    return _later_page(str(purchase_order_id), Faults())


@school.post("/deliveries/<uuid:purchase_order_id>/later")
@for_receiver
def report_later(purchase_order_id: Any) -> Response | tuple[str, int]:
    """Send the late report."""
    faults, path = Faults(), f"/purchase-orders/{purchase_order_id}"
    arrival = found_later(_arrived(ask.one("orders", path)), request.form, faults)
    add_photos(arrival, request.files, faults)
    if not faults:
        _send(path, arrival, faults)
    if faults:
        return _later_page(str(purchase_order_id), faults), faults.status
    flash("Reported. The supplier is asked for an answer, and you are not billed for these units.")
    return redirect(url_for("school.delivery", purchase_order_id=purchase_order_id), 303)


@school.get("/deliveries/<uuid:purchase_order_id>/photos/<uuid:photo_id>")
@for_school
def photo(purchase_order_id: Any, photo_id: Any) -> Response:
    """A photo of what was damaged."""
    return photos.passed_on(purchase_order_id, photo_id)


def _send(path: str, arrival: Arrival, faults: Faults, **more: Any) -> None:
    note = request.form.get("note", "").strip() or None
    send(path, arrival, request.form.get("sending_key", ""), faults, note=note, **more)


def _page(purchase_order_id: str, faults: Faults) -> str:
    path = f"/purchase-orders/{purchase_order_id}"
    order = ask.one("orders", path)
    on_the_way = _on_the_way(order)
    lines = _lines(order, on_the_way)
    return render_template(
        "school/delivery.html",
        order=order,
        may_record=order["state"] == "accepted" and _may_record(),
        drop=order["drops"][0] if order["drops"] else None,
        lines=lines,
        on_the_way=on_the_way,
        arrived=_arrived(order),
        receipts=[] if order["plan_id"] else ask.one("orders", f"{path}/receipts")["items"],
        claims=[]
        if order["plan_id"]
        else ask.items("orders", "/claims", purchase_order_id=purchase_order_id, state="all"),
        names={line["line_no"]: line["name"] for line in lines},
        today=london_today().isoformat(),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _later_page(purchase_order_id: str, faults: Faults) -> str:
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    return render_template(
        "school/delivery_later.html",
        order=order,
        lines=_arrived(order),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _may_record() -> bool:
    seat = current_seat()
    return seat is not None and seat.has_any("school_buyer", "school_approver")


def _on_the_way(order: Json) -> list[Json]:
    """Despatches to this school that it has not answered for, each with its lines; services are not sent."""
    if order["plan_id"]:
        return []
    despatches = ask.one("orders", f"/purchase-orders/{order['purchase_order_id']}/despatches")["items"]
    coming = [
        {**despatch, "lines": [line for drop in despatch["drops"] for line in drop["lines"] if line["on_the_way"]]}
        for despatch in despatches
    ]
    return [despatch for despatch in coming if despatch["lines"]]


def _lines(order: Json, on_the_way: list[Json]) -> list[Json]:
    """This school's goods or services: what came so far, what is to come, and what is expected of it now.

    Expected is what is on its way, or all that is to come where nothing is known to be. Charges don't arrive.
    """
    drop = {line["line_no"]: line for line in order["drops"][0]["lines"]} if order["drops"] else {}
    coming: dict[int, int] = {}
    for despatch in on_the_way:
        for line in despatch["lines"]:
            coming[line["line_no"]] = coming.get(line["line_no"], 0) + line["quantity"]
    shown = []
    for line in order["lines"]:
        if line["line_no"] not in drop or line["kind"] == "charge":
            continue
        mine = drop[line["line_no"]]
        to_come = max(0, mine["quantity"] - mine["quantity_received"])
        expected = min(to_come, coming.get(line["line_no"], 0)) if coming else to_come
        shown.append(
            {
                **line,
                "quantity": mine["quantity"],
                "received": mine["quantity_received"],
                "to_come": to_come,
                "expected": expected,
            }
        )
    return shown


def _arrived(order: Json) -> list[Json]:
    """Lines of goods of which something was recorded as arrived."""
    return [line for line in _lines(order, []) if line["received"] > 0 and line["kind"] == "goods"]
