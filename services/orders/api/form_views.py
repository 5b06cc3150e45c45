"""The order form over HTTP, and what a table would put into it. Only the school's own people come here."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.etag import tagged
from chassis.web import current_actor, current_database, requires
from services.orders.api import form_requests, form_schemas
from services.orders.api.form_shapes import report_json
from services.orders.api.form_text import form_text
from services.orders.api.order_views import PATH, READERS
from services.orders.domain.sheet_columns import Columns
from services.orders.usecases import read_form

forms = Blueprint("forms", __name__, description="The order form of a school")


@forms.route(f"{PATH}/form")
@requires(*READERS)
@forms.arguments(form_requests.FormQuerySchema, location="query")
@forms.response(200, form_schemas.FormSchema)
def get_form(query: dict[str, Any], round_id: UUID, urn: int) -> Response:
    """Everything that the order form shows, in one answer; a reader who keeps the offers need not be sent them anew."""
    view = read_form.get_form(current_database(), current_actor(), str(round_id), urn)
    text = form_text(view, query["known_offers"])
    return tagged(Response(text, content_type="application/json"), view.found.order.version)


@forms.route(f"{PATH}/lines-report", methods=["POST"])
@requires("school_buyer")
@forms.arguments(form_requests.LinesReportInSchema)
@forms.response(200, form_schemas.LinesReportSchema)
def report_lines(sent: dict[str, Any], round_id: UUID, urn: int) -> Response:
    """What a table, or the last order once more, would put into the order, row by row. Changes nothing."""
    database, actor = current_database(), current_actor()
    if sent["repeat_last"]:
        view = read_form.report_last(database, actor, str(round_id), urn)
    else:
        columns = sent["columns"] and Columns(**sent["columns"])
        view = read_form.report_table(database, actor, str(round_id), urn, sent["rows"], columns)
    return tagged(jsonify(report_json(view)), view.found.order.version)
