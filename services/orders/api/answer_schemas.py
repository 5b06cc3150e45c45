"""What this service answers about rounds and orders, for OpenAPI; `shapes` writes it, and a test holds it to this."""

from marshmallow import Schema, fields, validate


class TierSchema(Schema):
    """From this many units together, each costs this many pounds."""

    from_quantity = fields.Integer(required=True)
    unit_price = fields.String(required=True, validate=validate.Regexp(r"[0-9]+\.[0-9]{4}\Z"))


class RoundOfferSchema(Schema):
    """An offer of a round."""

    offer_id = fields.String(required=True)
    contract_id = fields.String(required=True)
    supplier_id = fields.String(required=True)
    supplier_name = fields.String(required=True)
    category_code = fields.String(required=True)
    category_name = fields.String(required=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    unit = fields.String(required=True)
    pack_size = fields.Integer(required=True)
    vat_class = fields.String(required=True)
    vat_rate = fields.String(required=True)
    tiers = fields.List(fields.Nested(TierSchema), required=True)
    phases = fields.List(fields.String(), required=True)
    minimum_quantity = fields.Integer(required=True)
    alone_price = fields.String(required=True, allow_none=True)
    eligible_types = fields.List(fields.String(), required=True)
    eligible_classes = fields.List(fields.String(), required=True)
    eligible_urns = fields.List(fields.Integer(), required=True)
    withdrawn = fields.Boolean(required=True)


class NextTierSchema(Schema):
    """The price reached and the tier that comes next."""

    unit_price = fields.String(required=True)
    next_from_quantity = fields.Integer(required=True, allow_none=True)
    next_unit_price = fields.String(required=True, allow_none=True)
    units_to_next = fields.Integer(required=True, allow_none=True)


class CheaperSchema(Schema):
    """A larger quantity that costs less altogether."""

    quantity = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)


class AdviceSchema(Schema):
    """So many units more save everyone together so many pence; schools consent to `offered` of them already."""

    units = fields.Integer(required=True)
    saves_pence = fields.Integer(required=True)
    offered = fields.Integer(required=True)


class TotalSchema(NextTierSchema):
    """Where one offer stands."""

    offer_id = fields.String(required=True)
    quantity = fields.Integer(required=True)
    schools = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)
    cheaper = fields.Nested(CheaperSchema, required=True, allow_none=True)
    flexible = fields.Integer(required=True)
    advice = fields.Nested(AdviceSchema, required=True, allow_none=True)


class TotalsSchema(Schema):
    """Where every offer of a round stands."""

    as_of = fields.String(required=True)
    items = fields.List(fields.Nested(TotalSchema), required=True)


class MyOrderSchema(Schema):
    """A school's own order in the list of rounds."""

    state = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    net_pence = fields.Integer(required=True)
    version = fields.Integer(required=True)


class RoundSchema(Schema):
    """A round: `answers` for the alliance, `my_order` for a school."""

    round_id = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    opens_at = fields.String(required=True, allow_none=True)
    closes_at = fields.String(required=True)
    delivery_from = fields.String(required=True)
    delivery_to = fields.String(required=True)
    closed_at = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.Integer())
    my_order = fields.Nested(MyOrderSchema, allow_none=True)


class RoundListSchema(Schema):
    """Every round that the reader may see."""

    items = fields.List(fields.Nested(RoundSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RoundWithOffersSchema(RoundSchema):
    """A round and what it offers."""

    offers = fields.List(fields.Nested(RoundOfferSchema), required=True)


class BoardRowSchema(Schema):
    """How far one school is: its state and net, never its lines."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    phase = fields.String(required=True)
    state = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    net_pence = fields.Integer(required=True)
    updated_at = fields.String(required=True, allow_none=True)


class BoardSchema(Schema):
    """How far each school is."""

    items = fields.List(fields.Nested(BoardRowSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class NudgedSchema(Schema):
    """The schools that were asked for their answer."""

    school_urns = fields.List(fields.Integer(), required=True)


class OrderStateSchema(Schema):
    """Where a school's order stands."""

    round_id = fields.String(required=True)
    round_number = fields.String(required=True)
    round_title = fields.String(required=True)
    closes_at = fields.String(required=True)
    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    reference = fields.String(required=True, allow_none=True)
    submitted_by = fields.String(required=True, allow_none=True)
    submitted_at = fields.String(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved_at = fields.String(required=True, allow_none=True)
    return_reason = fields.String(required=True, allow_none=True)
    fund = fields.String(required=True)
    site_id = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    changed_by = fields.String(required=True, allow_none=True)
    changed_at = fields.String(required=True, allow_none=True)


class OrderHeadSchema(OrderStateSchema):
    """An order without its lines. `worst_gross_pence`: what it costs if no other school orders."""

    net_pence = fields.Integer(required=True)
    vat_pence = fields.Integer(required=True)
    gross_pence = fields.Integer(required=True)
    worst_gross_pence = fields.Integer(required=True)


class OrderLineSchema(Schema):
    """One line of an order; its VAT is what it carries for the school, by which certificate if by one."""

    offer_id = fields.String(required=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    category_name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_price = fields.String(required=True)
    net_pence = fields.Integer(required=True)
    vat_pence = fields.Integer(required=True)
    vat_class = fields.String(required=True)
    vat_rate = fields.String(required=True)
    vat_certificate = fields.String(required=True)
    flexible = fields.Integer(required=True)
    max_unit_price = fields.String(required=True, allow_none=True)
    min_schools = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)


class HistorySchema(Schema):
    """One thing that happened to an order; `person` is null for what the software did by itself."""

    at = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    action = fields.String(required=True)
    detail = fields.String(required=True)


class OrderSchema(OrderHeadSchema):
    """A school's order in a round; `site_name` is null for the school's main site."""

    lines = fields.List(fields.Nested(OrderLineSchema), required=True)
    history = fields.List(fields.Nested(HistorySchema), required=True)
    site_name = fields.String(required=True, allow_none=True)
