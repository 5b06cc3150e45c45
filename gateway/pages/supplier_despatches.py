"""A supplier's despatches: what was sent of an order, sending more of it, and its own system's despatch advice."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from contracts.london import london_today
from gateway.domain.london import day
from gateway.pages import ask, photos
from gateway.pages.despatch_form import (
    MOST_LINES,
    about,
    chosen,
    drops_to_send,
    field_ids,
    quantities,
    ticked,
)
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import sending_key
from gateway.upstream import upstream

Json = dict[str, Any]
_KEPT = ("content-type", "content-disposition")


@supplier.get("/orders/<uuid:purchase_order_id>/despatches")
@for_supplier
def despatches(purchase_order_id: Any) -> str:
    """What was sent of the order, and what may be sent now, by route and day."""
    return _page(str(purchase_order_id), Faults())


@supplier.post("/orders/<uuid:purchase_order_id>/despatches")
@for_supplier
def send_despatch(purchase_order_id: Any) -> Redirect | str | tuple[str, int]:
    """Send all that is outstanding, or that of the ticked schools; or ask for the quantities first."""
    order, drops = _drops(str(purchase_order_id))
    faults, action = Faults(), request.form.get("action")
    picked = chosen(drops, request.form) if action == "all" else ticked(drops, request.form)
    whole = about(request.form, faults)
    if not picked:
        faults.add("Tick the schools that you send to.", f"drop-{drops[0]['school_urn']}" if drops else None)
    elif action == "quantities" and sum(len(drop["lines"]) for drop in picked) > MOST_LINES:
        faults.add(f"Tick fewer schools: quantities can be changed for {MOST_LINES:,} lines at a time.")
    if not faults and action == "quantities":
        return _quantities_page(order, picked, faults)
    if not faults:
        everything = action == "all" and len(picked) == len(drops)
        sent = None if everything else [{"school_urn": drop["school_urn"]} for drop in picked]
        answer = _send(order, whole | {"drops": sent}, {}, faults)
    if faults:
        return _page(str(purchase_order_id), faults), faults.status
    return _sent(answer)


@supplier.post("/orders/<uuid:purchase_order_id>/despatches/quantities")
@for_supplier
def send_quantities(purchase_order_id: Any) -> Redirect | tuple[str, int]:
    """Send what was typed for each line."""
    order, drops = _drops(str(purchase_order_id))
    picked, faults = ticked(drops, request.form), Faults()
    whole = about(request.form, faults)
    sent = quantities(picked, request.form, faults)
    if not sent and not faults:
        faults.add("Enter how many you send on at least one line.")
    if not faults:
        answer = _send(order, whole | {"drops": sent}, field_ids(picked), faults)
    if faults:
        return _quantities_page(order, picked, faults), faults.status
    return _sent(answer)


@supplier.post("/orders/<uuid:purchase_order_id>/despatches/upload")
@for_supplier
def upload_advice(purchase_order_id: Any) -> Redirect | tuple[str, int]:
    """Send a UBL Despatch Advice as it is; it names its own order."""
    faults = Faults()
    file = request.files.get("file")
    document = file.read() if file else b""
    if not document:
        faults.add("Choose the despatch advice’s XML file.", "file")
    else:
        with faults.of_service(otherwise="file"):
            answer = upstream.post(
                "orders",
                "/despatches",
                body=document,
                content_type="application/xml",
                key=request.form.get("sending_key") or None,
            ).json()
    if faults:
        return _page(str(purchase_order_id), faults), faults.status
    return _sent(answer)


@supplier.get("/orders/<uuid:purchase_order_id>/despatches/<uuid:despatch_id>/original")
@for_supplier
def despatch_original(purchase_order_id: Any, despatch_id: Any) -> Response:
    """The document that a despatch was read from."""
    answer = upstream.get("orders", f"/purchase-orders/{purchase_order_id}/despatches/{despatch_id}/original")
    return Response(answer.body, headers={name: answer.headers[name] for name in _KEPT if name in answer.headers})


@supplier.get("/orders/<uuid:purchase_order_id>/photos/<uuid:photo_id>")
@for_supplier
def photo(purchase_order_id: Any, photo_id: Any) -> Response:
    """A photo of what was damaged."""
    return photos.passed_on(purchase_order_id, photo_id)


def _drops(purchase_order_id: str) -> tuple[Json, list[Json]]:
    path = f"/purchase-orders/{purchase_order_id}"
    order = ask.one("orders", path)
    return order, drops_to_send(order, ask.one("orders", f"{path}/outstanding")["items"])


def _send(order: Json, body: Json, fields: dict[str, str], faults: Faults) -> Json:
    with faults.of_service(fields):
        answer: Json = upstream.post(
            "orders",
            f"/purchase-orders/{order['purchase_order_id']}/despatches",
            json=body,
            key=request.form.get("sending_key") or None,
        ).json()
        return answer
    return {}


def _sent(answer: Json) -> Redirect:
    schools = len(answer["drops"])
    told = "The school is" if schools == 1 else f"The {schools:,} schools are"
    flash(f"Recorded as {answer['number']}. {told} told what is on its way.")
    return redirect(url_for("supplier.despatches", purchase_order_id=answer["purchase_order_id"]), 303)


def _page(purchase_order_id: str, faults: Faults) -> str:
    order, drops = _drops(purchase_order_id)
    asked = request.form if request.method == "POST" else request.args
    return render_template(
        "supplier/despatches.html",
        order=order,
        drops=chosen(drops, asked),
        routes=[(route, route) for route in sorted({drop["route"] for drop in drops})],
        days=[(due_on, day(due_on)) for due_on in sorted({drop["due_on"] for drop in drops})],
        asked=asked,
        sent=ask.one("orders", f"/purchase-orders/{purchase_order_id}/despatches")["items"],
        typed=request.form,
        today=london_today().isoformat(),
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _quantities_page(order: Json, drops: list[Json], faults: Faults) -> str:
    return render_template(
        "supplier/despatch_quantities.html",
        order=order,
        drops=drops,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
