"""Importing schools, numbers of pupils and people: upload, look, apply."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.members.api.schemas import plain_text
from services.members.api.views import EDITORS
from services.members.domain.import_row import OUTCOMES, tally
from services.members.domain.school import HIGHEST_URN, LOWEST_URN
from services.members.storage.imports import StoredImport
from services.members.usecases import preview_import
from services.members.usecases.preview_import import Options

imports = Blueprint("imports", __name__, description="Files of schools, pupils and people")

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadQuery(Schema):
    """What the file does not say. Registers and censuses need one of the first three; sheets of one's own none."""

    members_only = fields.Boolean(load_default=False)
    la_code = fields.String(load_default=None, validate=validate.Regexp(r"[0-9]{1,4}\Z"))
    urns = fields.List(fields.Integer(validate=validate.Range(LOWEST_URN, HIGHEST_URN)), load_default=None)
    joined_on = fields.Date(load_default=None)
    counted_on = fields.Date(load_default=None)
    filename = fields.String(load_default="", validate=plain_text(200))


class RowsQuery(Schema):
    """Which rows of an import, page by page: those after a line."""

    outcome = fields.String(load_default=None, validate=validate.OneOf(OUTCOMES))
    after = fields.Integer(load_default=0, validate=validate.Range(0))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


class RowSchema(Schema):
    """What becomes of one row, and why or what changes."""

    line = fields.Integer()
    subject = fields.String()
    name = fields.String()
    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    code = fields.String()
    details = fields.List(fields.String())


class ImportSchema(Schema):
    """An import as it was previewed; `counts` by outcome. Its rows are a list of their own."""

    import_id = fields.String()
    layout = fields.String(validate=validate.OneOf(["register", "census", "sheet", "people"]))
    filename = fields.String()
    counts = fields.Function(lambda record: tally(record.rows), metadata={"type": "object"})
    not_selected = fields.Integer()
    uploaded_by = fields.String()
    uploaded_at = fields.DateTime()
    applied_by = fields.String(allow_none=True)
    applied_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class RowPage(Schema):
    """A page of rows."""

    items = fields.List(fields.Nested(RowSchema))
    next = fields.Integer(allow_none=True)


@imports.route("/imports", methods=["POST"])
@idempotent
@requires(*EDITORS)
@imports.arguments(UploadQuery, location="query")
@imports.doc(
    requestBody={
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "description": "Register, census, or a sheet"}},
            _WORKBOOK: {"schema": {"type": "string", "format": "binary"}},
        },
    }
)
@imports.response(201, ImportSchema)
def upload(query: dict[str, Any]) -> Response:
    """Keep a file for a day, and tell what it would do. Nothing is taken yet."""
    filename = query.pop("filename")
    urns = query.pop("urns")
    options = Options(urns=None if urns is None else tuple(urns), **query)
    found = preview_import.preview_import(current_database(), current_actor(), request.get_data(), filename, options)
    return _answer(found, 201)


@imports.route("/imports/<uuid:import_id>")
@requires(*EDITORS)
@imports.response(200, ImportSchema)
def get_import(import_id: UUID) -> Response:
    """What an import would do, or did."""
    return _answer(preview_import.read_import(current_database(), current_actor(), str(import_id)))


@imports.route("/imports/<uuid:import_id>/rows")
@requires(*EDITORS)
@imports.arguments(RowsQuery, location="query")
@imports.response(200, RowPage)
def list_rows(query: dict[str, Any], import_id: UUID) -> dict[str, Any]:
    """A page of an import's rows, in the order of the file."""
    found = preview_import.read_import(current_database(), current_actor(), str(import_id))
    wanted = [row for row in found.rows if row.line > query["after"] and query["outcome"] in (None, row.outcome)]
    page = wanted[: query["limit"]]
    return {"items": page, "next": page[-1].line if len(wanted) > len(page) else None}


@imports.route("/imports/<uuid:import_id>/apply", methods=["POST"])
@idempotent
@requires(*EDITORS)
@imports.response(200, ImportSchema)
def apply(import_id: UUID) -> Response:
    """Do exactly what was shown, all of it or nothing; `If-Match` is the import's ETag."""
    return _answer(preview_import.apply_import(current_database(), current_actor(), str(import_id), required_version()))


def _answer(found: StoredImport, status: int = 200) -> Response:
    response = jsonify(ImportSchema().dump(found))
    response.status_code = status
    return tagged(response, found.version)
