"""What goes over the wire about VAT exceptions."""

from marshmallow import Schema, fields, validate

from services.catalogue.api.schemas import UuidText
from services.catalogue.domain.vat import LONGEST_CERTIFICATE


class VatExceptionInSchema(Schema):
    """An exception as an editor sends it whole: about an offer, or about a category for one school."""

    offer_id = UuidText(load_default=None, allow_none=True)
    category_code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))
    school_urn = fields.Integer(load_default=None, allow_none=True, strict=True)
    vat_class = fields.String(required=True, validate=validate.Length(1, 2))
    reduced = fields.Boolean(load_default=False)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    certificate = fields.String(load_default="", validate=validate.Length(max=LONGEST_CERTIFICATE))


class VatExceptionSchema(VatExceptionInSchema):
    """An exception as it stands."""

    exception_id = fields.String(dump_only=True)
    withdrawn = fields.Boolean(dump_only=True)
    version = fields.Integer(dump_only=True)


class NamedVatExceptionSchema(VatExceptionSchema):
    """An exception with the name of its offer or category, and whether its certificate lapses soon."""

    about = fields.String(dump_only=True)
    lapses_soon = fields.Boolean(dump_only=True)


class VatExceptionListSchema(Schema):
    """All exceptions that the actor may see, the latest first."""

    items = fields.List(fields.Nested(NamedVatExceptionSchema))
    next = fields.String(allow_none=True)


class VatQuerySchema(Schema):
    """For which school, and on which tax point (today if not given)."""

    school_urn = fields.Integer(required=True)
    on = fields.Date(load_default=None)


class VatSchema(Schema):
    """The class, whether class S is at its reduced rate, and the rate in per cent."""

    vat_class = fields.String()
    reduced = fields.Boolean()
    vat_rate = fields.String()
