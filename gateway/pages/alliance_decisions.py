"""Decisions on chosen lines and invoices, from the workbench, the list of invoices or the page of one."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from contracts.digits import as_whole
from gateway.pages.alliance_invoices import invoice_page, invoices_page
from gateway.pages.alliance_workbench import BULK, SHOWN, workbench_page
from gateway.pages.doors import alliance, for_manager
from gateway.pages.faults import Faults
from gateway.pages.invoice_parts import place
from gateway.pages.show import plural
from gateway.pages.typed import Typed
from gateway.upstream import upstream

_MOST_FAULTS: Final = 20


@alliance.post("/invoices/decide")
@for_manager
def decide_lines() -> Response | tuple[str, int]:
    """One decision on all lines and invoices that are chosen; what cannot be decided so is told, line by line."""
    faults = Faults()
    reason = Typed(request.form, faults).text("reason", "why")
    decision = request.form.get("decision", "")
    lines = [line for value in request.form.getlist("line") if (line := _line(value))]
    invoices = [value for value in request.form.getlist("invoice") if _is_id(value)]
    if decision not in BULK:
        faults.add("Choose what to do with the lines.", "reason")
    if not lines and not invoices:
        faults.add("Choose at least one line.", "reason")
    if not faults:
        body = {"decision": decision, "reason": reason, "lines": lines, "supplier_invoice_ids": invoices}
        with faults.of_service(otherwise="reason"):
            key = request.form.get("sending_key")
            told = upstream.post("billing", "/match-decisions", json=body, key=key).json()
            _tell(decision, told, faults)
    if faults:
        return _shown_again(faults), faults.status
    return redirect(_back(), 303)


def _tell(decision: str, told: dict[str, Any], faults: Faults) -> None:
    """Say how many lines it stands on; and of the others, each kind of reason once, with how many there are."""
    if told["done"]:
        flash(f"{plural(told['done'], 'line')} {BULK[decision][2]}.")
    refused: dict[str, int] = {}
    for each in told["refused"]:
        refused[each["detail"]] = refused.get(each["detail"], 0) + 1
    for detail, count in list(refused.items())[:_MOST_FAULTS]:
        faults.add(f"{plural(count, 'line')} not changed. {detail}", "reason")
    if not told["done"] and not refused:
        flash("There is no line there that this could be decided of.")


def _shown_again(faults: Faults) -> str:
    """The page on which the choice was made, with what was wrong with it."""
    back = request.form.get("back", "")
    if back == "invoices":
        return invoices_page(faults)
    return invoice_page(back, faults) if _is_id(back) else workbench_page(faults)


def _back() -> str:
    """Where the choice was made: the page of one invoice, the list of invoices, or the workbench."""
    back = request.form.get("back", "")
    if back == "invoices":
        return url_for("alliance.invoices")
    if _is_id(back):
        return url_for("alliance.invoice", invoice_id=back, **place())
    show = request.form.get("show")
    return url_for("alliance.workbench", show=show if show in SHOWN else None)


def _line(value: str) -> dict[str, Any] | None:
    """A chosen box, "invoice.line.school", as the service takes it; None for anything else."""
    invoice_id, _, place = value.partition(".")
    line_no, _, urn = place.partition(".")
    line = {"line_no": as_whole(line_no), "school_urn": as_whole(urn)}
    if not _is_id(invoice_id) or None in line.values():
        return None
    return {"supplier_invoice_id": invoice_id, **line}


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
