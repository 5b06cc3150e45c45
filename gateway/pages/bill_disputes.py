"""A school disputes a line of its bill; the manager answers."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader, for_receiver, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream


@school.get("/bills/<uuid:bill_id>/lines/<int:line_no>/dispute")
@for_receiver
def dispute(bill_id: Any, line_no: int) -> Response | str:
    """The form with which a line is disputed; back to the bill where it has no such line."""
    return _dispute_page(bill_id, line_no, Faults())


@school.post("/bills/<uuid:bill_id>/lines/<int:line_no>/dispute")
@for_receiver
def raise_dispute(bill_id: Any, line_no: int) -> Response:
    """Dispute a line, with the reason."""
    faults = Faults()
    why = Typed(request.form, faults).text("why", "what is wrong with this line")
    if not faults:
        body = {"line_no": line_no, "why": why}
        with faults.of_service(otherwise="why"):
            upstream.post("billing", f"/bills/{bill_id}/disputes", json=body, key=request.form.get("sending_key"))
    if faults:
        return make_response(_dispute_page(bill_id, line_no, faults), faults.status)
    flash("The line is disputed. The business manager answers; you are not reminded of this bill until then.")
    return redirect(url_for("school.bill", bill_id=bill_id), 303)


@school.post("/bills/<uuid:bill_id>/disputes/<uuid:dispute_id>/withdraw")
@for_receiver
def withdraw_dispute(bill_id: Any, dispute_id: Any) -> Response:
    """Take a dispute back."""
    faults = Faults()
    with faults.of_service():
        upstream.post("billing", f"/bill-disputes/{dispute_id}/withdrawal", key=request.form.get("sending_key"))
    flash(next(iter(faults)).message if faults else "The dispute is taken back.")
    return redirect(url_for("school.bill", bill_id=bill_id), 303)


@alliance.get("/bill-disputes")
@for_reader
def bill_disputes() -> str:
    """What schools dispute of their bills: what waits for an answer, or everything."""
    return _disputes_page(Faults())


@alliance.post("/bill-disputes/<uuid:dispute_id>")
@for_manager
def answer_dispute(dispute_id: Any) -> Response | tuple[str, int]:
    """Uphold a dispute, in full or in part, or decline it."""
    faults, name = Faults(), str(dispute_id)
    typed = Typed(request.form, faults)
    upheld = request.form.get("decision") == "upheld"
    answer = typed.text(f"answer-{name}", "your answer to the school")
    pence = typed.pence(f"net-{name}", "the amount", needed=False) if upheld else None
    if not faults:
        body = {"decision": "upheld" if upheld else "declined", "answer": answer, "net_pence": pence}
        with faults.of_service({"answer": f"answer-{name}", "net_pence": f"net-{name}"}, otherwise=f"answer-{name}"):
            key = request.form.get("sending_key")
            upstream.post("billing", f"/bill-disputes/{dispute_id}/answer", json=body, key=key)
    if faults:
        return _disputes_page(faults, answering=name), faults.status
    said = "Upheld: it is claimed of the supplier, whose credit comes back to the school." if upheld else "Declined."
    flash(f"{said} The school sees your answer on its bill.")
    return redirect(url_for("alliance.bill_disputes"), 303)


def _dispute_page(bill_id: Any, line_no: int, faults: Faults) -> Response | str:
    bill = ask.one("billing", f"/bills/{bill_id}")
    line = next((line for line in bill["lines"] if line["line_no"] == line_no), None)
    if line is None:
        return redirect(url_for("school.bill", bill_id=bill_id), 303)
    key = sending_key(request.form, faults)
    return render_template("school/bill_dispute.html", bill=bill, line=line, key=key, typed=request.form, faults=faults)


def _disputes_page(faults: Faults, answering: str = "") -> str:
    state = "all" if request.args.get("state") == "all" else "open"
    found = ask.items("billing", "/bill-disputes", state=None if state == "all" else "open")
    return render_template(
        "alliance/bill_disputes.html",
        disputes=sorted(found, key=lambda each: each["raised_at"], reverse=state == "all"),
        state=state,
        answering=answering,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
