"""The bank: reading a statement in, and its lines with what they were matched to."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.alliance_bank_settings import COLUMNS
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import day, plural
from gateway.pages.spreadsheets import is_asked
from gateway.pages.typed import sending_key
from gateway.upstream import upstream

_STATEMENTS: Final = 12


@alliance.get("/bank")
@for_reader
def bank() -> str:
    """Bank lines: those not matched first."""
    return _page(Faults())


@alliance.post("/bank")
@for_manager
def upload_statement() -> Response | tuple[str, int]:
    """Read in a statement. A broken one is refused whole; of a CSV file whose header is new, the columns are asked."""
    faults = Faults()
    sent = request.files.get("file")
    document = sent.read() if sent else b""
    columns = {name: request.form.get(name, "").strip() or None for name in COLUMNS}
    answer: dict[str, Any] = {}
    if not document:
        faults.add("Choose the statement’s file.", "file")
    else:
        with faults.of_service(otherwise="file"):
            answer = upstream.call(
                "POST",
                "billing",
                "/bank-statements",
                params={"account": request.form.get("account", "").strip() or None, **_chosen(columns)},
                body=document,
                content_type="application/octet-stream",
                key=request.form.get("sending_key"),
            ).json()
    if faults.code == "columns_unknown":
        header = [fault.message for fault in faults]
        faults = Faults()
        faults.add("Say which columns hold the date, the amount and the reference.", "date")
        return _page(faults, header), 422
    if faults:
        return _page(faults, request.form.getlist("header")), faults.status
    warnings = "".join(f" {warning} Nothing of it was posted by itself." for warning in answer["warnings"])
    of = f"Statement of {day(answer['from_on'])} to {day(answer['to_on'])}" if answer["from_on"] else "Statement"
    flash(
        f"{of} read: {plural(answer['new'], 'new line')}, "
        f"{answer['repeated']:,} seen before, {answer['posted']:,} matched and posted, {answer['unmatched']:,} left."
        f"{warnings}"
    )
    if answer["unknown_accounts"]:
        flash(f"Say whose account {', '.join(answer['unknown_accounts'])} is: nothing on it is matched until then.")
        return redirect(url_for("alliance.bank_accounts", account=answer["unknown_accounts"][0]), 303)
    return redirect(url_for("alliance.bank"), 303)


def _chosen(columns: dict[str, str | None]) -> dict[str, str | None]:
    """The columns as they are sent: nothing until a date is chosen."""
    return columns if columns["date"] else {}


def _statements() -> tuple[list[dict[str, Any]], str | None]:
    """The statements to show, also those taken back, and where the earlier ones begin: a spreadsheet has them all."""
    asked = {"taken_back": "true"}
    if is_asked():
        return ask.items("billing", "/bank-statements", along="before", **asked), None
    return ask.part("billing", "/bank-statements", limit=_STATEMENTS, before=request.args.get("before"), **asked)


def _to_day() -> str | None:
    """The day by which lines were booked; None for all of them, or where no day was asked for."""
    try:
        return date.fromisoformat(request.args.get("to_day", "")).isoformat()
    except ValueError:
        return None


def _page(faults: Faults, header: Sequence[str] = ()) -> str:
    state, to_day = request.args.get("state", "new"), _to_day()
    lines, following = ask.part(
        "billing",
        "/bank-lines",
        state=state if state in ("new", "matched", "reconciled") else None,
        to_day=to_day,
        after=request.args.get("after"),
    )
    statements, earlier = _statements()
    return render_template(
        "alliance/bank.html",
        lines=lines,
        statements=statements,
        earlier=earlier,
        following=following,
        state=state,
        to_day=to_day,
        account=request.form.get("account", ""),
        header=header,
        options=[(name, name) for name in header],
        asks=COLUMNS,
        typed=request.form,
        key=sending_key(request.form, faults),
        faults=faults,
    )
