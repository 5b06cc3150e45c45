"""What goes over the wire about suppliers' bank details: never a whole account number outwards."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.members.api.schemas import AddressSchema, EndpointSchema, SupplierInSchema, plain_text


class OwnDetailsSchema(Schema):
    """What a supplier keeps of itself; `email` is where orders go."""

    email = fields.String(required=True, validate=plain_text(254))
    vat_number = fields.String(load_default=None, allow_none=True, validate=plain_text(20))
    address = fields.Nested(AddressSchema, load_default=None, allow_none=True)
    endpoint = fields.Nested(EndpointSchema, load_default=None, allow_none=True)
    company_number = fields.String(load_default=None, allow_none=True, validate=plain_text(12))
    telephone = fields.String(load_default=None, allow_none=True, validate=plain_text(30))


class SupplierChangeSchema(Schema):
    """One field of a supplier's record as it was changed."""

    version = fields.Integer()
    field = fields.String(validate=validate.OneOf([*SupplierInSchema().fields]))
    value_before = fields.String(allow_none=True)
    value_after = fields.String(allow_none=True)
    changed_at = fields.DateTime()
    changed_by = fields.String()
    by_supplier = fields.Boolean()


class SupplierChangesSchema(Schema):
    """All changes of a supplier's record, the newest first."""

    items = fields.List(fields.Nested(SupplierChangeSchema))
    next = fields.String(allow_none=True)


class NumbersSchema(Schema):
    """Sort code and account number as somebody typed them, with or without hyphens."""

    sort_code = fields.String(required=True, validate=plain_text(12))
    account_number = fields.String(required=True, validate=plain_text(12))


class ProposalSchema(NumbersSchema):
    """Bank details that are to replace those that hold."""

    account_name = fields.String(required=True, validate=plain_text(100))


class ConfirmationSchema(NumbersSchema):
    """The numbers once more, and for the alliance to whom it spoke at the number it called."""

    spoke_to = fields.String(load_default=None, allow_none=True, validate=plain_text(100))


class StopSchema(Schema):
    """Why a change is stopped."""

    reason = fields.String(required=True, validate=plain_text(500, least=1))


class BankDetailsSchema(Schema):
    """One account and what has become of it; of its number the last four digits."""

    bank_details_id = fields.String()
    supplier_id = fields.String()
    state = fields.String(validate=validate.OneOf(["proposed", "waiting", "in_force", "replaced", "stopped"]))
    account_name = fields.Function(lambda record: record.account.account_name)
    sort_code = fields.Function(lambda record: f"••-••-{record.account.sort_code[-2:]}")
    account_ending = fields.Function(lambda record: record.account.ending)
    proposed_by_id = fields.String()
    proposed_by = fields.String()
    proposed_at = fields.DateTime()
    trusted_telephone = fields.String(allow_none=True)
    confirmed_by = fields.String(allow_none=True)
    confirmed_at = fields.DateTime(allow_none=True)
    called_number = fields.String(allow_none=True)
    spoke_to = fields.String(allow_none=True)
    effective_on = fields.Date(allow_none=True)
    stopped_by = fields.String(allow_none=True)
    stopped_at = fields.DateTime(allow_none=True)
    stop_reason = fields.String(allow_none=True)
    version = fields.Integer()


class BankDetailsListSchema(Schema):
    """Everything there was of a supplier's bank details, the newest first."""

    items = fields.List(fields.Nested(BankDetailsSchema))
    next = fields.String(allow_none=True)


class SafeguardsSchema(Schema):
    """How long changes of bank details wait, in working days, and for how many days a contact is held to be trusted."""

    waiting_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, 30))
    trusted_after_days = fields.Integer(required=True, strict=True, validate=validate.Range(1, 365))
    version = fields.Integer(dump_only=True)


def described(record: Any) -> dict[str, Any]:
    """Bank details as they are shown."""
    shown: dict[str, Any] = BankDetailsSchema().dump(record)
    return shown
