"""Paying suppliers: a run is proposed by one person, approved by another, and written to a file for the bank."""

from typing import Any, Final

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from contracts.london import london_today
from contracts.working_days import add_working_days
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader, for_supplier, supplier
from gateway.pages.faults import Faults
from gateway.pages.show import money
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import Answer, upstream

_FILE_HEADERS: Final = ("content-type", "content-disposition")
_BURSAR: Final = "Bursar"


@alliance.get("/payments")
@for_reader
def payments() -> str:
    """Every payment run, the newest first, with the form that proposes the next."""
    return _list(Faults())


@alliance.post("/payments")
@for_manager
def propose_payments() -> AnyResponse | tuple[str, int]:
    """Propose a run of what is due."""
    faults = Faults()
    typed = Typed(request.form, faults)
    pay_on, due_by = typed.day("pay_on", "the day of payment"), typed.day("due_by", "the day", needed=False)
    made: dict[str, Any] = {}
    if not faults and pay_on:
        body = {"pay_on": pay_on.isoformat(), "due_by": due_by.isoformat() if due_by else None}
        with faults.of_service(otherwise="pay_on"):
            made = upstream.post("billing", "/payment-runs", json=body, key=request.form.get("sending_key")).json()
    if faults:
        return _list(faults), faults.status
    flash(f"{made['number']} is proposed: {money(made['total_pence'])}. A colleague has to approve it.")
    return redirect(url_for("alliance.payment_run", payment_run_id=made["payment_run_id"]), 303)


@alliance.get("/payments/<uuid:payment_run_id>")
@for_reader
def payment_run(payment_run_id: Any) -> str:
    """One run: what it pays, what it leaves out and why, and what can be done with it."""
    return _page(str(payment_run_id), Faults())


@alliance.post("/payments/<uuid:payment_run_id>/choice")
@for_manager
def choose_payments(payment_run_id: Any) -> AnyResponse | tuple[str, int]:
    """Leave out what is not ticked."""
    faults = Faults()
    why = Typed(request.form, faults).text("why", "why the others are left out", needed=_leaves_something_out())
    if not faults:
        chosen = set(request.form.getlist("pay"))
        body = {
            "left_out": [each for each in request.form.getlist("listed") if each not in chosen],
            "why": why or "Nothing is left out.",
        }
        with faults.of_service(otherwise="why"):
            upstream.put("billing", f"/payment-runs/{payment_run_id}/choice", json=body, etag=seen_version())
    return _done(str(payment_run_id), faults, "The choice is saved.")


@alliance.post("/payments/<uuid:payment_run_id>/<any(refresh, approval, cancellation):what>")
@for_manager
def act_on_payments(payment_run_id: Any, what: str) -> AnyResponse | tuple[str, int]:
    """Bring a run up to date, approve it, or give it up."""
    said = {
        "refresh": "The run is up to date.",
        "approval": "The run is approved. Write the file for the bank next.",
        "cancellation": "The run is given up. Its invoices can be proposed again.",
    }
    faults = Faults()
    body = None
    if what == "cancellation":
        body = {"why": Typed(request.form, faults).text("cancelled_why", "why the run is given up")}
    if not faults:
        with faults.of_service({"why": "cancelled_why"}):
            _post(f"/payment-runs/{payment_run_id}/{what}", body)
    return _done(str(payment_run_id), faults, said[what])


@alliance.post("/payments/<uuid:payment_run_id>/file")
@for_manager
def write_payments(payment_run_id: Any) -> AnyResponse | tuple[str, int]:
    """The file for the bank. Once it is written, it is written again only for a reason."""
    faults = Faults()
    answer: Answer | None = None
    body = {"format": request.form.get("format", "bacs"), "why": request.form.get("again_why", "").strip()}
    with faults.of_service({"why": "again_why"}):
        answer = _post(f"/payment-runs/{payment_run_id}/exports", body)
    if answer is None:
        return _page(str(payment_run_id), faults), faults.status
    flash("The file is written: hand it in at the bank.")
    return _passed_on(answer)


@alliance.get("/payments/settings")
@for_reader
def payment_settings() -> str:
    """From which account the alliance pays, and its Bacs service user number."""
    return _settings(Faults())


@alliance.post("/payments/settings/<uuid:bank_account_id>")
@for_manager
def save_payment_settings(bank_account_id: Any) -> AnyResponse | tuple[str, int]:
    """Save how one account pays."""
    faults = Faults()
    typed = Typed(request.form, faults)
    body = {
        "service_user_number": typed.text("service_user_number", "the service user number"),
        "sort_code": typed.text("sort_code", "the sort code").replace("-", "").replace(" ", ""),
        "account_number": typed.text("account_number", "the account number").replace(" ", ""),
        "account_name": typed.text("account_name", "the name on the account").upper(),
    }
    if not faults:
        with faults.of_service():
            upstream.put("billing", f"/payment-settings/{bank_account_id}", json=body, etag=seen_version())
    if faults:
        return _settings(faults, str(bank_account_id)), faults.status
    flash("Saved. New files are written with it.")
    return redirect(url_for("alliance.payment_settings"), 303)


@alliance.get("/payments/advices/<uuid:remittance_advice_id>.pdf", endpoint="remittance_advice")
@for_reader
def alliance_advice(remittance_advice_id: Any) -> Response:
    """What a supplier is told of its payment, as PDF."""
    return _passed_on(upstream.get("billing", f"/remittance-advices/{remittance_advice_id}.pdf"))


@supplier.get("/remittances/<uuid:remittance_advice_id>.pdf", endpoint="remittance_advice")
@for_supplier
def supplier_advice(remittance_advice_id: Any) -> Response:
    """The advice of a payment, as PDF."""
    return _passed_on(upstream.get("billing", f"/remittance-advices/{remittance_advice_id}.pdf"))


def _list(faults: Faults) -> str:
    runs, following = ask.part("billing", "/payment-runs", after=request.args.get("after"))
    return render_template(
        "alliance/payments.html",
        runs=runs,
        following=following,
        typed=request.form,
        first_day=add_working_days(london_today(), 3).isoformat(),
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _page(run_id: str, faults: Faults) -> str:
    answer = upstream.get("billing", f"/payment-runs/{run_id}")
    run = answer.json()
    return render_template(
        "alliance/payment_run.html",
        run=run,
        etag=(answer.etag or "").strip('"'),
        suppliers=_by_supplier(run["items"]),
        kept_out=[item for item in run["items"] if item["left_out_by"] == _BURSAR],
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _by_supplier(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The suppliers of a run with what a person may choose of each, and what each is paid."""
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        if item["left_out_by"] != _BURSAR:
            one = found.setdefault(item["supplier_id"], {**item, "items": [], "total_pence": 0})
            one["items"].append(item)
            one["total_pence"] += 0 if item["left_out_why"] else item["amount_pence"]
    return list(found.values())


def _settings(faults: Faults, about: str = "") -> str:
    accounts = ask.items("billing", "/payment-settings")
    opened = about or request.args.get("account") or next((each["bank_account_id"] for each in accounts), "")
    return render_template(
        "alliance/payment_settings.html", accounts=accounts, opened=opened, typed=request.form, faults=faults
    )


def _done(run_id: str, faults: Faults, said: str) -> AnyResponse | tuple[str, int]:
    if faults:
        return _page(run_id, faults), faults.status
    flash(said)
    return redirect(url_for("alliance.payment_run", payment_run_id=run_id), 303)


def _post(path: str, body: Any) -> Answer:
    return upstream.call("POST", "billing", path, json=body, key=request.form.get("sending_key"), etag=seen_version())


def _leaves_something_out() -> bool:
    return set(request.form.getlist("listed")) != set(request.form.getlist("pay"))


def _passed_on(answer: Answer) -> Response:
    headers = {name: answer.headers[name] for name in _FILE_HEADERS if name in answer.headers}
    return Response(answer.body, headers=headers)
