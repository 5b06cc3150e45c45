"""The chart of accounts: accounts and categories with their codes, and the sheet that changes them."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.files import passed_on
from gateway.pages.show import plural
from gateway.pages.typed import seen_version, sending_key
from gateway.upstream import upstream

OUTCOMES: Final = (("added", "Added"), ("changed", "Changed"), ("unchanged", "Unchanged"), ("refused", "Refused"))
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@alliance.get("/ledger/chart")
@for_reader
def chart_of_accounts() -> str:
    """Accounts, then categories, each with its CFR and Academies code."""
    return _chart_page(Faults())


@alliance.get("/ledger/chart.xlsx")
@for_reader
def chart_sheet() -> Response:
    """The chart as a sheet that can be changed and sent back."""
    return passed_on("billing", "/chart-of-accounts.xlsx", {})


@alliance.post("/ledger/chart")
@for_manager
def send_chart() -> Response | tuple[str, int]:
    """Read a changed sheet; nothing is done yet."""
    faults = Faults()
    file = request.files.get("file")
    content = file.read() if file else b""
    answer: dict[str, Any] = {}
    if not content:
        faults.add("Choose a file.", "file")
    else:
        with faults.of_service(otherwise="file"):
            answer = upstream.call(
                "POST",
                "billing",
                "/chart-imports",
                params={"filename": ((file and file.filename) or "")[:200]},
                body=content,
                content_type=_WORKBOOK if content.startswith(b"PK") else "text/csv",
                key=request.form.get("sending_key"),
            ).json()
    if faults:
        return _chart_page(faults), faults.status
    return redirect(url_for("alliance.chart_import", chart_import_id=answer["chart_import_id"]), 303)


@alliance.get("/ledger/chart/imports/<uuid:chart_import_id>")
@for_reader
def chart_import(chart_import_id: Any) -> str:
    """What the sheet would do, row by row."""
    return _import_page(str(chart_import_id), Faults())


@alliance.post("/ledger/chart/imports/<uuid:chart_import_id>")
@for_manager
def apply_chart(chart_import_id: Any) -> Response | tuple[str, int]:
    """Do what was shown."""
    faults = Faults()
    answer: dict[str, Any] = {}
    with faults.of_service():
        etag = seen_version()
        answer = upstream.post("billing", f"/chart-imports/{chart_import_id}/apply", json={}, etag=etag).json()
    if faults:
        return _import_page(str(chart_import_id), faults), faults.status
    counts = answer["counts"]
    flash(f"Done: {plural(counts['added'], 'row')} added, {counts['changed']:,} changed.")
    return redirect(url_for("alliance.chart_of_accounts"), 303)


def _chart_page(faults: Faults) -> str:
    found = ask.items("billing", "/chart-of-accounts")
    return render_template(
        "alliance/chart.html",
        accounts=[line for line in found if line["kind"] != "category"],
        categories=[line for line in found if line["kind"] == "category"],
        key=sending_key(request.form, faults),
        faults=faults,
    )


def _import_page(chart_import_id: str, faults: Faults) -> str:
    found = ask.one("billing", f"/chart-imports/{chart_import_id}")
    return render_template("alliance/chart_import.html", found=found, outcomes=OUTCOMES, faults=faults)
