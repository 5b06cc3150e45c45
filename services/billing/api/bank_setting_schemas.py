"""What goes over the wire about bank accounts and about the columns of banks' CSV files."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.billing.api.fields import plain_text

PURPOSES = ["general", "fund"]


class LayoutIn(Schema):
    """Which columns of a CSV file say what: a date, a reference, and an amount in one column or in two."""

    date = fields.String(validate=plain_text(100))
    amount = fields.String(validate=plain_text(100))
    paid_in = fields.String(validate=plain_text(100))
    paid_out = fields.String(validate=plain_text(100))
    counterparty = fields.String(validate=plain_text(100))
    reference = fields.String(validate=plain_text(100))
    date_order = fields.String(validate=validate.OneOf(["dmy", "mdy"]))

    @validates_schema
    def either_one_amount_or_two(self, data: dict[str, Any], **_: Any) -> None:
        """Columns are chosen together: a date, a reference, and an amount in one column or in two."""
        chosen = set(data) - {"account"}
        if not chosen and "account" in data:
            return
        if missing := {"date", "reference"} - chosen:
            raise ValidationError("Say which column holds this.", sorted(missing)[0])
        if ("amount" in chosen) == bool({"paid_in", "paid_out"} & chosen):
            raise ValidationError("Either one column of amounts, or one paid in and one paid out.", "amount")
        if "amount" not in chosen and not {"paid_in", "paid_out"} <= chosen:
            raise ValidationError("Both columns are needed: what was paid in and what was paid out.", "paid_in")


class AccountChange(Schema):
    """What is said of a bank account."""

    name = fields.String(validate=plain_text(60))
    purpose = fields.String(validate=validate.OneOf(PURPOSES))
    iban = fields.String(allow_none=True, validate=validate.Regexp(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}\Z"))
    sort_code = fields.String(allow_none=True, validate=validate.Regexp(r"[0-9]{6}\Z", error="Six digits."))
    account_number = fields.String(allow_none=True, validate=validate.Regexp(r"[0-9]{8}\Z", error="Eight digits."))
    paid_into = fields.Boolean(
        metadata={"description": "Whether bills tell schools to pay in here, and into no other account of the purpose"}
    )


class AccountIn(AccountChange):
    """Whose account it is, as its statements name it."""

    account = fields.String(required=True, validate=plain_text(60))
    name = fields.String(required=True, validate=plain_text(60))
    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))


class BankAccountOut(Schema):
    """A bank account with its lines; without an id nobody has said yet whose it is, and nothing on it is matched."""

    bank_account_id = fields.String(allow_none=True)
    account = fields.String()
    name = fields.String(allow_none=True)
    purpose = fields.String(allow_none=True)
    ledger_code = fields.String(allow_none=True)
    iban = fields.String(allow_none=True)
    sort_code = fields.String(allow_none=True)
    account_number = fields.String(allow_none=True)
    paid_into = fields.Boolean()
    version = fields.Integer()
    lines = fields.Integer()
    new = fields.Integer()
    first_on = fields.Date(allow_none=True)
    last_on = fields.Date(allow_none=True)
    bank_pence = fields.Integer()
    matched_pence = fields.Integer()
    difference_pence = fields.Integer()


class BankAccounts(Schema):
    """Every bank account."""

    items = fields.List(fields.Nested(BankAccountOut))


class LayoutOut(Schema):
    """Which columns of a bank's CSV file say what, remembered for its header."""

    bank_layout_id = fields.String()
    header = fields.List(fields.String())
    columns = fields.Dict()
    kept_by = fields.String()
    kept_at = fields.DateTime()


class Layouts(Schema):
    """What is remembered of CSV files."""

    items = fields.List(fields.Nested(LayoutOut))
