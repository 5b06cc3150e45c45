"""A school's order: the form with every eligible offer, checking it, and sending it for approval."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import for_buyer, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.order_book import Book, read_form
from gateway.pages.order_merge import Order, choices, loaded, merged, order_of
from gateway.pages.order_rows import Shown, faulty_ids, groups_of, sums_of
from gateway.pages.order_typing import Typing, read_typing, typing_of
from gateway.pages.show import FUNDS, money
from gateway.pages.typed import seen_version, sending_key
from gateway.upstream import upstream

_STALE = "version_conflict"
_CLOSED = "round_not_open"
_NEXT_PAGES = {
    "check": "school.check_order",
    "list": "school.order_list",
    "repeat": "school.repeat_order",
    "decline": "school.decline_order",
}


def order_path(round_id: str) -> str:
    """Where the orders service keeps this school's order."""
    return f"/rounds/{round_id}/orders/{own_urn()}"


@school.get("/rounds/<uuid:round_id>/order")
@for_buyer
def order_form(round_id: Any) -> Response | str:
    """Every offer this school may order, with what it has saved so far, or else what it ordered last time."""
    form, book = read_form(str(round_id), order_path(str(round_id)))
    if _has_closed(form["round"]):
        flash("This round has closed. Nothing can be ordered in it any more.")
        return redirect(url_for("school.order", round_id=round_id), 303)
    return _page(form, book)


@school.post("/rounds/<uuid:round_id>/order")
@for_buyer
def save_order(round_id: Any) -> Response | tuple[Response | str, int]:
    """Save what was typed, then stay or go on. A script saving in the background gets JSON."""
    faults = Faults()
    typing = read_typing(request.form, faults)
    saved: dict[str, Any] = {}
    if not faults:
        with faults.of_service(typing.fields):
            saved = put_order(str(round_id), order_of(typing))
    if _wants_json():
        return _background_answer(str(round_id), saved, typing, faults)
    if faults.code == _STALE:
        return _merge_page(str(round_id), loaded(request.form.get("was", "")), order_of(typing)), 409
    if faults:
        form, book = read_form(str(round_id), order_path(str(round_id)))
        return _page(form, book, typing, faults), faults.status
    if opened := request.form.get("more"):
        anchor = f"q.{opened}"
        return redirect(url_for("school.order_form", round_id=round_id, more=opened, _anchor=anchor), 303)
    if page := _NEXT_PAGES.get(request.form.get("action", "")):
        return redirect(url_for(page, round_id=round_id), 303)
    flash("Your order is saved. It is not sent yet.")
    return redirect(url_for("school.order_form", round_id=round_id), 303)


@school.post("/rounds/<uuid:round_id>/order/merge")
@for_buyer
def merge_order(round_id: Any) -> Response | tuple[str, int]:
    """Save the order with each difference between two people's as it was chosen."""
    theirs, mine = (loaded(request.form.get(side, "")) for side in ("theirs", "mine"))
    taken = {name.removeprefix("take."): side for name, side in request.form.items() if name.startswith("take.")}
    order, faults = merged(theirs, mine, taken), Faults()
    with faults.of_service():
        put_order(str(round_id), order)
    if faults.code == _STALE:
        return _merge_page(str(round_id), theirs, order), 409
    if faults:
        base = loaded(request.form.get("was", ""))
        return _merge_page(str(round_id), base, mine, faults=faults), faults.status
    flash("The order is saved as you chose. It is not sent yet.")
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
            etag=seen_version(),
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


def put_order(round_id: str, order: Order) -> dict[str, Any]:
    """Save an order over the version in the form that was sent. Raises Problem, ServiceUnavailable."""
    etag = seen_version()
    body = {"lines": list(order.lines.values()), **order.head}
    saved: dict[str, Any] = upstream.put("orders", order_path(round_id), json=body, etag=etag).json()
    return saved


def show_merge(round_id: str, base: Order, mine: Order) -> str:
    """The page on which the order saved meanwhile and one's own are put together."""
    return _merge_page(round_id, base, mine)


def _page(form: dict[str, Any], book: Book, typing: Typing | None = None, faults: Faults | None = None) -> str:
    """The form: what was typed, or what is saved, or else what was ordered last time as a start."""
    order, last = form["order"], {line["offer_id"]: line["quantity"] for line in form["last"] if line["offer_id"]}
    saved = typing_of(order, form["lines"])
    begun = typing is None and not order["version"] and bool(last) and request.args.get("start") != "empty"
    start = typing_of(order, [{"offer_id": offer_id, "quantity": units} for offer_id, units in last.items()])
    shown = Shown(
        typing or (start if begun else saved),
        {line["offer_id"]: line["quantity"] for line in form["lines"]},
        last,
        request.values.get("more", ""),
        faulty_ids(faults),
    )
    return render_template(
        "school/order_form.html",
        form=form,
        round=form["round"],
        order=order,
        groups=groups_of(form, book, shown),
        count=len(form["standings"]),
        version=request.form.get("version", "0") if typing else order["version"],
        was=request.form.get("was", "") if typing else order_of(saved).dumped(),
        faults=_named(faults, book) if faults else None,
        head=shown.typing.head or saved.head,
        funds=FUNDS,
        sums=sums_of(form, book, shown.typing) if typing or begun else order,
        begun=begun,
        budget=budget_left(form["budgets"]),
        missing=[line for line in form["last"] if line["offer_id"] is None] if begun else [],
        closed=_has_closed(form["round"]) or bool(faults and faults.code == _CLOSED),
        typed=typing is not None,
    )


def _merge_page(round_id: str, base: Order, mine: Order, *, faults: Faults | None = None) -> str:
    """Three columns: what the other has saved, what was typed here, and which to take."""
    form, book = read_form(round_id, order_path(round_id))
    theirs = order_of(typing_of(form["order"], form["lines"]))
    names = {offer_id: offer["name"] for offer_id, offer in book.offers.items()}
    sites = {site["site_id"]: site["name"] for site in form["sites"]}
    return render_template(
        "school/order_merge.html",
        round=form["round"],
        order=form["order"],
        choices=choices(base, theirs, mine, names, sites),
        theirs=theirs.dumped(),
        mine=mine.dumped(),
        was=base.dumped(),
        faults=faults,
    )


def _named(faults: Faults, book: Book) -> Faults:
    """The same faults, naming the offer that each field belongs to."""
    named = Faults()
    named.status = faults.status
    for fault in faults:
        offer = book.offers.get((fault.field or "")[2:])
        message = f"{offer['name']}: {fault.message[0].lower()}{fault.message[1:]}" if offer else fault.message
        named.add(message, fault.field)
    return named


def _has_closed(found: Mapping[str, Any]) -> bool:
    return found["state"] != "open" or datetime.fromisoformat(found["closes_at"]) <= datetime.now(UTC)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _background_answer(round_id: str, saved: Mapping[str, Any], typing: Typing, faults: Faults) -> tuple[Response, int]:
    if faults:
        told = [{"field": fault.field, "message": fault.message} for fault in faults]
        answer = jsonify(stale=faults.code == _STALE, closed=faults.code == _CLOSED, errors=told)
        return answer, 409 if faults.code in (_STALE, _CLOSED) else faults.status
    sums = {name: saved[name] for name in ("version", "net_pence", "vat_pence", "gross_pence")}
    if request.form.get("budgeted"):
        sums["budget"] = budget_left(ask.one("orders", f"{order_path(round_id)}/approval")["budgets"])
    return jsonify(sums | {"was": order_of(typing).dumped()}), 200


def budget_left(lines: list[dict[str, Any]]) -> str:
    """What the tightest of the budgets leaves after this order at worst, with its category; empty without any."""
    left = [(line["after_pence"], line["category_name"]) for line in lines if line["after_pence"] is not None]
    if not left:
        return ""
    pence, category = min(left)
    return f"{category}: {money(pence)}"
