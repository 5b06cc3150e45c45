"""What suppliers offer in place of an order: what it means for each school, and the manager's decision."""

from typing import Any

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.digits import as_whole
from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.supplier_answers import file_of
from gateway.pages.typed import seen_version
from gateway.upstream import upstream

MOST_SHOWN = 40
"""Schools of a line that are shown at once; those of longer ones are shown one line at a time."""

_DONE = {
    "with_schools": "Taken. The schools that would pay more are asked, and the order waits for them.",
    "taken": "Taken. The order is amended and accepted, and every school that it touches is told.",
    "part_taken": "Decided. The supplier is asked to answer the order as it stands now.",
    "declined": "Declined. The supplier is told, and asked to answer again.",
}


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/answers/<uuid:answer_id>")
@for_reader
def answer(purchase_order_id: Any, answer_id: Any) -> str:
    """An answer with its effect on each school."""
    return _page(str(purchase_order_id), str(answer_id), Faults())


@alliance.post("/purchase-orders/<uuid:purchase_order_id>/answers/<uuid:answer_id>")
@for_manager
def decide_answer(purchase_order_id: Any, answer_id: Any) -> Response | tuple[str, int]:
    """Take or decline the changes, whole or line by line; or wait no longer for schools."""
    faults = Faults()
    path = f"{_path(purchase_order_id)}/answers/{answer_id}"
    etag = seen_version()
    with faults.of_service():
        if request.form.get("act") == "complete":
            done = upstream.post("orders", f"{path}/completion", etag=etag).json()
        else:
            body = {"taken_lines": _taken(), "reason": request.form.get("reason", "").strip()}
            done = upstream.post("orders", f"{path}/decision", json=body, etag=etag).json()
    if faults:
        return _page(str(purchase_order_id), str(answer_id), faults), faults.status
    flash(_DONE.get(done["state"], "Decided."))
    return redirect(
        url_for("alliance.answer", purchase_order_id=purchase_order_id, answer_id=answer_id)
        if done["state"] == "with_schools"
        else url_for("alliance.purchase_order", purchase_order_id=purchase_order_id),
        303,
    )


@alliance.get("/purchase-orders/<uuid:purchase_order_id>/answers/<uuid:answer_id>/file")
@for_reader
def answer_file(purchase_order_id: Any, answer_id: Any) -> FileResponse:
    """The file that an answer came in."""
    return file_of(str(purchase_order_id), str(answer_id))


def _taken() -> list[int] | None:
    """The lines that are chosen; None takes all."""
    act = request.form.get("act")
    if act == "all":
        return None
    if act == "none":
        return []
    return [
        line_no
        for name, value in request.form.items()
        if name.startswith("line-") and value == "take"
        if (line_no := as_whole(name.removeprefix("line-"))) is not None
    ]


def _page(purchase_order_id: str, answer_id: str, faults: Faults) -> str:
    shown = as_whole(request.args.get("line", ""))
    path = f"{_path(purchase_order_id)}/answers/{answer_id}"
    answer = upstream.get("orders", path, params={"line_no": shown or 0}).json()
    few = [effect for effect in answer["effects"] if effect["touched_count"] <= MOST_SHOWN]
    if few and shown is None and sum(effect["touched_count"] for effect in few) <= 20 * MOST_SHOWN:
        answer = upstream.get("orders", path).json()
    seat = current_seat()
    return render_template(
        "alliance/answer.html",
        order=ask.one("orders", _path(purchase_order_id)),
        answer=answer,
        shown=shown,
        most=MOST_SHOWN,
        may_decide=seat is not None and seat.has_any("alliance_manager"),
        chosen=request.form,
        reason=request.form.get("reason", ""),
        faults=faults,
    )


def _path(purchase_order_id: Any) -> str:
    return f"/purchase-orders/{purchase_order_id}"
