"""Entries that managers post by hand: proposed with a reason, approved by a second person, taken back for another."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

ROWS: Final = range(6)
"""Rows of the form: what needs more is posted in parts."""

_SAID: Final = {
    "approval": "The journal is approved and posted.",
    "refusal": "The journal is declined. Nothing is posted.",
    "reversal": "This journal takes the other back. Another manager approves it before it is posted.",
}


@alliance.get("/ledger/journals")
@for_reader
def journals() -> str:
    """Journals that people proposed, the latest first, and the form for another."""
    return _list_page(Faults())


@alliance.post("/ledger/journals")
@for_manager
def propose_journal() -> Response | tuple[str, int]:
    """Propose a journal; somebody else approves it."""
    faults = Faults()
    body = _read(faults)
    if not faults:
        with faults.of_service(_fields(), otherwise="account-0"):
            made = upstream.post("billing", "/manual-journals", json=body, key=request.form.get("sending_key")).json()
            flash(f"{made['number']} is proposed. Another manager approves it before it is posted.")
            return redirect(url_for("alliance.journal", journal_id=made["manual_journal_id"]), 303)
    return _list_page(faults), faults.status


@alliance.get("/ledger/journals/<uuid:journal_id>")
@for_reader
def journal(journal_id: Any) -> str:
    """One journal with its lines, who proposed it, and what became of it."""
    return _page(str(journal_id), Faults())


@alliance.post("/ledger/journals/<uuid:journal_id>/<any(approval, refusal, reversal):what>")
@for_manager
def act_on_journal(journal_id: Any, what: str) -> Response | tuple[str, int]:
    """Approve a journal, decline it, or propose another that takes it back."""
    faults, shown = Faults(), str(journal_id)
    body = None if what == "approval" else {"why": Typed(request.form, faults).text("why", "why")}
    if not faults:
        with faults.of_service(otherwise="why"):
            path, key = f"/manual-journals/{journal_id}/{what}", request.form.get("sending_key")
            shown = upstream.post("billing", path, json=body, key=key, etag=seen_version()).json()["manual_journal_id"]
    if faults:
        return _page(str(journal_id), faults), faults.status
    flash(_SAID[what])
    return redirect(url_for("alliance.journal", journal_id=shown), 303)


def _used() -> list[int]:
    """The rows in which anything stands."""
    names = ("account", "debit", "credit")
    return [row for row in ROWS if any(request.form.get(f"{name}-{row}", "").strip() for name in names)]


def _fields() -> dict[str, str]:
    """Of each part of a line, as billing names it, the input that it came from."""
    inputs = {"account": "account", "debit_pence": "debit", "credit_pence": "credit"}
    return {f"lines.{at}.{name}": f"{of}-{row}" for at, row in enumerate(_used()) for name, of in inputs.items()}


def _read(faults: Faults) -> dict[str, Any]:
    typed = Typed(request.form, faults)
    on = typed.day("dated_on", "the day")
    body: dict[str, Any] = {"dated_on": on and on.isoformat(), "why": typed.text("why", "why it is posted")}
    body["lines"] = [_line(row, typed, faults) for row in _used()]
    if len(body["lines"]) < 2:
        faults.add("Choose at least two accounts: one to debit and one to credit.", "account-0")
    return body


def _line(row: int, typed: Typed, faults: Faults) -> dict[str, Any]:
    account = request.form.get(f"account-{row}", "")
    debit, credit = f"debit-{row}", f"credit-{row}"
    if not account:
        faults.add("Choose the account of this amount.", f"account-{row}")
    elif not request.form.get(debit, "").strip() and not request.form.get(credit, "").strip():
        faults.add("Enter a debit or a credit.", debit)
    return {
        "account": account,
        "debit_pence": typed.pence(debit, "the debit", needed=False) or 0,
        "credit_pence": typed.pence(credit, "the credit", needed=False) or 0,
    }


def _list_page(faults: Faults) -> str:
    found, following = ask.part("billing", "/manual-journals", after=request.args.get("after") or None)
    chart = ask.items("billing", "/chart-of-accounts")
    accounts = [(each["code"], f"{each['code']} {each['name']}") for each in chart if each["by_hand"]]
    return render_template(
        "alliance/journals.html",
        journals=found,
        following=following,
        accounts=accounts,
        rows=ROWS,
        today=london_today().isoformat(),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _page(journal_id: str, faults: Faults) -> str:
    return render_template(
        "alliance/journal.html",
        journal=ask.one("billing", f"/manual-journals/{journal_id}"),
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
