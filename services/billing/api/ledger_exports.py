"""Exports for accounts programs over HTTP: a school's own documents, or the alliance's journal."""

from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from chassis.etag import required_version, tagged
from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api.fields import plain_text
from services.billing.api.schemas import MOST_PER_PAGE
from services.billing.domain.ledger_export import FIELDS, FORMATS, TAX_CODES, TAX_KEYS, USUAL_COLUMNS, ExportProfile
from services.billing.usecases import export_ledger
from services.billing.usecases.export_ledger import ProfileView

exports = Blueprint("ledger-exports", __name__, description="Exports for accounts programs")
profiles = Blueprint("export-profile", __name__, description="How a school takes its documents over")

READERS = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")
WRITERS = ("school_buyer", "school_approver", "alliance_manager")
_CODE = plain_text(40, least=0)
_MOST_CODES = 1000


class ExportColumnSchema(Schema):
    """A column of a table of one's own: what it holds, and its heading."""

    field = fields.String(required=True, validate=validate.OneOf(list(FIELDS)))
    heading = fields.String(required=True, validate=plain_text(60))


class ExportProfileSchema(Schema):
    """How documents are taken over."""

    format = fields.String(required=True, validate=validate.OneOf(FORMATS))
    account = fields.String(required=True, validate=plain_text(80))
    bank_nominal = fields.String(required=True, validate=_CODE)
    department = fields.String(load_default="", validate=_CODE)
    nominals = fields.Dict(
        keys=fields.String(validate=plain_text(40)),
        values=fields.String(validate=_CODE),
        load_default=dict,
        validate=validate.Length(max=_MOST_CODES),
        metadata={"description": "Own codes by ledger code; without one the ledger code itself is written"},
    )
    tax_codes = fields.Dict(
        keys=fields.String(validate=validate.OneOf(TAX_KEYS)), values=fields.String(validate=_CODE), load_default=dict
    )
    suppliers = fields.Dict(
        keys=fields.String(validate=plain_text(40)),
        values=fields.String(validate=plain_text(80, least=0)),
        load_default=dict,
        validate=validate.Length(max=_MOST_CODES),
        metadata={"description": "Own accounts by the id of a supplier that invoices the school itself; else its name"},
    )
    columns = fields.List(
        fields.Nested(ExportColumnSchema), load_default=None, allow_none=True, validate=validate.Length(1, 40)
    )


class ExportSupplierSchema(Schema):
    """A supplier that invoices the school itself."""

    supplier_id = fields.String()
    name = fields.String()


class ExportProfileOut(ExportProfileSchema):
    """How documents are taken over, what can be mapped, and what each program is usually told."""

    version = fields.Integer(metadata={"description": "0 while nothing is saved"})
    codes = fields.List(fields.String(), metadata={"description": "Ledger codes on the documents"})
    suppliers_known = fields.List(
        fields.Nested(ExportSupplierSchema), metadata={"description": "Those who invoice the school itself"}
    )
    fields_known = fields.List(fields.Nested(ExportColumnSchema))
    usual_tax_codes = fields.Dict()


class ExportTimeQuery(Schema):
    """From which day to which."""

    from_on = fields.Date(required=True)
    to_on = fields.Date(required=True)

    @validates_schema
    def in_order(self, data: dict[str, date], **_: Any) -> None:
        """The first day is not after the last."""
        if data["from_on"] > data["to_on"]:
            raise ValidationError("The last day is before the first.", "to_on")


class LedgerExportIn(ExportTimeQuery):
    """What to export; `again` takes in what was exported before."""

    again = fields.Boolean(load_default=False)


class LedgerExportQuery(Schema):
    """Which page: `after` is the last export read."""

    after = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))


class ExportSumOut(Schema):
    """What an export of a time would carry of one kind of document, signed as the statement of account is."""

    kind = fields.String()
    documents = fields.Integer()
    fresh = fields.Integer(metadata={"description": "Those never exported"})
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    gross_pence = fields.Integer()
    debit_pence = fields.Integer(metadata={"description": "Its lines above £0.00: a journal's debits"})
    credit_pence = fields.Integer(metadata={"description": "Its lines below £0.00, without the sign"})


class ExportPreviewOut(Schema):
    """What an export of a time would carry."""

    items = fields.List(fields.Nested(ExportSumOut))
    next = fields.String(allow_none=True)


class LedgerExportOut(Schema):
    """An export that was made."""

    ledger_export_id = fields.String()
    format = fields.String()
    from_on = fields.Date()
    to_on = fields.Date()
    again = fields.Boolean()
    exported_by = fields.String()
    exported_at = fields.DateTime()
    documents = fields.Integer()
    rows = fields.Integer()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    gross_pence = fields.Integer()
    sha256 = fields.String()


class LedgerExportPage(Schema):
    """A page of exports."""

    items = fields.List(fields.Nested(LedgerExportOut))
    next = fields.String(allow_none=True)


@profiles.route("/export-profile")
@requires(*READERS)
@profiles.response(200, ExportProfileOut)
def get_profile() -> Response:
    """How the school, or the alliance, takes its documents over."""
    return _shown(export_ledger.get_profile(current_database(), current_actor()))


@profiles.route("/export-profile", methods=["PUT"])
@requires(*WRITERS)
@profiles.arguments(ExportProfileSchema)
@profiles.response(200, ExportProfileOut)
def put_profile(sent: dict[str, Any]) -> Response:
    """Remember how. `If-Match` is the version that was read."""
    columns = sent.pop("columns")
    chosen = tuple((each["field"], each["heading"]) for each in columns) if columns else USUAL_COLUMNS
    wanted = ExportProfile(**sent, columns=chosen)
    return _shown(export_ledger.put_profile(current_database(), current_actor(), wanted, required_version()))


@exports.route("/ledger-exports/preview")
@requires(*READERS)
@exports.arguments(ExportTimeQuery, location="query")
@exports.response(200, ExportPreviewOut)
def get_preview(query: dict[str, date]) -> dict[str, Any]:
    """What an export of a time would carry, by kind, and how much of it is new."""
    return {"items": export_ledger.preview(current_database(), current_actor(), **query), "next": None}


@exports.route("/ledger-exports")
@requires(*READERS)
@exports.arguments(LedgerExportQuery, location="query")
@exports.response(200, LedgerExportPage)
def list_exports(query: dict[str, Any]) -> dict[str, Any]:
    """A page of exports, the newest first."""
    items, following = export_ledger.list_exports(current_database(), current_actor(), **query)
    return {"items": items, "next": following}


@exports.route("/ledger-exports", methods=["POST"])
@idempotent
@requires(*WRITERS)
@exports.arguments(LedgerExportIn)
@exports.response(201, content_type="text/csv")
def post_export(sent: dict[str, Any]) -> tuple[Response, int]:
    """Write the file: what was never exported, or everything again."""
    file = export_ledger.export_ledger(current_database(), current_actor(), **sent)
    response = Response(file.content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response, 201


def _shown(view: ProfileView) -> Response:
    profile = view.profile
    body: dict[str, Any] = {
        "format": profile.format if profile else None,
        "account": profile.account if profile else "",
        "bank_nominal": profile.bank_nominal if profile else "",
        "department": profile.department if profile else "",
        "nominals": dict(profile.nominals) if profile else {},
        "tax_codes": dict(profile.tax_codes) if profile else {},
        "suppliers": dict(profile.suppliers) if profile else {},
        "columns": _columns(profile.columns if profile else USUAL_COLUMNS),
        "version": view.version,
        "codes": list(view.codes),
        "suppliers_known": [{"supplier_id": each.supplier_id, "name": each.name} for each in view.suppliers],
        "fields_known": _columns(USUAL_COLUMNS),
        "usual_tax_codes": {form: dict(codes) for form, codes in TAX_CODES.items()},
    }
    return tagged(jsonify(body), view.version)


def _columns(columns: Any) -> list[dict[str, str]]:
    return [{"field": name, "heading": label} for name, label in columns]
