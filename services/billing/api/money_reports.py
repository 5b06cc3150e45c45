"""Reports on money: JSON, or .pdf and .xlsx by suffix, and each section's chart as SVG; totals by supplier."""

from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from chassis.report_answers import (
    PartsSchema,
    ReportSchema,
    SectionsSchema,
    asked_parts,
    chart_answer,
    report_answer,
    sections_answer,
)
from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from contracts.london import london_today
from contracts.report import Report
from services.billing.api.fields import Day, plain_text
from services.billing.usecases.read_supplier_totals import read_supplier_totals
from services.billing.usecases.report_sections import report_sections
from services.billing.usecases.report_spending import REPORTS, documents_behind

money_reports = Blueprint("money-reports", __name__, description="Reports on money")

READERS = ("alliance_manager", "board_member")


class PeriodQuery(Schema):
    """The first and last day; by default the year up to today."""

    from_on = Day(load_default=None)
    to_on = Day(load_default=None)


class SectionsQuery(PartsSchema, PeriodQuery):
    """Sections of reports over the same days; what is owed, waits or stands in the ledger is of today."""


class DocumentsBehindQuery(PeriodQuery):
    """What a figure is narrowed to (`category` is a code), and after how many of its documents a page begins."""

    school_urn = fields.Integer(load_default=None, validate=validate.Range(0, 2**31 - 1))
    supplier_id = fields.UUID(load_default=None)
    category = fields.String(load_default=None, validate=plain_text(60, least=0))
    after = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class SupplierTotalOut(Schema):
    """What one school ordered from a supplier and was invoiced for, in pence without VAT."""

    supplier_id = fields.String()
    supplier_name = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    ordered_pence = fields.Integer()
    invoiced_pence = fields.Integer()


class SupplierTotalsOut(Schema):
    """By supplier and school; `paid` is what left the bank for each supplier, in pence with VAT, by its id."""

    items = fields.List(fields.Nested(SupplierTotalOut))
    paid = fields.Dict(keys=fields.String(), values=fields.Integer())


@money_reports.route("/money-reports")
@requires(*READERS)
@money_reports.arguments(SectionsQuery, location="query")
@money_reports.response(200, SectionsSchema)
def sections(asked: dict[str, Any]) -> Response:
    """Sections of spending, aged-debt, position, fund and ledger, to be bound together."""
    parts = asked_parts(asked["part"])
    return sections_answer(report_sections(current_database(), current_actor(), parts, *_days(asked)))


@money_reports.route("/money-reports/<name>")
@requires(*READERS)
@money_reports.arguments(PeriodQuery, location="query")
@money_reports.response(200, ReportSchema)
def report(period: dict[str, Any], name: str) -> Response:
    """Spending by school, category, supplier and purchase order; add .pdf or .xlsx for a document."""
    name, _, suffix = name.partition(".")
    return report_answer(_of_period(name, period), suffix, london_today())


@money_reports.route("/money-reports/<name>/charts/<int:place>")
@requires(*READERS)
@money_reports.arguments(PeriodQuery, location="query")
@money_reports.response(200, content_type="image/svg+xml")
def chart(period: dict[str, Any], name: str, place: int) -> Response:
    """The chart of one section, counted from 0, as SVG."""
    return chart_answer(_of_period(name, period), place)


@money_reports.route("/money-reports/spending/behind")
@requires(*READERS)
@money_reports.arguments(DocumentsBehindQuery, location="query")
@money_reports.response(200, ReportSchema)
def behind(asked: dict[str, Any]) -> Response:
    """The documents behind a figure of spending, part by part, with the sums of all of them."""
    return report_answer(_behind(asked, skipped=asked["after"], limit=asked["limit"]), "", london_today())


@money_reports.route("/money-reports/spending/behind.xlsx")
@requires(*READERS)
@money_reports.arguments(DocumentsBehindQuery, location="query")
@money_reports.response(200, content_type=XLSX)
def behind_document(asked: dict[str, Any]) -> Response:
    """All of them as a spreadsheet."""
    return report_answer(_behind(asked), "xlsx", london_today())


@money_reports.route("/money-reports/supplier-totals")
@requires(*READERS)
@money_reports.arguments(PeriodQuery, location="query")
@money_reports.response(200, SupplierTotalsOut)
def supplier_totals(period: dict[str, Any]) -> Response:
    """What every supplier was ordered from, invoiced and was paid in the days."""
    found = read_supplier_totals(current_database(), current_actor(), *_days(period))
    return jsonify(items=[dict(row._mapping) for row in found.items], paid=found.paid)


def _behind(asked: dict[str, Any], **part: int) -> Report:
    narrowed = {key: asked[key] for key in ("school_urn", "supplier_id", "category")}
    return documents_behind(current_database(), current_actor(), _days(asked), narrowed, **part)


def _of_period(name: str, period: dict[str, Any]) -> Report:
    if name not in REPORTS:
        raise NotFound("There is no such report.")
    return REPORTS[name](current_database(), current_actor(), *_days(period))


def _days(period: dict[str, Any]) -> tuple[date, date]:
    to_on = period["to_on"] or london_today()
    return period["from_on"] or to_on - timedelta(days=365), to_on
