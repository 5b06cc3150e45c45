"""Approving a school's order, or returning it to its buyer."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.identity import current_session
from gateway.pages import ask
from gateway.pages.doors import for_approver, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream


def _path(round_id: str) -> str:
    return f"/rounds/{round_id}/orders/{own_urn()}"


@school.get("/rounds/<uuid:round_id>/approval")
@for_approver
def approval(round_id: Any) -> str:
    """The order as its approver needs it: what it costs, at worst, and what it consists of."""
    return _page(str(round_id), Faults())


@school.post("/rounds/<uuid:round_id>/approve")
@for_approver
def approve(round_id: Any) -> Response | tuple[str, int]:
    """Approve the order as it was seen."""
    return _decide(str(round_id), "approve", {}, "The order is approved. It goes into the round when the round closes.")


@school.post("/rounds/<uuid:round_id>/return")
@for_approver
def give_back(round_id: Any) -> Response | tuple[str, int]:
    """Return the order to its buyer with a reason."""
    faults = Faults()
    reason = Typed(request.form, faults).text("reason", "what should be changed")
    if faults:
        return _page(str(round_id), faults), faults.status
    return _decide(str(round_id), "return", {"reason": reason}, "The order is returned to its buyer with your reason.")


def _decide(round_id: str, action: str, body: dict[str, str], done: str) -> Response | tuple[str, int]:
    faults = Faults()
    with faults.of_service():
        upstream.post(
            "orders",
            f"{_path(round_id)}/{action}",
            json=body,
            key=request.form.get("sending_key"),
            etag=f'"{request.form.get("version", "0")}"',
        )
    if faults:
        return _page(round_id, faults), faults.status
    flash(done)
    return redirect(url_for("school.order", round_id=round_id), 303)


def _page(round_id: str, faults: Faults) -> str:
    session = current_session()
    order = ask.one("orders", _path(round_id))
    own = session is not None and order["submitted_by"] == session.name
    return render_template(
        "school/approval.html",
        order=order,
        own=own,
        key=sending_key(request.form, faults),
        reason=request.form.get("reason", ""),
        faults=faults,
    )
