"""The partnership fund as a school sees it: its own contribution, its governors' answer, and the totals of all."""

from typing import Any

from flask import Response as Sent
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.identity import current_session
from gateway.pages import ask
from gateway.pages.doors import for_governor, for_school, school
from gateway.pages.faults import Faults
from gateway.pages.files import passed_on
from gateway.pages.fund_form import read_decision
from gateway.pages.typed import seen_version
from gateway.upstream import upstream


@school.get("/fund")
@for_school
def fund() -> str:
    """Every year of the fund, the newest first."""
    return render_template("school/fund.html", years=ask.items("billing", "/fund-years"))


@school.get("/fund/<uuid:fund_year_id>")
@for_school
def fund_year(fund_year_id: Any) -> str:
    """What this school is asked for, by which number of pupils, and what the fund does with its money."""
    return _page(str(fund_year_id), Faults())


@school.post("/fund/<uuid:fund_year_id>/decision")
@for_governor
def decide_contribution(fund_year_id: Any) -> Response | tuple[str, int]:
    """Record what the governors decided, with the evidence."""
    faults = Faults()
    body = read_decision(request.form, faults)
    year = ask.one("billing", f"/fund-years/{fund_year_id}")
    if not year["contributions"]:
        faults.add("Your school is asked for nothing in this year, so there is nothing to decide.")
    if not faults:
        contribution = year["contributions"][0]["fund_contribution_id"]
        with faults.of_service():
            version = seen_version()
            upstream.put("billing", f"/fund-contributions/{contribution}/decision", json=body, etag=version)
    if faults:
        return _page(str(fund_year_id), faults), faults.status
    flash("The governors’ decision is recorded.")
    return redirect(url_for("school.fund_year", fund_year_id=fund_year_id), 303)


@school.get("/fund/<uuid:fund_year_id>/report.<any(pdf, xlsx):suffix>")
@for_school
def fund_report(fund_year_id: Any, suffix: str) -> Sent:
    """The year's report to print, or as a spreadsheet."""
    return passed_on("billing", f"/fund-years/{fund_year_id}/report.{suffix}")


def _page(year_id: str, faults: Faults) -> str:
    year = ask.one("billing", f"/fund-years/{year_id}")
    own = next(iter(year["contributions"]), None)
    session = current_session()
    return render_template(
        "school/fund_year.html",
        year=year,
        own=ask.one("billing", f"/fund-contributions/{own['fund_contribution_id']}") if own else None,
        typed=request.form,
        governor=session.name if session else "",
        faults=faults,
    )
