"""What goes over the wire about price lists."""

from marshmallow import Schema, fields, validate

from services.catalogue.domain.price_list import ADDED, CHANGED, REFUSED, TAKEN_OUT, UNCHANGED

MOST_LINES_PER_PAGE = 1000


class PriceListQuerySchema(Schema):
    """How the file is meant: what it is called, whether what it leaves out is withdrawn, and from when prices hold."""

    name = fields.String(load_default="Price list", validate=validate.Length(1, 200))
    whole = fields.Boolean(load_default=False)
    from_day = fields.Date(load_default=None)


class PriceListCountsSchema(Schema):
    """How many lines do what."""

    added = fields.Integer(dump_default=0)
    changed = fields.Integer(dump_default=0)
    withdrawn = fields.Integer(dump_default=0)
    unchanged = fields.Integer(dump_default=0)
    refused = fields.Integer(dump_default=0)


class PriceListSchema(Schema):
    """A price list and what it would do, or did.

    `stale` if the contract's offers changed since it was compared; `proposed` by the supplier.
    """

    price_list_id = fields.String()
    contract_id = fields.String()
    contract_title = fields.String()
    name = fields.String()
    whole = fields.Boolean()
    from_day = fields.Date()
    ignored = fields.List(fields.String())
    state = fields.String()
    stale = fields.Boolean()
    counts = fields.Nested(PriceListCountsSchema)
    compared_by = fields.String()
    compared_at = fields.DateTime()
    applied_by = fields.String(allow_none=True)
    applied_at = fields.DateTime(allow_none=True)
    proposed = fields.Boolean()
    declined_by = fields.String(allow_none=True)
    declined_at = fields.DateTime(allow_none=True)
    reason = fields.String(allow_none=True)
    version = fields.Integer()


class ProposedQuerySchema(Schema):
    """For which contract."""

    contract_id = fields.UUID(load_default=None)


class ProposedListSchema(Schema):
    """What suppliers proposed, the newest first."""

    items = fields.List(fields.Nested(PriceListSchema))
    next = fields.String(allow_none=True)


class DeclineSchema(Schema):
    """Why a proposal is not taken over: the supplier reads it."""

    reason = fields.String(required=True, validate=validate.Length(1, 1000))


class DifferenceSchema(Schema):
    """A field that changes, as people read it."""

    name = fields.String()
    before = fields.String()
    after = fields.String()


class PriceListLineSchema(Schema):
    """What the list does to one article; `line` is its line in the file, null for what the file leaves out."""

    position = fields.Integer()
    change = fields.String()
    line = fields.Integer(allow_none=True)
    sku = fields.String()
    name = fields.String()
    differences = fields.List(fields.Nested(DifferenceSchema))
    reasons = fields.List(fields.String())


class PriceListLinePageSchema(Schema):
    """A page of a price list's lines."""

    items = fields.List(fields.Nested(PriceListLineSchema))
    next = fields.String(allow_none=True)


class PriceListLineQuerySchema(Schema):
    """Which lines, and which page of them."""

    change = fields.String(load_default=None, validate=validate.OneOf((ADDED, CHANGED, TAKEN_OUT, UNCHANGED, REFUSED)))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=200, validate=validate.Range(1, MOST_LINES_PER_PAGE))
