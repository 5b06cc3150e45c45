"""What goes over the wire about bills, credit notes and schools' accounts. Amounts are pence."""

from typing import Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.billing.api.dispute_schemas import DisputeOut, LateOut
from services.billing.api.fields import UnitPrice, UuidText, VatRate
from services.billing.api.match_schemas import MATCH_STATES
from services.billing.api.schemas import HIGHEST_URN, PageQuery

BILL_STATES: Final = ("open", "part_paid", "paid", "credited", "held", "pay_supplier", "disputed")


class BillsIn(Schema):
    """What to bill: a round, or the purchase order of a recurring service's period."""

    round_id = UuidText()
    purchase_order_id = UuidText()

    @validates_schema
    def one(self, sent: dict[str, str], **_: object) -> None:
        """Exactly one of the two."""
        if len(sent) != 1:
            raise ValidationError("Send either a round_id or a purchase_order_id.", "round_id")


class ReadyOut(Schema):
    """What issuing a round's, or a service's period's, bills would do now; pence with VAT."""

    round_id = fields.String(allow_none=True)
    purchase_order_id = fields.String(allow_none=True)
    title = fields.String()
    schools_to_bill = fields.Integer()
    bill_pence = fields.Integer()
    schools_to_credit = fields.Integer()
    credit_pence = fields.Integer()


class ReadyPage(Schema):
    """All of it: there are as many as rounds and periods under way."""

    items = fields.List(fields.Nested(ReadyOut))
    next = fields.String(allow_none=True)


class PaymentNoteIn(Schema):
    """On which day the school has paid the supplier."""

    paid_on = fields.Date(required=True)


class BillLineOut(Schema):
    """One line of a bill; on one that the supplier made out to the school, with its match.

    A contribution to the fund has no order and no invoice behind it. A line that is `taken_off` was credited whole, as
    its credit note says, and can be billed anew.
    """

    purchase_order_number = fields.String(allow_none=True)
    supplier_name = fields.String()
    line_no = fields.Integer()
    sku = fields.String()
    name = fields.String()
    unit = fields.String()
    quantity = fields.Integer()
    unit_price = UnitPrice()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    vat_class = fields.String()
    vat_rate = VatRate()
    ledger_code = fields.String()
    supplier_invoice_id = fields.String(allow_none=True)
    state = fields.String(allow_none=True, validate=validate.OneOf(MATCH_STATES))
    reasons = fields.List(fields.String())
    taken_off = fields.Boolean()


class BillHeadOut(Schema):
    """A bill without its lines.

    Settled by recharge, the school pays the alliance; settled directly, it pays the supplier `pay_to` and quotes the
    supplier's own number, and the bill is held while a line is queried. It is disputed while the school waits for an
    answer about a line. `paid_on` and `paid_noted_by` are the school's own word that it has paid the supplier: when,
    and who says so; `paid_pence` is then what was left to pay. `late` is what the law would let the alliance ask for
    once it is overdue, and nothing posted.
    """

    bill_id = fields.String()
    number = fields.String()
    payment_reference = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    round_id = fields.String(allow_none=True)
    round_title = fields.String(allow_none=True)
    purchase_order_id = fields.String(allow_none=True)
    title = fields.String()
    issue_date = fields.Date()
    due_date = fields.Date()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    gross_pence = fields.Integer()
    paid_pence = fields.Integer()
    paid_on = fields.Date(allow_none=True)
    paid_noted_by = fields.String(allow_none=True)
    credited_pence = fields.Integer()
    settlement = fields.String(validate=validate.OneOf(["recharge", "direct"]))
    purpose = fields.String(validate=validate.OneOf(["general", "fund"]))
    pay_to = fields.String()
    state = fields.String(validate=validate.OneOf(BILL_STATES))


class VatTotalOut(Schema):
    """What a bill comes to in one VAT class at one rate in per cent."""

    vat_class = fields.String()
    vat_rate = VatRate()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()


class PayIntoOut(Schema):
    """The bank account that schools pay into."""

    name = fields.String()
    sort_code = fields.String()
    account_number = fields.String()


class BillOut(BillHeadOut):
    """A bill with its lines, its totals by VAT class and rate, what is disputed of it, and what late payment adds."""

    pay_into = fields.Nested(PayIntoOut, allow_none=True)

    lines = fields.List(fields.Nested(BillLineOut))
    disputes = fields.List(fields.Nested(DisputeOut))
    late = fields.Nested(LateOut, allow_none=True)
    vat_totals = fields.List(fields.Nested(VatTotalOut))


class BillPage(Schema):
    """A page of bills."""

    items = fields.List(fields.Nested(BillHeadOut))
    next = fields.String(allow_none=True)


class CreditNoteLineOut(Schema):
    """One line of a credit note: what it gives back of a line of the bill."""

    line_no = fields.Integer()
    bill_line_no = fields.Integer()
    purchase_order_number = fields.String()
    supplier_name = fields.String()
    sku = fields.String()
    name = fields.String()
    unit = fields.String()
    quantity = fields.Integer()
    unit_price = UnitPrice()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    vat_class = fields.String()
    vat_rate = VatRate()
    ledger_code = fields.String()


class CreditNoteHeadOut(Schema):
    """A credit note to a school without its lines; the amounts are positive."""

    credit_note_id = fields.String()
    number = fields.String()
    bill_id = fields.String()
    bill_number = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    title = fields.String()
    issue_date = fields.Date()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    gross_pence = fields.Integer()


class CreditNoteOut(CreditNoteHeadOut):
    """A credit note with its lines."""

    lines = fields.List(fields.Nested(CreditNoteLineOut))


class CreditNotePage(Schema):
    """A page of credit notes."""

    items = fields.List(fields.Nested(CreditNoteHeadOut))
    next = fields.String(allow_none=True)


class IssuedOut(BillPage):
    """The bills issued now, and the credit notes for what suppliers have credited since earlier ones."""

    credit_notes = fields.List(fields.Nested(CreditNoteHeadOut))


class BillQuery(PageQuery):
    """Which bills."""

    school_urn = fields.Integer(load_default=None, validate=validate.Range(1, HIGHEST_URN))
    round_id = UuidText(load_default=None)
    purchase_order_id = UuidText(load_default=None)


class CreditNoteQuery(PageQuery):
    """Which credit notes."""

    school_urn = fields.Integer(load_default=None, validate=validate.Range(1, HIGHEST_URN))
    bill_id = UuidText(load_default=None)
