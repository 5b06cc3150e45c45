"""What this service answers about purchase orders, for OpenAPI; `shapes` writes it, and a test holds it to this."""

from marshmallow import Schema, fields, validate


class PurchaseOrderHeadSchema(Schema):
    """A purchase order without its lines; a school's figures are those of its own drop.

    It is of a round, or for a period of a recurring service: then it has a `plan_id` and no round. `answer_state` is
    null, or says whom changes that the supplier offered wait for; a school is told only where it must agree itself.
    """

    purchase_order_id = fields.String(required=True)
    number = fields.String(required=True)
    round_id = fields.String(required=True, allow_none=True)
    round_number = fields.String(required=True, allow_none=True)
    round_title = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    plan_id = fields.String(required=True, allow_none=True)
    contract_id = fields.String(required=True)
    contract_title = fields.String(required=True)
    supplier_id = fields.String(required=True)
    supplier_name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["issued", "accepted", "rejected"]))
    reason = fields.String(required=True, allow_none=True)
    issued_at = fields.String(required=True)
    acknowledged_at = fields.String(required=True, allow_none=True)
    delivery_from = fields.String(required=True)
    delivery_to = fields.String(required=True)
    net_pence = fields.Integer(required=True)
    vat_pence = fields.Integer(required=True)
    version = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    answer_state = fields.String(required=True, allow_none=True, validate=validate.OneOf(["waiting", "with_schools"]))
    drop_count = fields.Integer(required=True)
    received_count = fields.Integer(required=True)


class PurchaseOrderListSchema(Schema):
    """A page of purchase orders, the highest number first."""

    items = fields.List(fields.Nested(PurchaseOrderHeadSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PurchaseOrderLineSchema(Schema):
    """A line of a purchase order; `vat_class` is what is offered carries, and what a school's own carries for it."""

    line_no = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["goods", "charge", "service"]))
    offer_id = fields.String(required=True, allow_none=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    vat_class = fields.String(required=True)
    unit_price = fields.String(required=True)
    quantity = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)


class DropLineSchema(Schema):
    """One school's share of a line, the VAT that it carries for the school, and what was recorded of it so far.

    Where that VAT is not the line's own class, it came of an exception, with the reference of the school's certificate.
    """

    line_no = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    net_pence = fields.Integer(required=True)
    vat_class = fields.String(required=True)
    vat_reduced = fields.Boolean(required=True)
    vat_rate = fields.String(required=True)
    vat_certificate = fields.String(required=True)
    quantity_received = fields.Integer(required=True)
    promised_on = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)


class DropSchema(Schema):
    """One school's share of a purchase order, where it goes, and what the school said of it.

    `site_name` and `address` are those of the site that the school chose, or else of its main one.
    """

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    site_name = fields.String(required=True, allow_none=True)
    address = fields.String(required=True)
    postcode = fields.String(required=True)
    town = fields.String(required=True)
    instructions = fields.String(required=True)
    note = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["awaited", "part", "received"]))
    lines = fields.List(fields.Nested(DropLineSchema), required=True)


class PurchaseOrderSchema(PurchaseOrderHeadSchema):
    """A purchase order whole."""

    lines = fields.List(fields.Nested(PurchaseOrderLineSchema), required=True)
    drops = fields.List(fields.Nested(DropSchema), required=True)
