"""What goes over the wire about approval limits and about who stands in for an approver."""

from marshmallow import Schema, fields, validate

from services.members.api.schemas import UuidText
from services.members.domain.approval_limits import APPROVING_ROLES, MOST_LIMITS, MOST_PENCE

_CATEGORY = validate.Regexp(r"[a-z0-9][a-z0-9-]{0,39}\Z", error="Use a category's code.")
_AMOUNT = validate.Range(0, MOST_PENCE, error="Enter an amount from £0 to £1,000,000,000.")


class LimitSchema(Schema):
    """Up to this amount, worst case with VAT, the role may approve; without a category the whole order counts."""

    role = fields.String(required=True, validate=validate.OneOf(APPROVING_ROLES))
    category_code = fields.String(load_default=None, allow_none=True, validate=_CATEGORY)
    amount_pence = fields.Integer(required=True, strict=True, validate=_AMOUNT)


class LimitsInSchema(Schema):
    """A school's limits as its approver sends them whole."""

    limits = fields.List(fields.Nested(LimitSchema), required=True, validate=validate.Length(max=MOST_LIMITS))
    second_above_pence = fields.Integer(load_default=None, allow_none=True, strict=True, validate=_AMOUNT)


class LimitsSchema(LimitsInSchema):
    """A school's limits as they stand; version 0 before any are recorded."""

    school_urn = fields.Integer(dump_only=True)
    version = fields.Integer(dump_only=True)


class DelegationInSchema(Schema):
    """The days on which somebody stands in, both included."""

    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class DelegationSchema(DelegationInSchema):
    """Who stands in for whom."""

    school_urn = fields.Integer(dump_only=True)
    person_id = UuidText(dump_only=True)
    person_name = fields.String(dump_only=True)
    delegated_from = UuidText(dump_only=True)


class DelegationListSchema(Schema):
    """Every delegation at a school, the latest first."""

    items = fields.List(fields.Nested(DelegationSchema))
    next = fields.String(allow_none=True)
