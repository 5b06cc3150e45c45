"""What this service answers about the order form, for OpenAPI; `form_text` and `form_shapes` write it."""

from marshmallow import Schema, fields

from services.orders.api.answer_schemas import (
    AdviceSchema,
    NextTierSchema,
    OrderHeadSchema,
    RoundOfferSchema,
    RoundSchema,
)
from services.orders.api.approval_schemas import BudgetLineSchema


class StandingSchema(NextTierSchema):
    """Where an offer stands; units and schools count the school's own as if it had sent them."""

    offer_id = fields.String(required=True)
    total_quantity = fields.Integer(required=True)
    schools = fields.Integer(required=True)
    flexible = fields.Integer(required=True)
    advice = fields.Nested(AdviceSchema, required=True, allow_none=True)


class WantedLineSchema(Schema):
    """One line of an order as it was entered: firm units, and what the school consents to beyond or on conditions."""

    offer_id = fields.String(required=True)
    quantity = fields.Integer(required=True)
    flexible = fields.Integer(required=True)
    max_unit_price = fields.String(required=True, allow_none=True)
    min_schools = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)


class LastLineSchema(Schema):
    """A line of the school's last order from a supplier; `offer_id` is null if the round has no such offer."""

    offer_id = fields.String(required=True, allow_none=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_price = fields.String(required=True, allow_none=True)
    round_number = fields.String(required=True)
    round_title = fields.String(required=True)


class SiteSchema(Schema):
    """A place where the school can have things delivered."""

    site_id = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    postcode = fields.String(required=True)
    main = fields.Boolean(required=True)


class OwnVatSchema(Schema):
    """What an offer carries for the school on the round's first day of delivery, by which certificate."""

    offer_id = fields.String(required=True)
    vat_class = fields.String(required=True)
    vat_rate = fields.String(required=True)
    vat_certificate = fields.String(required=True)


class FormChargeSchema(Schema):
    """A charge on the goods of all schools together, before VAT, and how they share it."""

    name = fields.String(required=True)
    amount_pence = fields.Integer(required=True)
    share_by = fields.String(required=True)
    free_from_pence = fields.Integer(required=True, allow_none=True)


class FormContractSchema(Schema):
    """What a contract adds to its goods; below `minimum_order_pence` they are left out, or the fee is shared."""

    contract_id = fields.String(required=True)
    contract_title = fields.String(required=True)
    supplier_name = fields.String(required=True)
    minimum_order_pence = fields.Integer(required=True, allow_none=True)
    charges = fields.List(fields.Nested(FormChargeSchema), required=True)
    small_order_fee = fields.Nested(FormChargeSchema, required=True, allow_none=True)


class FormSchema(Schema):
    """The order form in one answer.

    `standings` are the offers that this school may order or has ordered, in the order of the form; `offers` what the
    round offers to anybody, or null for a reader who keeps those of this `offers_version`; `budgets` the school's own
    for the categories offered, with this order at worst; `contracts` what they add to their goods; `vat` the offers of
    which the VAT is another for this school.
    """

    round = fields.Nested(RoundSchema, required=True)
    order = fields.Nested(OrderHeadSchema, required=True)
    lines = fields.List(fields.Nested(WantedLineSchema), required=True)
    last = fields.List(fields.Nested(LastLineSchema), required=True)
    sites = fields.List(fields.Nested(SiteSchema), required=True)
    budgets = fields.List(fields.Nested(BudgetLineSchema), required=True)
    vat = fields.List(fields.Nested(OwnVatSchema), required=True)
    contracts = fields.List(fields.Nested(FormContractSchema), required=True)
    offers_version = fields.Integer(required=True)
    standings = fields.List(fields.Nested(StandingSchema), required=True)
    offers = fields.List(fields.Nested(RoundOfferSchema), required=True, allow_none=True)


class ColumnsSchema(Schema):
    """Places of columns in a table, from 0; null where it has no such column."""

    code = fields.Integer(required=True, allow_none=True)
    name = fields.Integer(required=True, allow_none=True)
    quantity = fields.Integer(required=True, allow_none=True)


class ReportLineSchema(NextTierSchema):
    """Units that would be ordered: added up from `rows` (from 1); `ordered` is what the order has of it now."""

    offer_id = fields.String(required=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    supplier_name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    ordered = fields.Integer(required=True)
    rows = fields.List(fields.Integer(), required=True)
    last_unit_price = fields.String(required=True, allow_none=True)


class LeftOutRowSchema(Schema):
    """A row that would not be ordered, and why; `offer_id` and `name` if it names one offer."""

    row = fields.Integer(required=True)
    text = fields.String(required=True)
    quantity = fields.String(required=True)
    reason = fields.String(required=True)
    message = fields.String(required=True)
    offer_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class LinesReportSchema(Schema):
    """Every row that is not blank: in `lines` if it would be ordered, otherwise in `left_out`.

    `version` is that of the order it was compared with; `columns` null for the last order, which is no table.
    """

    version = fields.Integer(required=True)
    columns = fields.Nested(ColumnsSchema, required=True, allow_none=True)
    lines = fields.List(fields.Nested(ReportLineSchema), required=True)
    left_out = fields.List(fields.Nested(LeftOutRowSchema), required=True)
