"""Supplier invoices and the match workbench: order, receipt and invoice side by side, school by school."""

from itertools import accumulate, groupby
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.alliance_workbench import BULK
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.invoice_parts import invoice_part, place
from gateway.pages.spreadsheets import is_asked
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

# The school would pay for what it has not got or not ordered: nobody can release that.
_NEVER_RELEASED = frozenset({"not_received", "wrong_buyer", "awaiting_receipts"})

# What can be decided of a school's line: the button, and what is said once it is done.
DECISIONS: Final = {
    "accept": ("Release the line", "Released: what the school ordered and received goes on its next bill."),
    "dispute": ("Dispute it", "Disputed: this school’s line waits, the others go on."),
    "credit-request": ("Ask for a credit", "The supplier is asked to credit what the school does not owe."),
    "withdraw": ("Take the decision back", "Taken back: the line stands as the match says."),
}

_OFF_BILLS: Final = ("dispute", "withdraw")
"""What takes a billed line off its bill."""

# What is said of a line that stays on its bill, by why.
STAYS: Final = {
    "paid": "The school has paid of that bill. What the supplier credits of the line comes back as a credit note.",
    "credited": "It is claimed of the supplier, or credited: it comes back to the school as a credit note.",
    "disputed": "The school disputes the line there: answer that first.",
}

_MOST_AGREEING = 40
"""Schools' lines that agree are shown up to about so many; all stand on pages of their own."""


@alliance.get("/invoices")
@for_reader
def invoices() -> str:
    """Every supplier invoice, those with something held first, and what suppliers have still to credit."""
    return invoices_page(Faults())


@alliance.get("/invoices/<uuid:invoice_id>")
@for_reader
def invoice(invoice_id: Any) -> str:
    """One invoice, with its match for each school."""
    return invoice_page(str(invoice_id), Faults())


@alliance.post("/invoices/<uuid:invoice_id>/lines/<int:line_no>/schools/<int:urn>/decide")
@for_manager
def decide_line(invoice_id: Any, line_no: int, urn: int) -> Response | tuple[str, int]:
    """Release, dispute or claim one school's line, or take that back, with the reason kept beside the name."""
    faults = Faults()
    field = f"reason-{line_no}-{urn}"
    reason = Typed(request.form, faults).text(field, "why")
    decision = request.form.get("decision", "")
    if decision not in DECISIONS:
        faults.add("Choose what to do with the line.", field)
    if not faults:
        path = f"/supplier-invoices/{invoice_id}/matches/{line_no}/{urn}/{decision}"
        with faults.of_service({"reason": field}, otherwise=field):
            upstream.post("billing", path, json={"reason": reason}, key=request.form.get("sending_key"))
    if faults:
        return invoice_page(str(invoice_id), faults), faults.status
    off = request.form.get("off") if decision in _OFF_BILLS else None
    came_off = f" It came off {off} by a credit note, and the school is told why." if off else ""
    flash(f"{DECISIONS[decision][1]}{came_off}")
    return redirect(url_for("alliance.invoice", invoice_id=invoice_id, **place(), _anchor=f"line-{line_no}"), 303)


@alliance.post("/invoices/<uuid:invoice_id>/reject")
@for_manager
def reject_invoice(invoice_id: Any) -> Response | tuple[str, int]:
    """Reject an invoice as a whole, with the reason that the supplier is told."""
    return _rejection(
        str(invoice_id), "rejection", "why you reject it", "The invoice is rejected. The supplier is told why."
    )


@alliance.post("/invoices/<uuid:invoice_id>/take-back-rejection")
@for_manager
def withdraw_rejection(invoice_id: Any) -> Response | tuple[str, int]:
    """Take a rejection back, as long as the supplier has credited nothing."""
    says = "Taken back: the lines stand as the match says."
    return _rejection(str(invoice_id), "rejection-withdrawal", "why you take it back", says)


def _rejection(invoice_id: str, act: str, asked: str, says: str) -> Response | tuple[str, int]:
    faults = Faults()
    reason = Typed(request.form, faults).text("reject-reason", asked)
    if not faults:
        with faults.of_service({"reason": "reject-reason"}, otherwise="reject-reason"):
            path, key = f"/supplier-invoices/{invoice_id}/{act}", request.form.get("sending_key")
            upstream.post("billing", path, json={"reason": reason}, key=key)
    if faults:
        return invoice_page(invoice_id, faults), faults.status
    flash(says)
    return redirect(url_for("alliance.invoice", invoice_id=invoice_id, **place()), 303)


def possible_decisions(match: dict[str, Any]) -> list[tuple[str, str]]:
    """What can be decided of a school's line now: (decision, what its button says)."""
    reasons = set(match["reasons"])
    off = comes_off(match)
    open_now = match["state"] in ("held", "billable") or off
    possible = {
        "accept": match["state"] == "held" and not _NEVER_RELEASED.intersection(reasons),
        "dispute": open_now and not match["disputed"],
        "credit-request": match["claim_net_pence"] + match["claim_vat_pence"] > 0,
        "withdraw": match.get("credit_requested")
        or (open_now and (match["disputed"] or match["accepted"] is not None)),
    }
    return [
        (decision, f"{DECISIONS[decision][0]}{', off its bill' if off and decision in _OFF_BILLS else ''}")
        for decision, can in possible.items()
        if can
    ]


def comes_off(match: dict[str, Any]) -> bool:
    """Whether a dispute, or taking a decision back, takes the line off its bill."""
    return bool(match["on_bill_number"]) and not match["stays_why"] and not match["credit_requested"]


def invoices_page(faults: Faults) -> str:
    """The list of invoices, with what was wrong with the last choice of some."""
    found = ask.items("billing", "/supplier-invoices")
    found.sort(key=lambda invoice: invoice["state"] != "held")
    return render_template(
        "alliance/invoices.html",
        invoices=found,
        claims=ask.items("billing", "/credit-claims"),
        bulk=BULK,
        chosen=set(request.form.getlist("invoice")),
        key=sending_key(request.form, faults),
        typed=request.form,
        faults=faults,
    )


def invoice_page(invoice_id: str, faults: Faults) -> str:
    """One invoice with its match, with what was wrong with the last decision on it."""
    found = ask.one("billing", f"/supplier-invoices/{invoice_id}")
    part = invoice_part(found)
    matches = sorted(part.matches, key=lambda match: (match["line_no"], match["school_name"]))
    differing = {match["line_no"] for match in matches if match["state"] == "held" or match["claim_net_pence"]}
    by_line = {line_no: list(group) for line_no, group in groupby(matches, key=lambda match: match["line_no"])}
    agreeing = [line for line in part.lines if line["line_no"] not in differing]
    return render_template(
        "alliance/invoice.html",
        invoice=found,
        matches=by_line,
        part=part,
        place=place(),
        for_spreadsheet=is_asked(),
        differing=[line for line in part.lines if line["line_no"] in differing],
        agreeing=found["line_count"] - found["differing_line_count"],
        shown=_first(agreeing, by_line),
        possible_decisions=possible_decisions,
        comes_off=comes_off,
        some_off=any(comes_off(match) for match in part.matches),
        stays=STAYS,
        bulk=BULK,
        chosen=set(request.form.getlist("line")),
        key=sending_key(request.form, faults),
        typed=request.form,
        faults=faults,
    )


def _first(lines: list[dict[str, Any]], matches: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The first of some lines, up to the one with which _MOST_AGREEING schools' lines are reached."""
    before = accumulate((len(matches.get(line["line_no"], ())) for line in lines), initial=0)
    return [line for line, rows in zip(lines, before, strict=False) if rows < _MOST_AGREEING]
