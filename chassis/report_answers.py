"""A report over HTTP: as JSON, or .pdf and .xlsx by suffix, and each section's chart as SVG."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from flask import Response, jsonify
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from chassis.report_documents import chart_svg, report_json, report_pdf, report_xlsx, section_json
from chassis.tagged_pdf import MEDIA_TYPE
from chassis.workbooks import XLSX
from contracts.report import Report, Section


class ReportColumnSchema(Schema):
    """A column: money is integer pence, a price pounds with four decimals, a date an ISO day."""

    key = fields.String(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["text", "number", "money", "price", "date", "state"]))
    added = fields.Boolean(required=True)


class ReportSectionSchema(Schema):
    """A table with its sums; `chart` is the title of its chart, or null.

    `why` names what a row's "why" leads to, such as "purchase_order" where that is an order's id; empty where nothing.
    "behind" is the list of what a row sums: "savings?category=Stationery" is `…/savings/behind?category=Stationery`.
    `bars` says of the chart which column names a bar, and which columns make it.
    """

    title = fields.String(required=True)
    note = fields.String(required=True)
    chart = fields.String(required=True, allow_none=True)
    why = fields.String(required=True)
    bars = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    columns = fields.List(fields.Nested(ReportColumnSchema), required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)
    sums = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ReportSchema(Schema):
    """A report: a sentence, then its sections; `next` is the `after` of a long list's next part."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    sentence = fields.String(required=True)
    sections = fields.List(fields.Nested(ReportSectionSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PartsSchema(Schema):
    """Which sections of which reports are asked for: "savings.0" is the first one of the report on savings."""

    part = fields.List(
        fields.String(validate=validate.Regexp(r"[a-z-]{1,30}\.[0-9]\Z")),
        required=True,
        validate=validate.Length(1, 20),
    )


class SectionsSchema(Schema):
    """Sections of several reports, in the order in which they were asked for."""

    sections = fields.List(fields.Nested(ReportSectionSchema), required=True)


_DOCUMENTS: Final[dict[str, tuple[Callable[[Report, date], bytes], str]]] = {
    "pdf": (report_pdf, MEDIA_TYPE),
    "xlsx": (lambda report, _: report_xlsx(report), XLSX),
}


def report_answer(found: Report, suffix: str, today: date) -> Response:
    """The report as `suffix` asks for it: "" JSON, "pdf" or "xlsx". Raises NotFound for any other."""
    if not suffix:
        return jsonify(report_json(found))
    if suffix not in _DOCUMENTS:
        raise NotFound("A report can be had as .pdf or .xlsx.")
    render, content_type = _DOCUMENTS[suffix]
    response = Response(render(found, today), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}.{suffix}"'
    return response


def chart_answer(found: Report, place: int) -> Response:
    """The chart of one section, counted from 0. Raises NotFound for a section without one."""
    if place >= len(found.sections) or found.sections[place].drawn is None:
        raise NotFound("This section has no chart.")
    return Response(chart_svg(found.sections[place]), content_type="image/svg+xml")


def asked_parts(texts: Iterable[str]) -> list[tuple[str, int]]:
    """The parts of a PartsSchema as report and place."""
    return [(name, int(place)) for name, _, place in (text.partition(".") for text in texts)]


def sections_answer(sections: Iterable[Section]) -> Response:
    """The sections as JSON."""
    return jsonify(sections=[section_json(section) for section in sections])
