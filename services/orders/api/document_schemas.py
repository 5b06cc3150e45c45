"""What is said of a purchase order's documents, for OpenAPI."""

from marshmallow import Schema, fields, validate

from services.orders.domain.order_document import SORTED


class DocumentQuerySchema(Schema):
    """An earlier revision, or the Peppol order for one drop, counted from 1."""

    revision = fields.Integer(load_default=None, validate=validate.Range(min=1), allow_none=True)
    drop = fields.Integer(load_default=None, validate=validate.Range(min=1), allow_none=True)


class PaperQuerySchema(Schema):
    """How labels and delivery notes are sorted and laid out, and where their QR codes lead."""

    by = fields.String(load_default="route", validate=validate.OneOf(SORTED))
    layout = fields.String(load_default="sheet", validate=validate.OneOf(["sheet", "page"]))
    root = fields.String(
        load_default="",
        validate=validate.Regexp(r"(https?://[A-Za-z0-9.:\[\]-]{1,200})?\Z"),
        metadata={"description": "The address of Bursar's pages, https://bursar.example; without it no QR code."},
    )


class DocumentStateSchema(Schema):
    """One document and how far it is; `reason` says why it was refused or failed."""

    form = fields.String(required=True)
    revision = fields.Integer(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["queued", "making", "made", "refused", "failed", "missing"])
    )
    progress = fields.Integer(required=True)
    code = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    media_type = fields.String(required=True, allow_none=True)
    file_name = fields.String(required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)
    made_at = fields.String(required=True, allow_none=True)


class DocumentListSchema(Schema):
    """The documents of an order as it stands, and of its earlier revisions."""

    revision = fields.Integer(required=True)
    ready = fields.Boolean(required=True)
    progress = fields.Integer(required=True)
    items = fields.List(fields.Nested(DocumentStateSchema), required=True)
