"""The bank workbench: a statement's lines beside what they may settle, accepted one by one or many at once.

With the keyboard alone: j and k walk, Enter accepts, x ticks, u undoes, / searches (bank.js); without it, buttons do.
"""

import json
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.alliance_bank_line import held_of
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import day, money, plural
from gateway.pages.typed import MOST_SOUGHT, Typed, sending_key, sought
from gateway.upstream import upstream

STATES: Final = {"new": "Not matched", "matched": "Matched", "reconciled": "Reconciled"}
_AT_ONCE: Final = 60
_LISTED: Final = 500  # statements to choose from, the latest; every other one is reached from the list of all
_SHOWN: Final = 3
_SURE: Final = 90  # the same amount and all of our reference, or a payer seen before and most of it


@alliance.get("/bank/workbench")
@for_reader
def bank_workbench() -> str:
    """The lines of a statement, or of all of them, that are in one state, each with what it may settle."""
    return _page(Faults())


@alliance.post("/bank/workbench")
@for_manager
def accept_suggestions() -> Response | tuple[str, int]:
    """Accept one suggestion, or the first of every line that is ticked, just as it was shown."""
    faults = Faults()
    one = request.form.get("accept", "")
    wanted = [one] if one else [f"{line}.1" for line in request.form.getlist("line")]
    lines = [_chosen(value) for value in wanted if f"choice.{value}" in request.form]
    if not lines:
        faults.add("Tick the lines whose first suggestion is right.", "bulk")
    else:
        with faults.of_service(otherwise="bulk"):
            upstream.call(
                "POST", "billing", "/bank-lines/matches", json={"lines": lines}, key=request.form.get("sending_key")
            )
    if faults:
        return _page(faults), faults.status
    last = lines[0]["bank_line_id"] if len(lines) == 1 else None
    if last is None:
        flash(f"{plural(len(lines), 'line')} matched and posted.")
    return redirect(url_for("alliance.bank_workbench", last=last, **_where()), 303)


@alliance.post("/bank/lines/<uuid:line_id>/<any(undo, redo):what>")
@for_manager
def undo_or_redo(line_id: Any, what: str) -> Response:
    """Undo a match, or make it again; a month that is closed says so."""
    faults = Faults()
    with faults.of_service():
        upstream.call("POST", "billing", f"/bank-lines/{line_id}/{what}", json={}, key=request.form.get("sending_key"))
    for fault in faults:
        flash(fault.message)
    if not faults and what == "undo":
        flash("Undone: what it paid is open again, and its entry is reversed.")
    last = None if what == "undo" or faults else str(line_id)
    return redirect(url_for("alliance.bank_workbench", last=last, **_where()), 303)


@alliance.post("/bank/statements/<uuid:statement_id>/reconcile")
@for_manager
def reconcile_statement(statement_id: Any) -> Response:
    """Sign a statement off whose every line is matched."""
    faults = Faults()
    with faults.of_service():
        upstream.call("POST", "billing", f"/bank-statements/{statement_id}/reconcile", json={})
    for fault in faults:
        flash(fault.message)
    if not faults:
        flash("Reconciled: every line is matched, and the difference is £0.00.")
    return redirect(url_for("alliance.bank_workbench", statement=statement_id, state="reconciled"), 303)


@alliance.post("/bank/statements/<uuid:statement_id>/withdrawal")
@for_manager
def take_statement_back(statement_id: Any) -> Response | tuple[str, int]:
    """Take a statement back that was read in by mistake, with its lines, for a reason."""
    faults = Faults()
    why = Typed(request.form, faults).text("why", "why it should not have been read in")
    if not faults:
        with faults.of_service(otherwise="why"):
            key = request.form.get("sending_key")
            upstream.call("POST", "billing", f"/bank-statements/{statement_id}/withdrawal", json={"why": why}, key=key)
    if faults:
        return _page(faults), faults.status
    flash("Taken back, with all its lines. Read the right file in.")
    return redirect(url_for("alliance.bank"), 303)


def what_is_matched(line: dict[str, Any]) -> str:
    """What a line is matched to, in words: "B-000001 £446.76, CN-000001 −£20.00"."""
    return ", ".join(f"{to['number']} {money(to['amount_pence'])}" for to in line["matched_to"])


def _page(faults: Faults) -> str:
    where = _where()
    state = where["state"] or "new"
    lines, following = ask.part(
        "billing",
        "/bank-lines",
        state=state,
        statement=where["statement"],
        words=where["words"],
        after=request.values.get("after") or None,
        limit=_AT_ONCE,
    )
    statements, _ = ask.part("billing", "/bank-statements", limit=_LISTED)
    statement = next((each for each in statements if each["bank_statement_id"] == where["statement"]), None)
    if statement is None and where["statement"]:
        statement = ask.one("billing", f"/bank-statements/{where['statement']}")
        statements.append(statement)
    last = request.args.get("last")
    for line in lines:
        line["held"] = held_of(line)[0]
        line["sure"] = _is_sure(line["suggestions"])
        for suggestion in line["suggestions"][:_SHOWN]:
            suggestion["choice"] = json.dumps(
                [{name: item[name] for name in ("kind", "id", "amount_pence")} for item in suggestion["items"]]
            )
    return render_template(
        "alliance/bank_workbench.html",
        lines=lines,
        following=following,
        where=where,
        state=state,
        states=STATES,
        choices=[(each["bank_statement_id"], _named(each)) for each in statements],
        statement=statement,
        totals=statement or _totals(ask.items("billing", "/bank-accounts")),
        may_go=statement is not None and statement["new"] == statement["lines"],
        why=request.form.get("why", ""),
        last=ask.one("billing", f"/bank-lines/{last}") if last else None,
        matched=what_is_matched,
        most=_SHOWN,
        longest=MOST_SOUGHT,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _where() -> dict[str, Any]:
    """Which lines the page shows; what is left out of the address is None."""
    state = request.values.get("state")
    return {
        "statement": request.values.get("statement") or None,
        "state": state if state in STATES else None,
        "words": sought("words") or None,
    }


def _totals(accounts: list[dict[str, Any]]) -> dict[str, int]:
    """The sums of all statements, as the accounts know them."""
    names = ("lines", "new", "bank_pence", "matched_pence", "difference_pence")
    sums = {name: sum(each[name] for each in accounts) for name in names}
    return {**sums, "total_pence": sums["bank_pence"]}


def _is_sure(suggestions: list[dict[str, Any]]) -> bool:
    """Whether the first suggestion is all but certain, and pays its documents to the penny."""
    return bool(suggestions) and (
        suggestions[0]["score"] >= _SURE
        and all(item["amount_pence"] == item["open_pence"] for item in suggestions[0]["items"])
    )


def _named(statement: dict[str, Any]) -> str:
    left = f"{statement['new']:,} left" if statement["new"] else "all matched"
    days = f"{day(statement['from_on'])} to {day(statement['to_on'])}" if statement["from_on"] else "No lines"
    return f"{days}, {statement['account_name'] or statement['account']}: {left}"


def _chosen(value: str) -> dict[str, Any]:
    return {"bank_line_id": value.rpartition(".")[0], "items": json.loads(request.form[f"choice.{value}"])}
