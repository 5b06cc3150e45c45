"""Supplier invoices and the match workbench: order, receipt and invoice side by side, school by school."""

from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, sending_key
from gateway.upstream import upstream

# The school would pay for what it has not got or not ordered: nobody can release that.
_NEVER_RELEASED = frozenset({"not_received", "wrong_buyer", "awaiting_receipts"})


@alliance.get("/invoices")
@for_reader
def invoices() -> str:
    """Every supplier invoice, those with something held first."""
    found = ask.items("billing", "/supplier-invoices")
    found.sort(key=lambda invoice: invoice["state"] != "held")
    return render_template("alliance/invoices.html", invoices=found)


@alliance.get("/invoices/<uuid:invoice_id>")
@for_reader
def invoice(invoice_id: Any) -> str:
    """One invoice, with its match for each school."""
    return _page(str(invoice_id), Faults())


@alliance.post("/invoices/<uuid:invoice_id>/lines/<int:line_no>/schools/<int:urn>/release")
@for_manager
def release_line(invoice_id: Any, line_no: int, urn: int) -> Response | tuple[str, int]:
    """Release one school's held line, with the reason that is kept beside the name."""
    faults = Faults()
    field = f"reason-{line_no}-{urn}"
    reason = Typed(request.form, faults).text(field, "why it is right to release this line")
    if not faults:
        path = f"/supplier-invoices/{invoice_id}/matches/{line_no}/{urn}/accept"
        with faults.of_service({"reason": field}):
            upstream.post("billing", path, json={"reason": reason}, key=request.form.get("sending_key"))
    if faults:
        return _page(str(invoice_id), faults), faults.status
    flash("Released: what the school ordered and received goes on its next bill.")
    return redirect(url_for("alliance.invoice", invoice_id=invoice_id, _anchor=f"line-{line_no}"), 303)


def _page(invoice_id: str, faults: Faults) -> str:
    found = ask.one("billing", f"/supplier-invoices/{invoice_id}")
    matches = sorted(found["matches"], key=lambda match: (match["line_no"], match["school_name"]))
    held_lines = {match["line_no"] for match in matches if match["state"] == "held"}
    return render_template(
        "alliance/invoice.html",
        invoice=found,
        matches={line_no: list(group) for line_no, group in groupby(matches, key=lambda match: match["line_no"])},
        held=sum(match["state"] == "held" for match in matches),
        held_lines=held_lines,
        agreeing=sum(line["line_no"] not in held_lines for line in found["lines"]),
        never_released=_NEVER_RELEASED,
        key=sending_key(request.form, faults),
        typed=request.form,
        faults=faults,
    )
