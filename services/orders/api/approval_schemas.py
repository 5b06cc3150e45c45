"""What goes over the wire about approving an order."""

from marshmallow import Schema, fields, validate

from services.orders.api.budget_schemas import PositionSchema


class ExceededSchema(Schema):
    """A limit of the asking person that the order is above; without a category it is that of the whole order."""

    category_code = fields.String(required=True, allow_none=True)
    category_name = fields.String(required=True, allow_none=True)
    limit_pence = fields.Integer(required=True)
    amount_pence = fields.Integer(required=True)


class BudgetLineSchema(PositionSchema):
    """A category of the order: where its budget stands without it, what it takes at worst, and what is then left."""

    wanted_pence = fields.Integer(required=True)
    after_pence = fields.Integer(required=True, allow_none=True)
    beyond_pence = fields.Integer(required=True)


class UnitChangeSchema(Schema):
    """Units of one thing before and now."""

    name = fields.String(required=True)
    unit = fields.String(required=True)
    before = fields.Integer(required=True)
    now = fields.Integer(required=True)


class ComparisonSchema(Schema):
    """What differs from what an approver last decided on, or else from the school's last order."""

    compared_with = fields.String(required=True, validate=validate.OneOf(["decided", "last_order"]))
    title = fields.String(required=True)
    changes = fields.List(fields.Nested(UnitChangeSchema), required=True)


class ReviewSchema(Schema):
    """What an approver needs to decide; amounts are the worst case with VAT, budgets as the school counts them.

    `refusal` is the code with which the asking person's approval would be refused whatever the amount, or null.
    """

    state = fields.String(required=True)
    version = fields.Integer(required=True)
    worst_gross_pence = fields.Integer(required=True)
    second_above_pence = fields.Integer(required=True, allow_none=True)
    needs_two = fields.Boolean(required=True)
    first_approved_by = fields.String(required=True, allow_none=True)
    first_approved_at = fields.String(required=True, allow_none=True)
    exceeded = fields.List(fields.Nested(ExceededSchema), required=True)
    refusal = fields.String(required=True, allow_none=True)
    financial_year = fields.String(required=True, allow_none=True)
    vat_counts = fields.Boolean(required=True)
    budgets = fields.List(fields.Nested(BudgetLineSchema), required=True)
    comparison = fields.Nested(ComparisonSchema, required=True, allow_none=True)
    reminded_at = fields.String(required=True, allow_none=True)
