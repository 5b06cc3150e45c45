"""Approving a school's order, or returning it to its buyer; and reminding whoever has to approve."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import for_approver, for_receiver, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.show import money
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

_DECIDED = ("approved", "returned")


@school.get("/approvals")
@for_approver
def approvals() -> str:
    """What waits for an approver, soonest deadline first, and what is decided in rounds that are still open."""
    found = [each for each in ask.items("orders", "/rounds") if each["state"] == "open" and each["my_order"]]
    found.sort(key=lambda each: each["closes_at"])
    waiting = [
        {**each, "review": ask.one("orders", f"{_path(each['round_id'])}/approval")}
        for each in found
        if each["my_order"]["state"] == "submitted"
    ]
    decided = [each for each in found if each["my_order"]["state"] in _DECIDED]
    return render_template("school/approvals.html", waiting=waiting, decided=decided)


@school.get("/rounds/<uuid:round_id>/approval")
@for_approver
def approval(round_id: Any) -> str:
    """The order as its approver needs it: against limits and budgets, and what is different this time."""
    return _page(str(round_id), Faults())


@school.post("/rounds/<uuid:round_id>/approve")
@for_approver
def approve(round_id: Any) -> Response | tuple[str, int]:
    """Approve the order as it was seen."""
    faults = Faults()
    decided = _decide(str(round_id), "approve", None, faults)
    if faults:
        return _page(str(round_id), faults), faults.status
    if decided["state"] == "approved":
        flash("The order is approved. It goes into the round when the round closes.")
    else:
        flash("You have approved the order. Somebody else at your school has to approve it as well.")
    return redirect(url_for("school.order", round_id=round_id), 303)


@school.post("/rounds/<uuid:round_id>/return")
@for_approver
def give_back(round_id: Any) -> Response | tuple[str, int]:
    """Return the order to its buyer with a reason."""
    faults = Faults()
    reason = Typed(request.form, faults).text("reason", "what should be changed")
    if not faults:
        _decide(str(round_id), "return", {"reason": reason}, faults)
    if faults:
        return _page(str(round_id), faults), faults.status
    flash("The order is returned to its buyer with your reason.")
    return redirect(url_for("school.order", round_id=round_id), 303)


@school.post("/rounds/<uuid:round_id>/remind")
@for_receiver
def remind(round_id: Any) -> Response:
    """Remind the approvers of an order that waits for them."""
    faults = Faults()
    with faults.of_service():
        upstream.post("orders", f"{_path(str(round_id))}/remind")
    flash(next((fault.message for fault in faults), "Your approvers are reminded."))
    return redirect(url_for("school.order", round_id=round_id), 303)


def obstacles(review: dict[str, Any]) -> list[str]:
    """What keeps the person from approving, a sentence each."""
    said = []
    for each in review["exceeded"]:
        limit, amount = each["limit_pence"], money(each["amount_pence"])
        if each["category_code"] is not None:
            name = each["category_name"] or each["category_code"]
            said.append(f"{name} may come to {amount}, and you approve up to {money(limit)} of it.")
        elif limit:
            said.append(f"The order may come to {amount}, and you approve up to {money(limit)}.")
        else:
            said.append("Your school’s limits name no amount that you may approve in your role.")
    return said


def _path(round_id: str) -> str:
    return f"/rounds/{round_id}/orders/{own_urn()}"


def _decide(round_id: str, action: str, body: dict[str, str] | None, faults: Faults) -> dict[str, Any]:
    """The order's state after the decision; nothing where it was refused."""
    etag, key = seen_version(), request.form.get("sending_key")
    with faults.of_service():
        path = f"{_path(round_id)}/{action}"
        return dict(upstream.post("orders", path, json=body, key=key, etag=etag).json())
    return {}


def _page(round_id: str, faults: Faults) -> str:
    order = ask.one("orders", _path(round_id))
    review = ask.one("orders", f"{_path(round_id)}/approval")
    return render_template(
        "school/approval.html",
        order=order,
        review=review,
        obstacles=obstacles(review),
        key=sending_key(request.form, faults),
        reason=request.form.get("reason", ""),
        faults=faults,
    )
