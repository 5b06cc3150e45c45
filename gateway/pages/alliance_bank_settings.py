"""Whose bank accounts there are, and which columns of a bank's CSV file hold what."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

PURPOSES: Final = {"general": "The alliance’s own money", "fund": "The partnership fund"}
COLUMNS: Final = {
    "date": "Date",
    "reference": "Reference or description",
    "amount": "Amount, if one column has it",
    "paid_in": "Paid in, if there are two",
    "paid_out": "Paid out",
    "counterparty": "Who paid or was paid",
    "date_order": "Dates are written",
}


@alliance.get("/bank/accounts")
@for_reader
def bank_accounts() -> str:
    """Every account, those first of which nobody has said whose they are."""
    return _accounts(Faults())


@alliance.post("/bank/accounts")
@for_manager
def tell_bank_account() -> Response | tuple[str, int]:
    """Say whose an account is, or say it anew; what waited on it is reconciled."""
    faults = Faults()
    typed = Typed(request.form, faults)
    account_id = request.form.get("bank_account_id", "")
    told: dict[str, Any] = {
        "name": typed.text("name", "what you call the account"),
        "purpose": request.form.get("purpose", "general"),
    }
    told |= _where_to_pay(typed)
    if not account_id:
        told["account"] = typed.text("account", "the account as its statements name it")
    if not faults:
        with faults.of_service(otherwise="name"):
            if account_id:
                etag = seen_version()
                upstream.call("PATCH", "billing", f"/bank-accounts/{account_id}", json=told, etag=etag)
            else:
                upstream.call("POST", "billing", "/bank-accounts", json=told, key=request.form.get("sending_key"))
    if faults:
        return _accounts(faults), faults.status
    flash(f"{told['name']} is kept.")
    return redirect(url_for("alliance.bank_accounts"), 303)


@alliance.get("/bank/columns")
@for_reader
def bank_columns() -> str:
    """Every header of a bank's CSV file of which somebody said which column holds what."""
    return _columns(Faults())


@alliance.post("/bank/columns/<uuid:layout_id>")
@for_manager
def change_bank_columns(layout_id: Any) -> Response | tuple[str, int]:
    """Say anew which column holds what, or forget the header."""
    faults = Faults()
    with faults.of_service(otherwise="columns"):
        if request.form.get("forget"):
            upstream.call("DELETE", "billing", f"/bank-layouts/{layout_id}")
        else:
            chosen = {name: request.form.get(name) for name in COLUMNS}
            told = {name: value for name, value in chosen.items() if value}
            upstream.call("PUT", "billing", f"/bank-layouts/{layout_id}", json=told)
    if faults:
        return _columns(faults, str(layout_id)), faults.status
    flash("Forgotten: the next file with that header is asked about." if request.form.get("forget") else "Kept.")
    return redirect(url_for("alliance.bank_columns"), 303)


def _where_to_pay(typed: Typed) -> dict[str, Any]:
    """The numbers of an account, and whether schools pay into it; nothing of that while the form says nothing of it."""
    told: dict[str, Any] = {}
    for name, says in (("sort_code", "the sort code"), ("account_number", "the account number")):
        if name in request.form:
            told[name] = typed.text(name, says, needed=False).replace("-", "").replace(" ", "") or None
    if request.form.get("paid_into") or request.form.get("was_paid_into"):
        told["paid_into"] = bool(request.form.get("paid_into"))
    return told


def _accounts(faults: Faults) -> str:
    edit = request.values.get("bank_account_id", "")
    accounts = ask.items("billing", "/bank-accounts")
    return render_template(
        "alliance/bank_accounts.html",
        accounts=accounts,
        edited=next((each for each in accounts if edit and each["bank_account_id"] == edit), None),
        purposes=PURPOSES,
        typed=request.form or request.args,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _columns(faults: Faults, layout_id: str = "") -> str:
    return render_template(
        "alliance/bank_columns.html",
        layouts=ask.items("billing", "/bank-layouts"),
        asks=COLUMNS,
        faults=faults,
        at=layout_id,
        typed=request.form,
    )
