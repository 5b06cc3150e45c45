"""A supplier's answers to an order: accepting, rejecting, offering changes by form or by file; what became of them."""

from typing import Any

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.answer_form import as_said, fields_by_path, opened, parts_of, read_answer
from gateway.pages.doors import for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.supplier_orders import order_page
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

Json = dict[str, Any]

_KEPT = ("content-type", "content-disposition", "x-content-type-options")
_SENT = {
    "accepted": "You accepted the order. The schools now expect their deliveries.",
    "rejected": "You rejected the order.",
    "changes": "Your changes are with the business manager, who decides about them. You can still correct them.",
    "received": "The order counts as received. Your answer is still awaited.",
}


@supplier.post("/orders/<uuid:purchase_order_id>/answer")
@for_supplier
def answer_order(purchase_order_id: Any) -> Response | tuple[str, int]:
    """Accept the order, or reject it with a reason."""
    faults = Faults()
    answer = "accepted" if request.form.get("answer") == "accepted" else "rejected"
    reason = None if answer == "accepted" else Typed(request.form, faults).text("reason", "why you reject the order")
    if not faults:
        with faults.of_service():
            upstream.post(
                "orders",
                f"{_path(purchase_order_id)}/acknowledgement",
                json={"answer": answer, "reason": reason, "source": "portal"},
                key=request.form.get("sending_key"),
            )
    if faults:
        return order_page(str(purchase_order_id), faults), faults.status
    flash(_SENT[answer])
    return redirect(url_for("supplier.order", purchase_order_id=purchase_order_id), 303)


@supplier.get("/orders/<uuid:purchase_order_id>/offer-changes")
@for_supplier
def offer_changes(purchase_order_id: Any) -> str:
    """The order line by line, to say what can be delivered instead."""
    order = ask.one("orders", _path(purchase_order_id))
    fields = as_said(order, _waiting(str(purchase_order_id)))
    return _form(order, fields, opened(fields), Faults())


@supplier.post("/orders/<uuid:purchase_order_id>/offer-changes")
@for_supplier
def send_changes(purchase_order_id: Any) -> Response | str | tuple[str, int]:
    """Offer the changes; or show or hide the schools of a line, with all that was typed."""
    order = ask.one("orders", _path(purchase_order_id))
    if "schools" in request.form:
        return _form(order, request.form.to_dict(), opened(request.form, request.form["schools"]), Faults())
    faults = Faults()
    body = read_answer(order, request.form, faults)
    if not faults:
        with faults.of_service(fields_by_path(body)):
            upstream.post(
                "orders",
                f"{_path(purchase_order_id)}/acknowledgement",
                json=body,
                key=request.form.get("sending_key"),
            )
    if faults:
        return _form(order, request.form.to_dict(), opened(request.form), faults), faults.status
    flash(_SENT["changes"])
    return redirect(url_for("supplier.order", purchase_order_id=purchase_order_id), 303)


@supplier.post("/orders/<uuid:purchase_order_id>/answer-file")
@for_supplier
def answer_by_file(purchase_order_id: Any) -> Response | tuple[str, int]:
    """Answer by a Peppol Order Response, or by the order's spreadsheet filled in."""
    faults = Faults()
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if not content:
        faults.add("Choose the file that holds your answer.", "file")
    else:
        with faults.of_service(otherwise="file"):
            made = upstream.call(
                "POST",
                "orders",
                f"{_path(purchase_order_id)}/answers",
                params={"name": ((sent and sent.filename) or "Answer")[:200]},
                body=content,
                content_type="application/octet-stream",
                key=request.form.get("sending_key"),
            ).json()
    if faults:
        return order_page(str(purchase_order_id), faults), faults.status
    part = made["state"] == "part"
    flash("Your answer to this drop is kept; the order waits for the others." if part else _SENT[made["answer"]])
    return redirect(url_for("supplier.order", purchase_order_id=purchase_order_id), 303)


@supplier.get("/orders/<uuid:purchase_order_id>/answers/<uuid:answer_id>")
@for_supplier
def answer(purchase_order_id: Any, answer_id: Any) -> str:
    """What was answered, and what became of it."""
    path = _path(purchase_order_id)
    return render_template(
        "supplier/answer.html", order=ask.one("orders", path), answer=ask.one("orders", f"{path}/answers/{answer_id}")
    )


@supplier.get("/orders/<uuid:purchase_order_id>/answers/<uuid:answer_id>/file")
@for_supplier
def answer_file(purchase_order_id: Any, answer_id: Any) -> FileResponse:
    """The file that an answer came in."""
    return file_of(str(purchase_order_id), str(answer_id))


def file_of(purchase_order_id: str, answer_id: str) -> FileResponse:
    """The file that an answer came in, as it was sent."""
    found = upstream.get("orders", f"{_path(purchase_order_id)}/answers/{answer_id}/file")
    headers = {name: found.headers[name] for name in _KEPT if name in found.headers}
    return FileResponse(found.body, headers=headers)


def _waiting(purchase_order_id: str) -> Json | None:
    """The answer that still waits for the manager, to go on from."""
    path = f"{_path(purchase_order_id)}/answers"
    waiting = next((each for each in ask.items("orders", path) if each["state"] == "waiting"), None)
    return waiting and ask.one("orders", f"{path}/{waiting['answer_id']}")


def _form(order: Json, fields: Json, shown: set[int], faults: Faults) -> str:
    return render_template(
        "supplier/answer_form.html",
        order=order,
        goods=[line for line in order["lines"] if line["kind"] == "goods"],
        parts=parts_of(order, shown),
        opened=",".join(str(number) for number in sorted(shown)),
        typed=fields,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _path(purchase_order_id: Any) -> str:
    return f"/purchase-orders/{purchase_order_id}"
