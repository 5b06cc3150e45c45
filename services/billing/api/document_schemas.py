"""What goes over the wire of a supplier's document as it was written: amounts as decimal text in its own currency."""

from marshmallow import Schema, fields, validate

from services.billing.api.schemas import KINDS


class DocumentChargeOut(Schema):
    """An allowance or a charge."""

    kind = fields.String(validate=validate.OneOf(["allowance", "charge"]))
    amount = fields.String()
    base = fields.String(allow_none=True)
    percent = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    vat_class = fields.String(allow_none=True)
    vat_rate = fields.String(allow_none=True)


class DocumentLineOut(Schema):
    """One line."""

    line_id = fields.String()
    name = fields.String()
    quantity = fields.String()
    unit_code = fields.String()
    price = fields.String()
    base_quantity = fields.String()
    gross_price = fields.String(allow_none=True)
    price_discount = fields.String(allow_none=True)
    net = fields.String()
    vat_class = fields.String()
    vat_rate = fields.String(allow_none=True)
    order_line = fields.String(allow_none=True)
    seller_item = fields.String(allow_none=True)
    buyer_item = fields.String(allow_none=True)
    school_urn = fields.Integer(allow_none=True)
    charges = fields.List(fields.Nested(DocumentChargeOut))


class DocumentVatOut(Schema):
    """The VAT of one category and rate."""

    vat_class = fields.String()
    vat_rate = fields.String(allow_none=True)
    taxable = fields.String()
    vat = fields.String()
    exemption = fields.String(allow_none=True)


class DocumentTotalsOut(Schema):
    """The totals of a document."""

    lines = fields.String()
    allowances = fields.String()
    charges = fields.String()
    net = fields.String()
    vat = fields.String()
    gross = fields.String()
    prepaid = fields.String()
    rounding = fields.String()
    payable = fields.String()


class DocumentPartyOut(Schema):
    """Seller or buyer."""

    name = fields.String()
    vat_number = fields.String(allow_none=True)
    endpoint = fields.String(allow_none=True)


class PrecedingOut(Schema):
    """An invoice that the document corrects or credits."""

    number = fields.String()
    issue_date = fields.Date(allow_none=True)


class AttachmentOut(Schema):
    """A supporting document, embedded or by its address."""

    identifier = fields.String()
    description = fields.String(allow_none=True)
    filename = fields.String(allow_none=True)
    media_type = fields.String(allow_none=True)
    bytes = fields.Integer(allow_none=True)
    url = fields.String(allow_none=True)


class DocumentOut(Schema):
    """An invoice or credit note as its sender wrote it."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    type_code = fields.String()
    number = fields.String()
    issue_date = fields.Date()
    due_date = fields.Date(allow_none=True)
    currency = fields.String()
    tax_currency = fields.String(allow_none=True)
    order_number = fields.String(allow_none=True)
    buyer_reference = fields.String(allow_none=True)
    seller = fields.Nested(DocumentPartyOut)
    buyer = fields.Nested(DocumentPartyOut)
    buyer_urn = fields.Integer(allow_none=True)
    credits = fields.List(fields.Nested(PrecedingOut))
    notes = fields.List(fields.String())
    lines = fields.List(fields.Nested(DocumentLineOut))
    charges = fields.List(fields.Nested(DocumentChargeOut))
    vat = fields.List(fields.Nested(DocumentVatOut))
    totals = fields.Nested(DocumentTotalsOut)
    vat_in_tax_currency = fields.String(allow_none=True)
    attachments = fields.List(fields.Nested(AttachmentOut))


class FaultOut(Schema):
    """What would stand in the way of registering the document."""

    field = fields.String()
    message = fields.String()


class ReadingOut(DocumentOut):
    """A document that was read and not kept."""

    faults = fields.List(fields.Nested(FaultOut))
