"""What goes over the wire about schools' accounts, and where schools take electronic bills. Amounts are pence."""

from marshmallow import Schema, fields, validate

from services.billing.api.bill_schemas import BillHeadOut, PayIntoOut
from services.billing.api.dispute_schemas import LateOut
from services.billing.api.fields import VatRate, plain_text
from services.billing.domain.endpoints import SCHEMES


class AccountItemOut(Schema):
    """One line of a statement of account; `bill_id` is the bill that it is or is about, `document_id` itself."""

    on = fields.Date()
    kind = fields.String(validate=validate.OneOf(["bill", "credit_note", "receipt"]))
    document_id = fields.String()
    bill_id = fields.String()
    number = fields.String()
    description = fields.String()
    debit_pence = fields.Integer()
    credit_pence = fields.Integer()
    balance_pence = fields.Integer()


class AgedOut(Schema):
    """What is open by how long it is overdue; less what is paid or credited beyond bills, it is the balance."""

    current_pence = fields.Integer()
    to_30_pence = fields.Integer()
    to_60_pence = fields.Integer()
    to_90_pence = fields.Integer()
    over_90_pence = fields.Integer()
    in_credit_pence = fields.Integer()


class OpenBillOut(Schema):
    """A bill with something left to pay, and what late payment adds by law."""

    bill_id = fields.String()
    number = fields.String()
    title = fields.String()
    payment_reference = fields.String()
    due_date = fields.Date()
    open_pence = fields.Integer()
    days_overdue = fields.Integer()
    disputed = fields.Boolean()
    late = fields.Nested(LateOut, allow_none=True)


class PayHereOut(PayIntoOut):
    """A bank account and the numbers of the bills that are paid into it."""

    bills = fields.List(fields.String())


class AccountOut(Schema):
    """A school's statement of account on a day; the balance is what it owes the alliance.

    `pay_suppliers` are the bills that it pays the supplier itself: they are no part of the balance.
    """

    on = fields.Date()
    aged = fields.Nested(AgedOut)
    open_bills = fields.List(fields.Nested(OpenBillOut))

    school_urn = fields.Integer()
    school_name = fields.String()
    items = fields.List(fields.Nested(AccountItemOut))
    balance_pence = fields.Integer()
    on_account_pence = fields.Integer(
        metadata={"description": "Held for the school beyond all bills; no part of the balance"}
    )
    pay_into = fields.List(
        fields.Nested(PayHereOut), metadata={"description": "Of the open bills; none while no account is told"}
    )
    pay_suppliers = fields.List(fields.Nested(BillHeadOut))


class RateIn(Schema):
    """The Bank of England's reference rate of a half-year, in per cent."""

    per_cent = VatRate(required=True)


class RateOut(Schema):
    """A reference rate and the first day of the half-year from which it holds."""

    from_on = fields.Date()
    per_cent = fields.String()


class RatePage(Schema):
    """Every reference rate, the latest first."""

    items = fields.List(fields.Nested(RateOut))


class AddressIn(Schema):
    """Where a school takes electronic bills: a Peppol scheme and identifier, and its VAT number if it has one."""

    scheme = fields.String(required=True, validate=validate.OneOf(sorted(SCHEMES)))
    identifier = fields.String(required=True, validate=plain_text(20))
    vat_number = fields.String(load_default=None, allow_none=True, validate=plain_text(20))


class AddressOut(Schema):
    """Where a school takes electronic bills; null where nothing is recorded."""

    school_urn = fields.Integer()
    school_name = fields.String()
    scheme = fields.String(allow_none=True)
    identifier = fields.String(allow_none=True)
    vat_number = fields.String(allow_none=True)
    version = fields.Integer(metadata={"description": "Send it back as If-Match"})
