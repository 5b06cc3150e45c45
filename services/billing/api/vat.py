"""VAT reports and the figures of form VAT126 over HTTP: as JSON, spreadsheet, CSV and PDF."""

from datetime import date
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from chassis.report_answers import ReportSchema, report_answer
from chassis.web import current_actor, current_database, requires
from contracts.london import london_today
from contracts.report import Report, Section
from services.billing.api.report_files import as_file
from services.billing.domain.vat_report import vat_table
from services.billing.usecases import read_vat

reports = Blueprint("vat-reports", __name__, description="VAT by period, category and rate, and form VAT126")

_READERS = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")
_MONTH = validate.Regexp(r"(20[0-9]{2}-(0[1-9]|1[0-2]))?\Z", error="Not a month such as 2026-11.")
_MOST_MONTHS = 60


class VatQuery(Schema):
    """Whole months, "2026-09", the first and the last; this one and the two before it without them."""

    first = fields.String(data_key="from", load_default="", validate=_MONTH)
    last = fields.String(data_key="to", load_default="", validate=_MONTH)
    school_urn = fields.Integer(load_default=None, validate=validate.Range(1, 999_999))

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        first, last = months(data)
        if not 0 <= (last.year - first.year) * 12 + last.month - first.month < _MOST_MONTHS:
            raise ValidationError(f"The first month comes before the last, at most {_MOST_MONTHS} months.", "to")


def months(query: dict[str, Any]) -> tuple[date, date]:
    """The first day of the first and of the last month that are asked for."""
    last = date.fromisoformat(f"{query['last']}-01") if query.get("last") else london_today().replace(day=1)
    if query.get("first"):
        return date.fromisoformat(f"{query['first']}-01"), last
    back = last.year * 12 + last.month - 3
    return date(back // 12, back % 12 + 1, 1), last


@reports.route("/reports/vat")
@requires(*_READERS)
@reports.arguments(VatQuery, location="query")
@reports.response(200, ReportSchema)
def get_vat(query: dict[str, Any]) -> Response:
    """VAT by month, category and rate: of a school its own, of the alliance all, or one school's."""
    return report_answer(_vat(query), "", london_today())


@reports.route("/reports/vat.<any(xlsx, csv, pdf):suffix>")
@requires(*_READERS)
@reports.arguments(VatQuery, location="query")
@reports.response(200, content_type="application/octet-stream")
def get_vat_file(query: dict[str, Any], suffix: str) -> Response:
    """The same as a file; as CSV every figure in one table, with the part that it stands in."""
    report = _vat(query)
    return _file(report, suffix, vat_table(report))


@reports.route("/reports/vat126")
@requires(*_READERS)
@reports.arguments(VatQuery, location="query")
@reports.response(200, ReportSchema)
def get_vat126(query: dict[str, Any]) -> Response:
    """What a school that is not registered for VAT claims back, invoice by invoice."""
    return report_answer(_vat126(query), "", london_today())


@reports.route("/reports/vat126.<any(xlsx, csv, pdf):suffix>")
@requires(*_READERS)
@reports.arguments(VatQuery, location="query")
@reports.response(200, content_type="application/octet-stream")
def get_vat126_file(query: dict[str, Any], suffix: str) -> Response:
    """The same as a file; as CSV the list of invoices, as HMRC's online form takes it."""
    report = _vat126(query)
    return _file(report, suffix, report.sections[1])


def _vat(query: dict[str, Any]) -> Report:
    first, last = months(query)
    database, actor = current_database(), current_actor()
    return read_vat.read_vat_report(database, actor, first=first, last=last, school_urn=query["school_urn"])


def _vat126(query: dict[str, Any]) -> Report:
    first, last = months(query)
    database, actor = current_database(), current_actor()
    return read_vat.read_vat126(database, actor, first=first, last=last, school_urn=query["school_urn"])


def _file(report: Report, suffix: str, table: Section) -> Response:
    if suffix == "pdf":
        return report_answer(report, suffix, london_today())
    return as_file(report, suffix, table)
