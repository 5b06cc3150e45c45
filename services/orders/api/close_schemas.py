"""What this service answers about the close of a round and its proof; `close_shapes` writes it."""

from marshmallow import Schema, fields, validate

from services.orders.api.answer_schemas import AdviceSchema, CheaperSchema, NextTierSchema


class MinimumChoiceInSchema(Schema):
    """What becomes of a contract's goods below its minimum order."""

    choice = fields.String(required=True, validate=validate.OneOf(["drop", "pay_fee"]))


class ClosingLineSchema(NextTierSchema):
    """A line as the close would make it; without `line_no` nothing is ordered. Charges have no tiers.

    `firm` and `flexible` add up the wishes of the `schools` that take part, `denied` the others'.
    """

    line_no = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True)
    offer_id = fields.String(required=True, allow_none=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    vat_class = fields.String(required=True)
    share_by = fields.String(required=True)
    reason = fields.String(required=True)
    pack = fields.Integer(required=True)
    schools = fields.Integer(required=True)
    firm = fields.Integer(required=True)
    flexible = fields.Integer(required=True)
    denied = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)
    cheaper = fields.Nested(CheaperSchema, required=True, allow_none=True)
    advice = fields.Nested(AdviceSchema, required=True, allow_none=True)


class ClosingContractSchema(Schema):
    """A contract as the close would leave it: a purchase order, or nothing. `goods_pence` is before any dropping.

    `fee_pence` is the small-order fee that can be paid below the minimum, and `minimum_choice` what was chosen.
    """

    contract_id = fields.String(required=True)
    contract_title = fields.String(required=True)
    supplier_id = fields.String(required=True)
    supplier_name = fields.String(required=True)
    ordered = fields.Boolean(required=True)
    goods_pence = fields.Integer(required=True)
    minimum_order_pence = fields.Integer(required=True, allow_none=True)
    below_minimum = fields.Boolean(required=True)
    minimum_choice = fields.String(required=True)
    fee_pence = fields.Integer(required=True, allow_none=True)
    net_pence = fields.Integer(required=True)
    vat_pence = fields.Integer(required=True)
    lines = fields.List(fields.Nested(ClosingLineSchema), required=True)


class ClosingSchoolSchema(Schema):
    """What a school's order would come to, and how many of its lines were not simply granted; never which."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    net_pence = fields.Integer(required=True)
    charges_pence = fields.Integer(required=True)
    units = fields.Integer(required=True)
    drops = fields.Integer(required=True)
    lines_denied = fields.Integer(required=True)
    lines_cut = fields.Integer(required=True)
    lines_dropped = fields.Integer(required=True)
    lines_flexed = fields.Integer(required=True)


class LeftOutSchema(Schema):
    """An order that would not be part of the round."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)


class SumsSchema(Schema):
    """Units and pence before and after they were shared: equal in pairs."""

    units_ordered = fields.Integer(required=True)
    units_shared = fields.Integer(required=True)
    lines_net_pence = fields.Integer(required=True)
    shares_net_pence = fields.Integer(required=True)


class RoundToCloseSchema(Schema):
    """The round that would be closed, as it stands."""

    round_id = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    closes_at = fields.String(required=True)
    version = fields.Integer(required=True)


class PreviewSchema(Schema):
    """What closing the round now would do."""

    as_of = fields.String(required=True)
    round_id = fields.String(required=True)
    round = fields.Nested(RoundToCloseSchema, required=True)
    purchase_orders = fields.List(fields.Nested(ClosingContractSchema), required=True)
    schools = fields.List(fields.Nested(ClosingSchoolSchema), required=True)
    dropped = fields.List(fields.Nested(LeftOutSchema), required=True)
    net_pence = fields.Integer(required=True)
    vat_pence = fields.Integer(required=True)
    proof = fields.Nested(SumsSchema, required=True)


class ProofLineSchema(Schema):
    """An offer or charge of a closed round as totals, which every member may see.

    `weight` is what all schools' weights add up to, `left_over` the pennies that remained after cutting off.
    """

    position = fields.Integer(required=True)
    kind = fields.String(required=True)
    contract_id = fields.String(required=True)
    contract_title = fields.String(required=True)
    supplier_id = fields.String(required=True)
    supplier_name = fields.String(required=True)
    offer_id = fields.String(required=True, allow_none=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    vat_class = fields.String(required=True)
    line_no = fields.Integer(required=True, allow_none=True)
    share_by = fields.String(required=True)
    reason = fields.String(required=True)
    pack = fields.Integer(required=True)
    schools = fields.Integer(required=True)
    firm = fields.Integer(required=True)
    flexible = fields.Integer(required=True)
    denied = fields.Integer(required=True)
    unit_price = fields.String(required=True)
    quantity = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)
    weight = fields.Integer(required=True)
    left_over = fields.Integer(required=True)


class ProofHeadSchema(Schema):
    """The round that a proof is of."""

    round_id = fields.String(required=True)
    round_number = fields.String(required=True)
    round_title = fields.String(required=True)
    closed_at = fields.String(required=True)


class ProofSchema(ProofHeadSchema):
    """The proof as totals."""

    items = fields.List(fields.Nested(ProofLineSchema), required=True)


class ProofShareSchema(Schema):
    """One school's way from its wish to its penny; `cut_off_pence` is before the pennies left over were given out."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    firm = fields.Integer(required=True)
    flexible = fields.Integer(required=True)
    max_unit_price = fields.String(required=True, allow_none=True)
    min_schools = fields.Integer(required=True, allow_none=True)
    granted = fields.Integer(required=True)
    reason = fields.String(required=True)
    weight = fields.Integer(required=True)
    cut_off_pence = fields.Integer(required=True)
    remainder = fields.String(required=True)
    rank = fields.Integer(required=True, allow_none=True)
    net_pence = fields.Integer(required=True)
    explanation = fields.String(required=True)


class LineProofSchema(ProofHeadSchema):
    """Who got what of one line, and why."""

    line = fields.Nested(ProofLineSchema, required=True)
    items = fields.List(fields.Nested(ProofShareSchema), required=True)


class ShareWithLineSchema(ProofShareSchema):
    """A school's share with the totals of its line."""

    line = fields.Nested(ProofLineSchema, required=True)


class SchoolProofSchema(ProofHeadSchema):
    """What one school got of every line, and why."""

    items = fields.List(fields.Nested(ShareWithLineSchema), required=True)
