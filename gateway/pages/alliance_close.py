"""The close of a round: what it would do, what is chosen for it, and the act itself."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import Problem, upstream


@alliance.get("/rounds/<uuid:round_id>/close")
@for_manager
def close_preview(round_id: Any) -> str:
    """What closing now would make, before it is done."""
    return _close_page(str(round_id), Faults())


@alliance.post("/rounds/<uuid:round_id>/close")
@for_manager
def close_round(round_id: Any) -> Response | tuple[str, int]:
    """Close the round; once, whoever else closes it at the same moment."""
    faults = Faults()
    with faults.of_service():
        upstream.post(
            "orders",
            f"/rounds/{round_id}/close",
            key=request.form.get("sending_key"),
            etag=seen_version(),
        )
    if faults:
        return _close_page(str(round_id), faults), faults.status
    flash("The round is closed and its purchase orders are on their way to the suppliers.")
    return redirect(url_for("alliance.round_board", round_id=round_id), 303)


@alliance.post("/rounds/<uuid:round_id>/contracts/<uuid:contract_id>/minimum")
@for_manager
def choose_minimum(round_id: Any, contract_id: Any) -> Response | tuple[str, int]:
    """Choose what becomes of a contract that stays below its minimum order."""
    faults = Faults()
    with faults.of_service():
        upstream.put(
            "orders",
            f"/rounds/{round_id}/contracts/{contract_id}/minimum-choice",
            json={"choice": request.form.get("choice", "")},
        )
    if faults:
        return _close_page(str(round_id), faults), faults.status
    flash("Your choice is kept. The close does as chosen, also when it comes by itself.")
    return redirect(url_for("alliance.close_preview", round_id=round_id), 303)


@alliance.post("/rounds/<uuid:round_id>/extend")
@for_manager
def extend_round(round_id: Any) -> Response | tuple[str, int]:
    """Move the deadline, as a rule to give the schools more time."""
    faults = Faults()
    closes_at = Typed(request.form, faults).instant("closes_on", "closes_time", "it closes")
    if not faults:
        with faults.of_service({"closes_at": "closes_on"}):
            upstream.put(
                "orders",
                f"/rounds/{round_id}",
                json={"closes_at": closes_at},
                etag=seen_version(),
            )
    if faults:
        return _close_page(str(round_id), faults), faults.status
    flash("The deadline has moved, and the schools are told.")
    return redirect(url_for("alliance.close_preview", round_id=round_id), 303)


def _close_page(round_id: str, faults: Faults) -> str:
    preview = _preview(round_id)
    found = preview["round"] if preview else ask.one("orders", f"/rounds/{round_id}")
    key = sending_key(request.form, faults)
    return render_template(
        "alliance/close.html", round=found, preview=preview, typed=request.form, key=key, faults=faults
    )


def _preview(round_id: str) -> dict[str, Any] | None:
    """What closing now would make; None of a round that is not open."""
    try:
        return ask.one("orders", f"/rounds/{round_id}/close-preview")
    except Problem as problem:
        if problem.code != "round_not_open":
            raise
        return None
