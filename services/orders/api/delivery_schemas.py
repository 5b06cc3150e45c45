"""What may be said of despatches, receipts and claims, and what is answered of them."""

from marshmallow import Schema, fields, validate

from services.orders.api.request_schemas import MOST_LINES, MOST_UNITS, PLAIN, UuidText, words
from services.orders.domain.photo import MOST_PHOTOS

_MOST_DROPS = 2_000
_LONGEST = 60
_UNITS = validate.Range(0, MOST_UNITS)


class ReceiptLineInSchema(Schema):
    """Units of one line: accepted as good, and found short, damaged or wrong.

    Fewer than 0 received is a late report: so many units that were accepted before are now one of the three.
    """

    line_no = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    quantity_received = fields.Integer(required=True, strict=True, validate=validate.Range(-MOST_UNITS, MOST_UNITS))
    quantity_short = fields.Integer(load_default=0, strict=True, validate=_UNITS)
    quantity_damaged = fields.Integer(load_default=0, strict=True, validate=_UNITS)
    quantity_wrong = fields.Integer(load_default=0, strict=True, validate=_UNITS)
    note = fields.String(load_default="", validate=words(1000))
    photos = fields.List(UuidText(), load_default=list, validate=validate.Length(max=MOST_PHOTOS))


class ReceiptInSchema(Schema):
    """What arrived at a school; `despatch_id` if it is about one despatch alone."""

    lines = fields.List(fields.Nested(ReceiptLineInSchema), required=True, validate=validate.Length(1, MOST_LINES))
    note = fields.String(load_default="", allow_none=True, validate=words(2000))
    arrived_on = fields.Date(load_default=None, allow_none=True)
    despatch_id = UuidText(load_default=None, allow_none=True)


class PhotoSchema(Schema):
    """A photo that was kept for a receipt about to be recorded."""

    photo_id = fields.String(required=True)


class ReceiptLineSchema(Schema):
    """One line of a receipt; `photos` are ids."""

    line_no = fields.Integer(required=True)
    quantity_received = fields.Integer(required=True)
    quantity_short = fields.Integer(required=True)
    quantity_damaged = fields.Integer(required=True)
    quantity_wrong = fields.Integer(required=True)
    note = fields.String(required=True)
    photos = fields.List(fields.String(), required=True)


class ReceiptSchema(Schema):
    """A receipt; who recorded it is for the school itself and the alliance."""

    receipt_id = fields.String(required=True)
    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    recorded_at = fields.String(required=True)
    recorded_by = fields.String(required=True, allow_none=True)
    arrived_on = fields.String(required=True)
    despatch_id = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    lines = fields.List(fields.Nested(ReceiptLineSchema), required=True)


class ReceiptListSchema(Schema):
    """The receipts of a purchase order, the oldest first."""

    items = fields.List(fields.Nested(ReceiptSchema), required=True)


class SentLineInSchema(Schema):
    """Units of one line."""

    line_no = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_UNITS))


class SentDropInSchema(Schema):
    """What goes to one school; without lines all that is outstanding for it."""

    school_urn = fields.Integer(required=True, strict=True, validate=validate.Range(1, 9_999_999))
    lines = fields.List(
        fields.Nested(SentLineInSchema), load_default=None, allow_none=True, validate=validate.Length(1, MOST_LINES)
    )


class DespatchInSchema(Schema):
    """What a supplier has sent; without `drops` all that is outstanding for every school."""

    despatched_on = fields.Date(load_default=None, allow_none=True)
    expected_on = fields.Date(load_default=None, allow_none=True)
    carrier = fields.String(load_default="", validate=[validate.Length(max=_LONGEST), PLAIN])
    tracking = fields.String(load_default="", validate=[validate.Length(max=_LONGEST), PLAIN])
    reference = fields.String(load_default="", validate=[validate.Length(max=_LONGEST), PLAIN])
    note = fields.String(load_default="", validate=words(1000))
    drops = fields.List(
        fields.Nested(SentDropInSchema), load_default=None, allow_none=True, validate=validate.Length(1, _MOST_DROPS)
    )


class SentLineSchema(Schema):
    """Units of one line; `on_the_way` until the school has answered for them."""

    line_no = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    on_the_way = fields.Boolean(required=True)


class SentDropSchema(Schema):
    """What went to one school."""

    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    lines = fields.List(fields.Nested(SentLineSchema), required=True)


class DespatchSchema(Schema):
    """A despatch; `reference` is the supplier's number, `sha256` that of the document it was read from."""

    despatch_id = fields.String(required=True)
    number = fields.String(required=True)
    despatched_on = fields.String(required=True)
    expected_on = fields.String(required=True, allow_none=True)
    carrier = fields.String(required=True, allow_none=True)
    tracking = fields.String(required=True, allow_none=True)
    reference = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    recorded_at = fields.String(required=True)
    sha256 = fields.String(required=True, allow_none=True)
    drops = fields.List(fields.Nested(SentDropSchema), required=True)


class DespatchOfOrderSchema(DespatchSchema):
    """A despatch with the order that it is of."""

    purchase_order_id = fields.String(required=True)


class DespatchListSchema(Schema):
    """The despatches of a purchase order, the oldest first; a school gets its own part of them."""

    items = fields.List(fields.Nested(DespatchSchema), required=True)


class OutstandingLineSchema(Schema):
    """One school's part of a line of goods: what is ordered, accepted, on its way, and still to be sent."""

    school_urn = fields.Integer(required=True)
    line_no = fields.Integer(required=True)
    name = fields.String(required=True)
    sku = fields.String(required=True)
    unit = fields.String(required=True)
    quantity = fields.Integer(required=True)
    received = fields.Integer(required=True)
    on_the_way = fields.Integer(required=True)
    to_send = fields.Integer(required=True)


class OutstandingSchema(Schema):
    """What is outstanding of a purchase order, by school and line."""

    items = fields.List(fields.Nested(OutstandingLineSchema), required=True)


class ClaimQuerySchema(Schema):
    """Which claims; `open` are those whose line still lacks units."""

    purchase_order_id = UuidText(load_default=None)
    state = fields.String(load_default="open", validate=validate.OneOf(["open", "all"]))
    after = fields.String(load_default=None, validate=[validate.Length(max=120), PLAIN])
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class ClaimAnswerInSchema(Schema):
    """What the supplier does about it."""

    answer = fields.String(required=True, validate=validate.OneOf(["redeliver", "credit"]))
    redeliver_by = fields.Date(load_default=None, allow_none=True)
    note = fields.String(load_default="", validate=words(1000))


class ClaimSchema(Schema):
    """Units of a line that a school found short, damaged or wrong. `late`: they had been accepted before."""

    receipt_id = fields.String(required=True)
    line_no = fields.Integer(required=True)
    purchase_order_id = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    school_urn = fields.Integer(required=True)
    school_name = fields.String(required=True)
    supplier_id = fields.String(required=True)
    supplier_name = fields.String(required=True)
    name = fields.String(required=True)
    sku = fields.String(required=True)
    unit = fields.String(required=True)
    quantity_ordered = fields.Integer(required=True)
    outstanding = fields.Integer(required=True)
    late = fields.Boolean(required=True)
    quantity_short = fields.Integer(required=True)
    quantity_damaged = fields.Integer(required=True)
    quantity_wrong = fields.Integer(required=True)
    note = fields.String(required=True)
    receipt_note = fields.String(required=True)
    recorded_at = fields.String(required=True)
    photos = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "redeliver", "credit", "settled"]))
    answer = fields.String(required=True, allow_none=True)
    redeliver_by = fields.String(required=True, allow_none=True)
    answer_note = fields.String(required=True, allow_none=True)
    answered_at = fields.String(required=True, allow_none=True)


class ClaimListSchema(Schema):
    """A page of claims, the latest first."""

    items = fields.List(fields.Nested(ClaimSchema), required=True)
    next = fields.String(required=True, allow_none=True)
