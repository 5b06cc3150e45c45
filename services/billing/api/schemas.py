"""What goes over the wire about invoices, the bank and the ledger. Amounts are pence."""

from marshmallow import Schema, fields, validate

from contracts.vat import VAT_CLASSES
from services.billing.api.fields import MOST_PENCE, UnitPrice, VatRate, pence, plain_text, whole
from services.billing.api.match_schemas import MatchOut, SchoolOut, TotalsOut
from services.billing.domain.settled_invoice import MOST_UNITS

MOST_PER_PAGE = 1000
MOST_LINES = 20_000
HIGHEST_URN = 999_999
KINDS = ["invoice", "credit_note"]


class InvoiceLineIn(Schema):
    """One line of an invoice as it is keyed in; what is left out follows from the rest."""

    order_line_no = whole(1, 1_000_000, required=True)
    name = fields.String(load_default="", validate=plain_text(300, least=0))
    quantity = whole(1, MOST_UNITS, required=True)
    unit_price = UnitPrice(required=True)
    net_pence = pence(0, load_default=None, allow_none=True)
    vat_class = fields.String(required=True, validate=validate.OneOf(list(VAT_CLASSES)))
    vat_rate = VatRate(load_default=None, allow_none=True)
    school_urn = whole(1, HIGHEST_URN, load_default=None, allow_none=True)
    purchase_order_number = fields.String(
        load_default=None,
        allow_none=True,
        validate=plain_text(40),
        metadata={"description": "Where the line stands on another order than the document"},
    )


class InvoiceIn(Schema):
    """An invoice or credit note as it is keyed in; a credit note's figures are positive, as on paper."""

    kind = fields.String(load_default="invoice", validate=validate.OneOf(KINDS))
    credits = fields.List(
        fields.String(validate=plain_text(60)),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={"description": "The numbers of the invoices that a credit note gives back"},
    )
    number = fields.String(required=True, validate=plain_text(60))
    issue_date = fields.Date(required=True)
    due_date = fields.Date(load_default=None, allow_none=True)
    purchase_order_number = fields.String(required=True, validate=plain_text(40))
    buyer_urn = whole(1, HIGHEST_URN, load_default=None, allow_none=True)
    lines = fields.List(fields.Nested(InvoiceLineIn), required=True, validate=validate.Length(min=1, max=MOST_LINES))
    net_pence = pence(0, required=True)
    vat_pence = pence(0, required=True)
    gross_pence = pence(0, 2 * MOST_PENCE, required=True)


class InvoiceLineOut(Schema):
    """One line of a registered invoice."""

    line_no = fields.Integer()
    order_line_no = fields.Integer()
    school_urn = fields.Integer(allow_none=True)
    name = fields.String()
    quantity = fields.Integer()
    unit_price = UnitPrice()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    vat_class = fields.String()
    vat_rate = VatRate()


class InvoiceHeadOut(Schema):
    """A registered invoice without its lines."""

    supplier_invoice_id = fields.String()
    our_number = fields.String()
    supplier_id = fields.String()
    supplier_name = fields.String()
    number = fields.String()
    issue_date = fields.Date()
    due_date = fields.Date(allow_none=True)
    purchase_order_id = fields.String()
    purchase_order_number = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    credits = fields.List(fields.String())
    buyer_urn = fields.Integer(allow_none=True, metadata={"description": "The school that it is made out to, if one"})
    currency = fields.String()
    net_pence = fields.Integer(metadata={"description": "Signed as what is owed: a credit note is negative"})
    vat_pence = fields.Integer()
    gross_pence = fields.Integer()
    paid_pence = fields.Integer()
    state = fields.String(validate=validate.OneOf(["matched", "held", "billed"]))
    answer = fields.String(
        validate=validate.OneOf(["received", "accepted", "under_query", "rejected", "part_paid", "paid"]),
        metadata={"description": "What the supplier was told last"},
    )
    original_type = fields.String()
    original_sha256 = fields.String(metadata={"description": "SHA-256 of the file as it came, in hexadecimal"})
    registered_by = fields.String()
    registered_at = fields.DateTime()


class InvoiceOut(InvoiceHeadOut):
    """A registered invoice with its match, line by line.

    Up to 1,000 lines and matches all of them are here. Of a longer invoice the first 1,000 matches that are held or for
    the supplier to credit, and their lines; all come page by page.
    """

    line_count = fields.Integer()
    match_count = fields.Integer()
    held_count = fields.Integer(metadata={"description": "Matches that are held"})
    differing_line_count = fields.Integer(
        metadata={"description": "Lines with a match that is held or for the supplier to credit"}
    )
    lines = fields.List(fields.Nested(InvoiceLineOut))
    matches = fields.List(fields.Nested(MatchOut))
    lines_url = fields.String(metadata={"description": "All lines, page by page"})
    matches_url = fields.String(metadata={"description": "All matches, page by page"})
    totals = fields.Nested(TotalsOut)
    schools = fields.List(fields.Nested(SchoolOut))


class InvoiceLinePage(Schema):
    """A page of an invoice's lines."""

    items = fields.List(fields.Nested(InvoiceLineOut))
    next = fields.Integer(allow_none=True)


class InvoiceLineQuery(Schema):
    """Which page: `after` is the number of the last line read."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))
    numbers = fields.List(
        fields.Integer(validate=validate.Range(1, 2**31 - 1)),
        load_default=None,
        validate=validate.Length(max=MOST_PER_PAGE),
        metadata={"description": "The numbers of the lines, each once; all without one"},
    )


class InvoicePage(Schema):
    """A page of invoices."""

    items = fields.List(fields.Nested(InvoiceHeadOut))
    next = fields.String(allow_none=True)


class TemplateQuery(Schema):
    """Whose invoice sheet."""

    school_urn = fields.Integer(
        load_default=None,
        validate=validate.Range(1, HIGHEST_URN),
        metadata={"description": "One school alone, where invoices are made out to schools"},
    )


class PageQuery(Schema):
    """Which page."""

    after = fields.String(load_default="", validate=validate.Length(max=40))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))
