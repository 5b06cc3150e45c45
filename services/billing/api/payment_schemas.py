"""What goes over the wire about payment runs. Amounts are pence."""

from marshmallow import Schema, fields, validate

from services.billing.api.fields import UuidText, plain_text
from services.billing.api.schemas import PageQuery

STATES = ["proposed", "approved", "exported", "paid", "cancelled"]
MOST_ITEMS = 20_000


class RunIn(Schema):
    """What to propose: the day on which suppliers have the money, and up to which day invoices are due."""

    pay_on = fields.Date(required=True)
    due_by = fields.Date(load_default=None, allow_none=True, metadata={"description": "The day of payment unless told"})


class ChoiceIn(Schema):
    """Which invoices are left out, and why; all others are paid."""

    left_out = fields.List(UuidText(), required=True, validate=validate.Length(max=MOST_ITEMS))
    why = fields.String(required=True, validate=plain_text(300))


class WhyIn(Schema):
    """Why."""

    why = fields.String(required=True, validate=plain_text(300))


class ExportIn(Schema):
    """Which file, and, where one was written before, why it is needed again."""

    format = fields.String(required=True, validate=validate.OneOf(["bacs", "csv"]))
    why = fields.String(load_default="", validate=plain_text(300, least=0))


class RunQuery(PageQuery):
    """Which payment runs."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class RunHeadOut(Schema):
    """A payment run without its items."""

    payment_run_id = fields.String()
    number = fields.String()
    state = fields.String(validate=validate.OneOf(STATES))
    pay_on = fields.Date(metadata={"description": "The day on which suppliers have the money"})
    due_by = fields.Date()
    total_pence = fields.Integer()
    suppliers = fields.Integer(metadata={"description": "How many are paid"})
    invoices = fields.Integer(metadata={"description": "How many invoices and credits that settles"})
    made_by = fields.String()
    made_at = fields.DateTime()
    approved_by = fields.String(allow_none=True)
    approved_at = fields.DateTime(allow_none=True)
    exported_at = fields.DateTime(allow_none=True)
    cancelled_by = fields.String(allow_none=True)
    cancelled_at = fields.DateTime(allow_none=True)
    cancelled_why = fields.String(allow_none=True)


class RunItemOut(Schema):
    """An invoice, or a credit (negative), that a run pays or leaves out."""

    supplier_invoice_id = fields.String()
    supplier_id = fields.String()
    supplier_name = fields.String()
    our_number = fields.String()
    number = fields.String()
    kind = fields.String(validate=validate.OneOf(["invoice", "credit_note"]))
    due_on = fields.Date()
    gross_pence = fields.Integer()
    amount_pence = fields.Integer()
    account_name = fields.String(allow_none=True)
    account_ending = fields.String(allow_none=True, metadata={"description": "The last digits of the account"})
    came_back_on = fields.Date(
        allow_none=True, metadata={"description": "When the bank gave back what another run paid to the same account"}
    )
    reference = fields.String(metadata={"description": "What the supplier's bank statement says"})
    left_out_why = fields.String(allow_none=True)
    left_out_by = fields.String(allow_none=True, metadata={"description": "“Bursar” where a rule keeps it out"})


class RunExportOut(Schema):
    """A file that was written of a run."""

    seq = fields.Integer()
    format = fields.String()
    exported_by = fields.String()
    exported_at = fields.DateTime()
    why = fields.String()
    sha256 = fields.String()


class TakenOffOut(Schema):
    """A credit that lowers what is paid of an invoice."""

    our_number = fields.String()
    number = fields.String()
    issue_date = fields.Date()
    amount_pence = fields.Integer(metadata={"description": "Positive"})


class AdvisedInvoiceOut(Schema):
    """What of a payment is for one invoice, or is taken off by a credit (negative).

    Of an invoice, what was paid before and its credits are what its total is more than what is paid now.
    """

    supplier_invoice_id = fields.String()
    our_number = fields.String()
    number = fields.String()
    kind = fields.String()
    issue_date = fields.Date()
    gross_pence = fields.Integer()
    paid_before_pence = fields.Integer()
    credits = fields.List(fields.Nested(TakenOffOut))
    amount_pence = fields.Integer()


class AdviceOut(Schema):
    """What a supplier is told of a payment on its way."""

    remittance_advice_id = fields.String()
    payment_run_id = fields.String()
    supplier_id = fields.String()
    supplier_name = fields.String()
    reference = fields.String()
    pay_on = fields.Date()
    amount_pence = fields.Integer()
    account_ending = fields.String()
    withdrawn = fields.Boolean()
    came_back_on = fields.Date(
        allow_none=True, metadata={"description": "When the bank gave it back; told to the alliance alone"}
    )
    invoices = fields.List(fields.Nested(AdvisedInvoiceOut))


class RunOut(RunHeadOut):
    """A payment run with everything of it."""

    items = fields.List(fields.Nested(RunItemOut))
    exports = fields.List(fields.Nested(RunExportOut))
    advices = fields.List(fields.Nested(AdviceOut))
    may_approve = fields.Boolean(metadata={"description": "Whether whoever asks neither proposed nor changed it"})


class RunPage(Schema):
    """A page of payment runs."""

    items = fields.List(fields.Nested(RunHeadOut))
    next = fields.String(allow_none=True)


class AdvicePage(Schema):
    """A page of remittance advices."""

    items = fields.List(fields.Nested(AdviceOut))
    next = fields.String(allow_none=True)


class AdviceQuery(PageQuery):
    """Which remittance advices."""

    supplier_id = UuidText(load_default=None)


class OriginatorIn(Schema):
    """How an account pays by Bacs."""

    service_user_number = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{6}\Z", error="A service user number has six digits.")
    )
    sort_code = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{6}\Z", error="A sort code has six digits.")
    )
    account_number = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{8}\Z", error="An account number has eight digits.")
    )
    account_name = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[A-Z0-9./& -]{1,18}\Z", error="The name is up to 18 of A–Z, 0–9, . / & - and space."
        ),
    )


class OriginatorOut(Schema):
    """An account of the alliance and how it pays; `version` is 0 and the rest empty where it does not yet."""

    bank_account_id = fields.String()
    account = fields.String()
    name = fields.String()
    service_user_number = fields.String(allow_none=True)
    sort_code = fields.String(allow_none=True)
    account_number = fields.String(allow_none=True)
    account_name = fields.String(allow_none=True)
    version = fields.Integer(metadata={"description": "Send it back as If-Match"})


class OriginatorPage(Schema):
    """The alliance's accounts."""

    items = fields.List(fields.Nested(OriginatorOut))
    next = fields.String(allow_none=True)
