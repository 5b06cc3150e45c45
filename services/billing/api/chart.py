"""The chart of accounts over HTTP, and the sheets that change it."""

from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from services.billing.api import chart_schemas as schemas
from services.billing.usecases import import_chart

charts = Blueprint("chart-of-accounts", __name__, description="Accounts and categories with their codes")
imports = Blueprint("chart-imports", __name__, description="Sheets that change the chart of accounts")

READERS: Final = ("alliance_manager", "board_member")
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}


@charts.route("/chart-of-accounts")
@requires(*READERS)
@charts.response(200, schemas.ChartOut)
def list_chart() -> dict[str, Any]:
    """Accounts of the ledger, then categories of what schools buy, with their CFR and Academies codes."""
    return {"items": import_chart.list_chart(current_database(), current_actor()), "next": None}


@charts.route("/chart-of-accounts.xlsx")
@requires(*READERS)
@charts.response(200, content_type=XLSX)
def get_chart_sheet() -> Response:
    """The chart as a sheet: change it and send it to /chart-imports."""
    sheet = import_chart.chart_sheet(current_database(), current_actor())
    named = {"Content-Disposition": 'attachment; filename="chart-of-accounts.xlsx"'}
    return Response(sheet, mimetype=XLSX, headers=named)


@imports.route("/chart-imports", methods=["POST"])
@idempotent
@requires("alliance_manager")
@imports.arguments(schemas.FileQuery, location="query")
@imports.doc(requestBody={"required": True, "content": {"text/csv": _FILE, XLSX: _FILE}})
@imports.response(201, schemas.ChartImportOut)
def post_import(query: dict[str, str]) -> tuple[Response, int]:
    """Send a CSV or XLSX sheet with the headings Code, Name, Kind, CFR, Academies; see what each row would do."""
    found = import_chart.preview_chart(current_database(), current_actor(), request.get_data(), query["filename"])
    return _answer(found), 201


@imports.route("/chart-imports/<uuid:chart_import_id>")
@requires(*READERS)
@imports.response(200, schemas.ChartImportOut)
def get_import(chart_import_id: UUID) -> Response:
    """A sheet that was sent, row by row."""
    return _answer(import_chart.get_import(current_database(), current_actor(), str(chart_import_id)))


@imports.route("/chart-imports/<uuid:chart_import_id>/apply", methods=["POST"])
@requires("alliance_manager")
@imports.response(200, schemas.ChartImportOut)
def apply_import(chart_import_id: UUID) -> Response:
    """Do what the sheet says; refused rows are left. If-Match makes it happen once: no Idempotency-Key."""
    key, version = str(chart_import_id), required_version()
    return _answer(import_chart.apply_chart(current_database(), current_actor(), key, version))


def _answer(found: Any) -> Response:
    told = found._asdict()
    outcomes = ("added", "changed", "unchanged", "refused")
    told["counts"] = {name: sum(row["outcome"] == name for row in found.rows) for name in outcomes}
    return tagged(jsonify(schemas.ChartImportOut().dump(told)), found.version)
