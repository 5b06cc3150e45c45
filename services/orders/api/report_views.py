"""Reports on ordering: JSON, or .pdf and .xlsx by suffix, and each section's chart as SVG."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from chassis.report_answers import (
    ReportSchema,
    SectionsSchema,
    asked_parts,
    chart_answer,
    report_answer,
    sections_answer,
)
from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from contracts.errors import Forbidden
from contracts.london import london_today
from contracts.report import Report
from services.orders.api import report_schemas
from services.orders.storage.report_lines import START
from services.orders.usecases import read_report_lines
from services.orders.usecases.read_reports import REPORTS, report_sections, round_report

reports = Blueprint("reports", __name__, description="Reports on ordering")

READERS = ("alliance_manager", "board_member", "school_buyer", "school_approver", "governor")

_NARROWING: Final = ("school_urn", "category", "round_id", "offer_id", "lead_urn", "supplier_id")

OF_SUPPLIERS: Final = "suppliers"
"""The report that a supplier reads too, about itself."""


@reports.route("/order-reports")
@requires(*READERS)
@reports.arguments(report_schemas.SectionsAskedSchema, location="query")
@reports.response(200, SectionsSchema)
def sections(asked: dict[str, Any]) -> Response:
    """Sections of several reports over the same days, to be bound together."""
    parts = asked_parts(asked["part"])
    return sections_answer(report_sections(current_database(), current_actor(), parts, *_days(asked)))


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


@reports.route("/order-reports/<name>/behind")
@requires(*READERS, "supplier_user")
@reports.arguments(report_schemas.LinesBehindSchema, location="query")
@reports.response(200, ReportSchema)
def behind(asked: dict[str, Any], name: str) -> Response:
    """The lines behind a figure of savings, commitments, workload or suppliers, part by part, with the sums of all."""
    number, line_no, urn = asked["after"].rsplit(".", 2) if asked["after"] else START
    found = _behind(name, asked, after=(number, int(line_no), int(urn)), limit=asked["limit"])
    return report_answer(found, "", london_today())


@reports.route("/order-reports/<name>/behind.xlsx")
@requires(*READERS, "supplier_user")
@reports.arguments(report_schemas.LinesBehindSchema, location="query")
@reports.response(200, content_type=XLSX)
def behind_document(asked: dict[str, Any], name: str) -> Response:
    """All of them as a spreadsheet."""
    return report_answer(_behind(name, asked), "xlsx", london_today())


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
    _refuse_to_supplier(name)
    return REPORTS[name](current_database(), current_actor(), *_days(period))


def _behind(name: str, asked: dict[str, Any], **part: Any) -> Report:
    _refuse_to_supplier(name)
    narrowed = {key: value for key, value in asked.items() if key in _NARROWING}
    return read_report_lines.lines_behind(current_database(), current_actor(), name, _days(asked), narrowed, **part)


def _refuse_to_supplier(name: str) -> None:
    if current_actor().kind == "supplier" and name != OF_SUPPLIERS:
        raise Forbidden("Your role does not allow this.")


def _days(period: dict[str, Any]) -> tuple[date, date]:
    closed_to = period["closed_to"] or london_today()
    return period["closed_from"] or closed_to - timedelta(days=365), closed_to


def _of_round(round_id: UUID) -> Report:
    return round_report(current_database(), current_actor(), str(round_id))
