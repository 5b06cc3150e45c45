"""Reports on ordering: JSON, or .pdf and .xlsx by suffix, and each section's chart as SVG."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from chassis.report_answers import ReportSchema, chart_answer, report_answer
from chassis.web import current_actor, current_database, requires
from contracts.errors import Forbidden
from contracts.london import london_today
from contracts.report import Report
from services.orders.api import report_schemas
from services.orders.usecases.read_reports import REPORTS, round_report

reports = Blueprint("reports", __name__, description="Reports on ordering")

READERS = ("alliance_manager", "board_member", "school_buyer", "school_approver", "governor")

OF_SUPPLIERS: Final = "suppliers"
"""The report that a supplier reads too, about itself."""


@reports.route("/order-reports/<name>")
@requires(*READERS, "supplier_user")
@reports.arguments(report_schemas.PeriodSchema, location="query")
@reports.response(200, ReportSchema)
def report(period: dict[str, Any], name: str) -> Response:
    """Savings, budgets, commitments, take-up, workload or suppliers. Add .pdf or .xlsx for a document.

    A school sees its own part, a supplier how it delivered.
    """
    name, _, suffix = name.partition(".")
    return report_answer(_of_period(name, period), suffix, london_today())


@reports.route("/order-reports/<name>/charts/<int:place>")
@requires(*READERS)
@reports.arguments(report_schemas.PeriodSchema, location="query")
@reports.response(200, content_type="image/svg+xml")
def chart(period: dict[str, Any], name: str, place: int) -> Response:
    """The chart of one section, counted from 0, as SVG."""
    return chart_answer(_of_period(name, period), place)


@reports.route("/rounds/<uuid:round_id>/report")
@requires(*READERS)
@reports.response(200, ReportSchema)
def report_of_round(round_id: UUID) -> Response:
    """What a closed round came to; a school sees its own part."""
    return report_answer(_of_round(round_id), "", london_today())


@reports.route("/rounds/<uuid:round_id>/report.<suffix>")
@requires(*READERS)
@reports.response(200, content_type="application/pdf")
def document_of_round(round_id: UUID, suffix: str) -> Response:
    """The same as .pdf or .xlsx."""
    return report_answer(_of_round(round_id), suffix, london_today())


@reports.route("/rounds/<uuid:round_id>/report/charts/<int:place>")
@requires(*READERS)
@reports.response(200, content_type="image/svg+xml")
def chart_of_round(round_id: UUID, place: int) -> Response:
    """The chart of one section, counted from 0, as SVG."""
    return chart_answer(_of_round(round_id), place)


def _of_period(name: str, period: dict[str, Any]) -> Report:
    if name not in REPORTS:
        raise NotFound("There is no such report.")
    if current_actor().kind == "supplier" and name != OF_SUPPLIERS:
        raise Forbidden("Your role does not allow this.")
    closed_to = period["closed_to"] or london_today()
    closed_from = period["closed_from"] or closed_to - timedelta(days=365)
    return REPORTS[name](current_database(), current_actor(), closed_from, closed_to)


def _of_round(round_id: UUID) -> Report:
    return round_report(current_database(), current_actor(), str(round_id))
