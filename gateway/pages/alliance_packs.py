"""The board's report and the annual review: as pages, and as documents to take to the meeting."""

from typing import Any

from flask import Response, abort, render_template, url_for

from chassis.report_answers import report_answer
from chassis.report_documents import report_json
from contracts.london import london_today
from gateway.pages.doors import alliance, for_reader
from gateway.pages.faults import Faults
from gateway.pages.report_packs import PACKS, bind
from gateway.pages.reports import asked_days, days_of_file, shown


@alliance.get("/packs/<name>")
@for_reader
def report_pack(name: str) -> str | Response | tuple[str, int]:
    """The pack as a page, or with .pdf or .xlsx as a document of the same figures."""
    plain, _, suffix = name.partition(".")
    if plain not in PACKS:
        abort(404)
    if suffix:
        return report_answer(bind(plain, days_of_file()).report, suffix, london_today())
    faults = Faults()
    period = asked_days(faults)
    bound = bind(plain, period)
    told: dict[str, Any] = report_json(bound.report)
    page = render_template(
        "report.html",
        report=told,
        sections=[shown(section, "alliance", bound.period) for section in told["sections"]],
        charts=[
            url_for("alliance.report_chart", name=drawn[0], place=drawn[1], **period) if drawn else ""
            for drawn in bound.charts
        ],
        documents={
            suffix: url_for("alliance.report_pack", name=f"{plain}.{suffix}", **period) for suffix in ("pdf", "xlsx")
        },
        period=period,
        side={"name": "alliance"},
        faults=faults,
    )
    return (page, faults.status) if faults else page
