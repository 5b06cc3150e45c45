"""Months of the books: what is open before one closes, what is accrued at its end, and who closed and reopened it."""

from calendar import month_name, monthrange
from datetime import date
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import plural
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

# Of each question of the checklist, the page on which it is mended, with what that page is asked for.
_MENDED_ON: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "lines_to_decide": ("alliance.workbench", {}),
    "control_accounts_differ": ("alliance.ledger_report", {"name": "control-accounts"}),
    "lines_disputed": ("alliance.workbench", {"show": "decided"}),
    "lines_awaiting_receipts": ("alliance.awaited_receipts", {}),
    "lines_not_billed": ("alliance.bills", {}),
    "credits_not_returned": ("alliance.bills", {}),
    "payments_under_way": ("alliance.payments", {}),
    "statements_unreconciled": ("alliance.bank", {"_anchor": "statements"}),
    "statements_missing": ("alliance.bank", {"_anchor": "statements"}),
}
_ON_THIS_PAGE: Final = ("adjustments_unposted", "adjustments_stale")
KINDS: Final = {"accrual": "Accrual", "prepayment": "Prepayment", "deferred_income": "Deferred income"}


@alliance.get("/ledger/months")
@for_reader
def ledger_months() -> str:
    """Every month of the books, the latest first."""
    return _list_page(Faults())


@alliance.post("/ledger/financial-year")
@for_manager
def set_financial_year() -> Response | tuple[str, int]:
    """Let the alliance's own financial year begin in another month."""
    faults = Faults()
    begins_in = Typed(request.form, faults).number("year_begins_in", "the month")
    if not faults:
        with faults.of_service():
            body = {"year_begins_in": begins_in}
            upstream.put("billing", "/periods/financial-year", json=body, etag=seen_version())
    if faults:
        return _list_page(faults), faults.status
    flash("The financial year is saved.")
    return redirect(url_for("alliance.ledger_months"), 303)


@alliance.get("/ledger/months/<month>")
@for_reader
def ledger_month(month: str) -> str:
    """One month: its checklist, accruals and prepayments, and its history."""
    return _month_page(month, Faults())


@alliance.post("/ledger/months/<month>/adjustments")
@for_manager
def post_adjustments(month: str) -> Response | tuple[str, int]:
    """Post the accruals and prepayments that are ticked."""
    faults, keys = Faults(), request.form.getlist("keys")
    if not keys:
        faults.add("Tick what is to be posted.", "adjustments")
    else:
        with faults.of_service(otherwise="adjustments"):
            path, body = f"/periods/{month}/adjustments", {"keys": keys}
            upstream.post("billing", path, json=body, key=request.form.get("sending_key"))
    return _done(month, faults, f"{plural(len(keys), 'entry', 'entries')} posted, each with its release.")


@alliance.post("/ledger/months/<month>/adjustments/<uuid:adjustment_id>/undo")
@for_manager
def undo_adjustment(month: str, adjustment_id: Any) -> Response | tuple[str, int]:
    """Take one accrual or prepayment back, with its release."""
    faults = Faults()
    with faults.of_service(otherwise="adjustments"):
        upstream.post("billing", f"/adjustments/{adjustment_id}/undo", key=request.form.get("sending_key"))
    return _done(month, faults, "It is taken back, and may be posted again.")


@alliance.post("/ledger/months/<month>/close")
@for_manager
def close_month(month: str) -> Response | tuple[str, int]:
    """Close the month."""
    faults = Faults()
    body = {"why": request.form.get("why", "").strip()}
    with faults.of_service(otherwise="checklist"):
        upstream.post("billing", f"/periods/{month}/close", json=body, etag=seen_version())
    return _done(month, faults, "The month is closed. What belongs to it and comes later is posted in the next one.")


@alliance.post("/ledger/months/<month>/reopen")
@for_manager
def reopen_month(month: str) -> Response | tuple[str, int]:
    """Reopen the month, for a reason."""
    faults = Faults()
    why = Typed(request.form, faults).text("why", "why the month is reopened")
    if not faults:
        with faults.of_service(otherwise="why"):
            upstream.post("billing", f"/periods/{month}/reopen", json={"why": why}, etag=seen_version())
    return _done(month, faults, "The month is open again. Close it when you are done.")


def _done(month: str, faults: Faults, said: str) -> Response | tuple[str, int]:
    if faults:
        return _month_page(month, faults), faults.status
    flash(said)
    return redirect(url_for("alliance.ledger_month", month=month), 303)


def _list_page(faults: Faults) -> str:
    found = ask.one("billing", "/periods")
    return render_template(
        "alliance/ledger_months.html",
        months=found["items"],
        year_begins_in=found["year_begins_in"],
        year_version=found["year_version"],
        names=[(number, month_name[number]) for number in range(1, 13)],
        faults=faults,
    )


def _month_page(month: str, faults: Faults) -> str:
    found = ask.one("billing", f"/periods/{month}")
    return render_template(
        "alliance/ledger_month.html",
        found=found,
        month=month,
        blocking=[point for point in found["checklist"] if point["open"] and point["severity"] == "blocking"],
        says={point["name"]: point["says"] for point in found["checklist"]},
        mended_on={point["name"]: _mended_on(point["name"], month) for point in found["checklist"]},
        kinds=KINDS,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _mended_on(name: str, month: str) -> str:
    if name in _ON_THIS_PAGE:
        return "#adjustments"
    if name == "bank_lines_unmatched":
        first = date.fromisoformat(f"{month}-01")
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return url_for("alliance.bank", to_day=last.isoformat(), _anchor="lines")
    page, asked = _MENDED_ON.get(name, ("", {}))
    return url_for(page, **asked) if page else ""
