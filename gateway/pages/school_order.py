"""A school's order: the form with every eligible offer, checking it, and sending it for approval."""

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import for_buyer, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.order_book import Book, read_form
from gateway.pages.order_rows import Typing, groups_of, read_typing
from gateway.pages.typed import sending_key
from gateway.upstream import upstream

_STALE = "version_conflict"


def order_path(round_id: str) -> str:
    """Where the orders service keeps this school's order."""
    return f"/rounds/{round_id}/orders/{own_urn()}"


@school.get("/rounds/<uuid:round_id>/order")
@for_buyer
def order_form(round_id: Any) -> str:
    """Every offer this school may order, with what it has saved so far."""
    return _form_page(str(round_id))


@school.post("/rounds/<uuid:round_id>/order")
@for_buyer
def save_order(round_id: Any) -> Response | tuple[Response | str, int]:
    """Save what was typed, then stay or go on to check it. A script saving in the background gets JSON."""
    faults, in_background = Faults(), _wants_json()
    typing = read_typing(request.form, faults)
    saved: dict[str, Any] = {}
    if not faults:
        with faults.of_service(typing.fields):
            etag = f'"{request.form.get("version", "0")}"'
            saved = upstream.put("orders", order_path(str(round_id)), json={"lines": typing.lines}, etag=etag).json()
    if in_background:
        return _background_answer(saved, faults)
    if faults.code == _STALE:
        return _form_page(str(round_id), typing=typing, stale=True), 409
    if faults:
        return _form_page(str(round_id), typing=typing, faults=faults), faults.status
    if request.form.get("action") == "check":
        return redirect(url_for("school.check_order", round_id=round_id), 303)
    flash("Your order is saved. It is not sent yet.")
    return redirect(url_for("school.order_form", round_id=round_id), 303)


@school.get("/rounds/<uuid:round_id>/order/check")
@for_buyer
def check_order(round_id: Any) -> Response | str:
    """Check the answers before they go to the approver."""
    order = ask.one("orders", order_path(str(round_id)))
    if not order["lines"]:
        flash("There is nothing to check yet: enter a quantity first.")
        return redirect(url_for("school.order_form", round_id=round_id), 303)
    review = ask.one("orders", f"{order_path(str(round_id))}/approval")
    return render_template("school/order_check.html", order=order, review=review, key=sending_key({}, Faults()))


@school.post("/rounds/<uuid:round_id>/order/send")
@for_buyer
def send_order(round_id: Any) -> Response | tuple[str, int]:
    """Send the order for approval, as it was seen on the page that was checked."""
    faults = Faults()
    with faults.of_service():
        upstream.post(
            "orders",
            f"{order_path(str(round_id))}/submit",
            json={},
            key=request.form.get("sending_key"),
            etag=f'"{request.form.get("version", "0")}"',
        )
    if not faults:
        return redirect(url_for("school.order_sent", round_id=round_id), 303)
    order = ask.one("orders", order_path(str(round_id)))
    review, key = ask.one("orders", f"{order_path(str(round_id))}/approval"), sending_key(request.form, faults)
    page = render_template("school/order_check.html", order=order, review=review, key=key, faults=faults)
    return page, faults.status


@school.get("/rounds/<uuid:round_id>/order/sent")
@for_school
def order_sent(round_id: Any) -> Response | str:
    """The confirmation: reference, and what happens next."""
    order = ask.one("orders", order_path(str(round_id)))
    if not order["reference"]:
        return redirect(url_for("school.order", round_id=round_id), 303)
    return render_template("school/order_sent.html", order=order)


def _form_page(
    round_id: str, *, typing: Typing | None = None, faults: Faults | None = None, stale: bool = False
) -> str:
    form, book = read_form(round_id, order_path(round_id))
    version = request.form.get("version", "0") if typing and not stale else form["order"]["version"]
    return render_template(
        "school/order_form.html",
        round=form["round"],
        order=form["order"],
        groups=groups_of(form, book, typing, faults),
        count=len(form["standings"]),
        version=version,
        faults=_named(faults, book) if faults else None,
        conflict=_differences(form, book, typing) if stale and typing else None,
        typed=typing is not None,
    )


def _named(faults: Faults, book: Book) -> Faults:
    """The same faults, naming the offer that each field belongs to."""
    named = Faults()
    named.status = faults.status
    for fault in faults:
        offer = book.offers.get((fault.field or "").removeprefix("q."))
        message = f"{offer['name']}: {fault.message[0].lower()}{fault.message[1:]}" if offer else fault.message
        named.add(message, fault.field)
    return named


def _differences(form: dict[str, Any], book: Book, typing: Typing) -> list[dict[str, Any]]:
    """Where the order somebody else saved differs from what was typed, in the order of the form."""
    saved = {line["offer_id"]: line["quantity"] for line in form["lines"]}
    return [
        {"name": offer["name"], "field": f"q.{offer_id}", "theirs": saved.get(offer_id, 0), "mine": mine}
        for offer_id, offer in book.offers.items()
        if (mine := typing.quantities.get(offer_id, 0)) != saved.get(offer_id, 0)
    ]


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _background_answer(saved: Mapping[str, Any], faults: Faults) -> tuple[Response, int]:
    if faults:
        told = [{"field": fault.field, "message": fault.message} for fault in faults]
        return jsonify(stale=faults.code == _STALE, errors=told), 409 if faults.code == _STALE else faults.status
    return jsonify({name: saved[name] for name in ("version", "net_pence", "vat_pence", "gross_pence")}), 200
