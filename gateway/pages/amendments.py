"""Changes of a committed order: the same page for the school, the supplier and the manager, each at its own address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.digits import as_whole
from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.doors import (
    alliance,
    for_manager,
    for_reader,
    for_receiver,
    for_school,
    for_supplier,
    school,
    supplier,
)
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

View = Callable[..., Any]

_ASKERS = ("school_buyer", "school_approver", "supplier_user", "alliance_manager")
_DECIDERS = ("school_approver", "governor", "supplier_user", "alliance_manager")
_DONE = {
    "agreement": "You agreed.",
    "refusal": "You refused the change. The line stays as it is.",
    "withdrawal": "You took the change back. The line stays as it is.",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One party's own way to the page: its blueprint, the order's page, and who may read, ask and decide."""

    party: str
    blueprint: Blueprint
    path: str
    order_page: str
    may_read: Callable[[View], View]
    may_ask: Callable[[View], View]
    may_decide: Callable[[View], View]


SIDES = (
    Side("school", school, "/deliveries", "school.delivery", for_school, for_receiver, for_school),
    Side("supplier", supplier, "/orders", "supplier.order", for_supplier, for_supplier, for_supplier),
    Side("alliance", alliance, "/purchase-orders", "alliance.purchase_order", for_reader, for_manager, for_manager),
)


def _register(side: Side) -> None:
    base = f"{side.path}/<uuid:purchase_order_id>/changes"

    def changes(purchase_order_id: Any) -> str:
        return _page(side, str(purchase_order_id), Faults())

    def ask_change(purchase_order_id: Any) -> Response | tuple[str, int]:
        return _ask(side, str(purchase_order_id))

    def decide_change(purchase_order_id: Any, amendment_id: Any) -> Response | tuple[str, int]:
        return _decide(side, str(purchase_order_id), str(amendment_id))

    side.blueprint.get(base, endpoint="changes")(side.may_read(changes))
    side.blueprint.post(base, endpoint="ask_change")(side.may_ask(ask_change))
    side.blueprint.post(f"{base}/<uuid:amendment_id>", endpoint="decide_change")(side.may_decide(decide_change))


def _ask(side: Side, purchase_order_id: str) -> Response | tuple[str, int]:
    """Ask for another quantity of one school's line."""
    faults = Faults()
    typed = Typed(request.form, faults)
    line = typed.text("line", "which line should change")
    urn, _, line_no = line.partition(".")
    at = {"school_urn": as_whole(urn), "line_no": as_whole(line_no)}
    if line and None in at.values():
        faults.add("Choose which line should change.", "line")
    quantity = typed.units("quantity", "the new quantity") if request.form.get("quantity", "").strip() else None
    if quantity is None and not faults.at("quantity"):
        faults.add("Enter the new quantity; 0 cancels the line.", "quantity")
    reason = typed.text("reason", "why the line should change")
    if not faults:
        body = {**at, "quantity": quantity, "reason": reason}
        with faults.of_service(otherwise="line"):
            upstream.post("orders", _path(purchase_order_id), json=body, key=request.form.get("sending_key"))
    if faults:
        return _page(side, purchase_order_id, faults), faults.status
    flash("Asked. The line changes when the school, the supplier and the alliance have agreed.")
    return redirect(_address(side, purchase_order_id), 303)


def _decide(side: Side, purchase_order_id: str, amendment_id: str) -> Response | tuple[str, int]:
    """Agree, refuse with a reason, or take back."""
    faults = Faults()
    act = request.form.get("act", "")
    field = f"why-{amendment_id}"
    body = {"reason": Typed(request.form, faults).text(field, "why not")} if act == "refusal" else None
    if act not in _DONE:
        faults.add("Choose what to do with the change.")
    if not faults:
        with faults.of_service({"reason": field}):
            upstream.post(
                "orders",
                f"{_path(purchase_order_id)}/{amendment_id}/{act}",
                json=body,
                etag=seen_version(),
            )
    if faults:
        return _page(side, purchase_order_id, faults), faults.status
    flash(_DONE[act])
    return redirect(_address(side, purchase_order_id), 303)


def _page(side: Side, purchase_order_id: str, faults: Faults) -> str:
    order = ask.one("orders", f"/purchase-orders/{purchase_order_id}")
    changes = ask.one("orders", _path(purchase_order_id))["items"]
    seat = current_seat()
    return render_template(
        "changes.html",
        side=side,
        order=order,
        waiting=[change for change in changes if change["state"] == "proposed"],
        decided=[change for change in reversed(changes) if change["state"] != "proposed"],
        may_ask=order["state"] == "accepted" and seat is not None and seat.has_any(*_ASKERS),
        may_decide=seat is not None and seat.has_any(*_DECIDERS),
        lines=_choices(order),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _choices(order: dict[str, Any]) -> list[tuple[str, str]]:
    """The committed lines to choose from: "urn.line number", and what stands there now."""
    names = {line["line_no"]: line for line in order["lines"]}
    several = len(order["drops"]) > 1
    return [
        (f"{drop['school_urn']}.{line['line_no']}", _choice(drop, names[line["line_no"]], line, several))
        for drop in order["drops"]
        for line in drop["lines"]
        if names[line["line_no"]].get("kind", "goods") == "goods"
    ]


def _choice(drop: dict[str, Any], item: dict[str, Any], line: dict[str, Any], several: bool) -> str:
    where = f"{drop['school_name']}: " if several else ""
    return f"{where}{item['name']}, {line['quantity']:,} ordered"


def _path(purchase_order_id: str) -> str:
    return f"/purchase-orders/{purchase_order_id}/amendments"


def _address(side: Side, purchase_order_id: str) -> str:
    return url_for(f"{side.party}.changes", purchase_order_id=purchase_order_id)


for _side in SIDES:
    _register(_side)
