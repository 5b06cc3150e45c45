"""A supplier's bank details, for itself and for the alliance: proposing a change, confirming and stopping one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.identity import current_session
from gateway.pages import ask
from gateway.pages.doors import alliance, for_alliance, for_firm, for_firm_head, for_manager, own_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream

Page = Response | tuple[str, int]


@supplier.get("/company/bank-details")
@for_firm
def bank_details() -> str:
    """Where the supplier is paid, a change on its way, and the history."""
    return _page(own_supplier(), Faults())


@supplier.post("/company/bank-details")
@for_firm_head
def propose_bank_details() -> Page:
    """Propose other bank details."""
    return _propose(own_supplier(), url_for("supplier.bank_details"))


@supplier.post("/company/bank-details/<uuid:bank_details_id>/confirm")
@for_firm
def confirm_bank_details(bank_details_id: Any) -> Page:
    """Confirm a colleague's change."""
    return _confirm(own_supplier(), str(bank_details_id), url_for("supplier.bank_details"))


@supplier.post("/company/bank-details/<uuid:bank_details_id>/stop")
@for_firm
def stop_bank_details(bank_details_id: Any) -> Page:
    """Stop a change."""
    return _stop(own_supplier(), str(bank_details_id), url_for("supplier.bank_details"))


@alliance.get("/suppliers/<uuid:supplier_id>/bank-details")
@for_alliance
def bank_details_of(supplier_id: Any) -> str:
    """The same for the alliance."""
    return _page(str(supplier_id), Faults())


@alliance.post("/suppliers/<uuid:supplier_id>/bank-details")
@for_manager
def propose_bank_details_of(supplier_id: Any) -> Page:
    """Propose bank details that the supplier gave on paper; somebody of the supplier confirms them."""
    return _propose(str(supplier_id), url_for("alliance.bank_details_of", supplier_id=supplier_id))


@alliance.post("/suppliers/<uuid:supplier_id>/bank-details/<uuid:bank_details_id>/confirm")
@for_manager
def confirm_bank_details_of(supplier_id: Any, bank_details_id: Any) -> Page:
    """Confirm after calling the number held before the change."""
    home = url_for("alliance.bank_details_of", supplier_id=supplier_id)
    return _confirm(str(supplier_id), str(bank_details_id), home)


@alliance.post("/suppliers/<uuid:supplier_id>/bank-details/<uuid:bank_details_id>/stop")
@for_manager
def stop_bank_details_of(supplier_id: Any, bank_details_id: Any) -> Page:
    """Stop a change."""
    home = url_for("alliance.bank_details_of", supplier_id=supplier_id)
    return _stop(str(supplier_id), str(bank_details_id), home)


def _propose(supplier_id: str, home: str) -> Page:
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "account_name": typed.text("account_name", "the name on the account"),
        "sort_code": typed.text("sort_code", "the sort code"),
        "account_number": typed.text("account_number", "the account number"),
    }
    if not faults:
        with faults.of_service(otherwise="account_number"):
            upstream.post("members", f"/suppliers/{supplier_id}/bank-details", json=body)
    if faults:
        return _page(supplier_id, faults), faults.status
    flash("The change is proposed. A second person confirms it; everybody concerned is told by mail now.")
    return redirect(home, 303)


def _confirm(supplier_id: str, bank_details_id: str, home: str) -> Page:
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "sort_code": typed.text("again_sort_code", "the sort code"),
        "account_number": typed.text("again_account_number", "the account number"),
        "spoke_to": typed.text("spoke_to", "to whom you spoke", needed="spoke_to" in request.form) or None,
    }
    if not faults:
        fields = {"sort_code": "again_sort_code", "account_number": "again_account_number"}
        with faults.of_service(fields, otherwise="again_account_number"):
            path = f"/suppliers/{supplier_id}/bank-details/{bank_details_id}/confirm"
            upstream.post("members", path, json=body, etag=seen_version())
    if faults:
        return _page(supplier_id, faults), faults.status
    flash("The change is confirmed. It counts after the waiting time, unless somebody stops it.")
    return redirect(home, 303)


def _stop(supplier_id: str, bank_details_id: str, home: str) -> Page:
    faults = Faults()
    reason = Typed(request.form, faults).text("reason", "why you stop it")
    if not faults:
        with faults.of_service(otherwise="reason"):
            path = f"/suppliers/{supplier_id}/bank-details/{bank_details_id}/stop"
            upstream.post("members", path, json={"reason": reason})
    if faults:
        return _page(supplier_id, faults), faults.status
    flash("The change is stopped. Payments go on as before.")
    return redirect(home, 303)


def _page(supplier_id: str, faults: Faults) -> str:
    session = current_session()
    accounts = ask.items("members", f"/suppliers/{supplier_id}/bank-details")
    pending = next((each for each in accounts if each["state"] in ("proposed", "waiting")), None)
    mine = pending is not None and session is not None and pending["proposed_by_id"] == session.person_id
    side = "supplier" if session and session.seat and session.seat.kind == "supplier" else "alliance"
    return render_template(
        f"{side}/bank_details.html",
        supplier=ask.one("members", f"/suppliers/{supplier_id}"),
        in_force=next((each for each in accounts if each["state"] == "in_force"), None),
        pending=pending,
        past=[each for each in accounts if each["state"] in ("replaced", "stopped")],
        mine=mine,
        safeguards=ask.one("members", "/alliance/bank-safeguards"),
        typed=request.form,
        faults=faults,
    )
