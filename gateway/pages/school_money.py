"""A school's money: its bills, credit notes and its statement of account."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.doors import for_receiver, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream


@school.get("/bills")
@for_school
def bills() -> str:
    """This school's bills, those to pay first."""
    found = ask.items("billing", "/bills", school_urn=own_urn())
    found.sort(key=lambda bill: (bill["state"] in ("paid", "credited"), bill["due_date"], bill["number"]))
    left = [(bill["settlement"], bill["gross_pence"] - bill["paid_pence"] - bill["credited_pence"]) for bill in found]
    to_pay = sum(max(pence, 0) for settlement, pence in left if settlement == "recharge")
    to_suppliers = sum(max(pence, 0) for settlement, pence in left if settlement == "direct")
    return render_template("school/bills.html", bills=found, to_pay=to_pay, to_suppliers=to_suppliers)


@school.get("/bills/<uuid:bill_id>")
@for_school
def bill(bill_id: Any) -> str:
    """One bill with its credit notes, fit to be printed."""
    return _bill_page(bill_id, Faults())


@school.post("/bills/<uuid:bill_id>/payment")
@for_receiver
def note_payment(bill_id: Any) -> Response:
    """Mark a supplier's bill as paid, with the day."""
    faults = Faults()
    paid_on = Typed(request.form, faults).day("paid_on", "the day on which you paid")
    if paid_on is not None:
        body = {"paid_on": paid_on.isoformat()}
        with faults.of_service(otherwise="paid_on"):
            upstream.post("billing", f"/bills/{bill_id}/payment-note", json=body, key=request.form.get("sending_key"))
    if faults:
        return make_response(_bill_page(bill_id, faults), faults.status)
    flash("The bill is marked as paid. Nothing else changes: your accounts are your own.")
    return redirect(url_for("school.bill", bill_id=bill_id), 303)


@school.post("/bills/<uuid:bill_id>/payment/withdraw")
@for_receiver
def withdraw_payment(bill_id: Any) -> Response:
    """Take back that a supplier's bill is paid."""
    faults = Faults()
    with faults.of_service():
        upstream.post("billing", f"/bills/{bill_id}/payment-note/withdrawal", key=request.form.get("sending_key"))
    flash(next(iter(faults)).message if faults else "The bill is not marked as paid any more.")
    return redirect(url_for("school.bill", bill_id=bill_id), 303)


@school.get("/credit-notes/<uuid:credit_note_id>")
@for_school
def credit_note(credit_note_id: Any) -> str:
    """What the school gets back of a bill, fit to be printed."""
    return render_template("school/credit_note.html", note=ask.one("billing", f"/credit-notes/{credit_note_id}"))


@school.get("/account")
@for_school
def account() -> str:
    """The statement of account: bills, credit notes and payments with the balance after each."""
    return render_template("school/account.html", account=ask.one("billing", f"/accounts/{own_urn()}"))


def _bill_page(bill_id: Any, faults: Faults) -> str:
    seat = current_seat()
    return render_template(
        "school/bill.html",
        bill=ask.one("billing", f"/bills/{bill_id}"),
        credit_notes=ask.items("billing", "/credit-notes", bill_id=str(bill_id)),
        may_dispute=seat is not None and seat.has_any("school_buyer", "school_approver"),
        today=london_today().isoformat(),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
