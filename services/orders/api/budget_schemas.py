"""What goes over the wire about budgets."""

from marshmallow import Schema, fields, validate

MOST_PENCE = 1_000_000_000_00
_YEAR = validate.Regexp(r"20[0-9]{2}-[0-9]{2}\Z", error="Write a financial year as 2026-27.")
_CATEGORY = validate.Regexp(r"[a-z0-9][a-z0-9-]{0,39}\Z", error="Use a category's code.")
_AMOUNT = validate.Range(0, MOST_PENCE, error="Enter an amount from £0 to £1,000,000,000.")


class BudgetQuerySchema(Schema):
    """Which financial year; the present one unless given."""

    financial_year = fields.String(load_default=None, validate=_YEAR)


class BudgetInSchema(Schema):
    """What a category may cost in the year; a hard budget keeps orders beyond it from being sent."""

    category_code = fields.String(required=True, validate=_CATEGORY)
    amount_pence = fields.Integer(required=True, strict=True, validate=_AMOUNT)
    hard = fields.Boolean(load_default=False)


class BudgetsInSchema(Schema):
    """All budgets of a financial year."""

    financial_year = fields.String(required=True, validate=_YEAR)
    budgets = fields.List(fields.Nested(BudgetInSchema), required=True, validate=validate.Length(max=200))


class PositionSchema(Schema):
    """Where a category stands; `amount_pence` and `left_pence` are null where there is no budget."""

    category_code = fields.String(required=True)
    category_name = fields.String(required=True, allow_none=True)
    amount_pence = fields.Integer(required=True, allow_none=True)
    hard = fields.Boolean(required=True)
    reserved_pence = fields.Integer(required=True)
    committed_pence = fields.Integer(required=True)
    actual_pence = fields.Integer(required=True)
    left_pence = fields.Integer(required=True, allow_none=True)


class MovementSchema(Schema):
    """One document behind a figure: an order (reserved), a purchase order (committed) or a bill (actual).

    A subscription is what a recurring service will still be ordered for in the year.
    """

    kind = fields.String(required=True, validate=validate.OneOf(["reserved", "committed", "actual"]))
    category_code = fields.String(required=True)
    amount_pence = fields.Integer(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    on = fields.String(required=True)
    round_id = fields.String(required=True, allow_none=True)
    purchase_order_id = fields.String(required=True, allow_none=True)
    bill_id = fields.String(required=True, allow_none=True)
    subscription_id = fields.String(required=True, allow_none=True)


class BudgetsSchema(Schema):
    """A school's budgets of a financial year, and every document that its figures are read from."""

    school_urn = fields.Integer(required=True)
    financial_year = fields.String(required=True)
    first_day = fields.String(required=True)
    last_day = fields.String(required=True)
    vat_counts = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    items = fields.List(fields.Nested(PositionSchema), required=True)
    movements = fields.List(fields.Nested(MovementSchema), required=True)
