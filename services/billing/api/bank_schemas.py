"""What goes over the wire about the bank. Amounts are hundredths of the currency, positive for money in."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.billing.api.fields import plain_text

MOST_PER_PAGE = 1000


class StatementQuery(Schema):
    """Whose statement a CSV file is, and which of its columns say what; what is chosen is remembered for its header."""

    account = fields.String(load_default="current", validate=plain_text(60))
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
        if not chosen:
            return
        if missing := {"date", "reference"} - chosen:
            raise ValidationError("Say which column holds this.", sorted(missing)[0])
        if ("amount" in chosen) == bool({"paid_in", "paid_out"} & chosen):
            raise ValidationError("Either one column of amounts, or one paid in and one paid out.", "amount")
        if "amount" not in chosen and not {"paid_in", "paid_out"} <= chosen:
            raise ValidationError("Both columns are needed: what was paid in and what was paid out.", "paid_in")


class StatementOut(Schema):
    """What became of an imported bank statement."""

    bank_statement_id = fields.String()
    account = fields.String()
    from_on = fields.Date(allow_none=True)
    to_on = fields.Date(allow_none=True)
    lines = fields.Integer()
    new = fields.Integer()
    repeated = fields.Integer()
    posted = fields.Integer()
    unmatched = fields.Integer()
    warnings = fields.List(
        fields.String(),
        metadata={"description": "What does not add up in the file. Nothing of it was posted by itself."},
    )


class MatchedTo(Schema):
    """The document that a bank line pays."""

    kind = fields.String(validate=validate.OneOf(["bill", "supplier_invoice"]))
    id = fields.String()
    number = fields.String()


class BankLineQuery(Schema):
    """Which bank lines."""

    state = fields.String(load_default=None, validate=validate.OneOf(["new", "matched"]))
    after = fields.Integer(load_default=0, validate=validate.Range(0, 2**62))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_PER_PAGE))


class BankLineOut(Schema):
    """One bank line; the amount is positive for money in, in hundredths of its currency."""

    bank_line_id = fields.String()
    bank_statement_id = fields.String()
    account = fields.String()
    booked_on = fields.Date()
    amount_pence = fields.Integer()
    currency = fields.String()
    counterparty = fields.String()
    reference = fields.String()
    state = fields.String(validate=validate.OneOf(["new", "matched"]))
    matched_to = fields.Nested(MatchedTo, allow_none=True)
    explanation = fields.String()


class BankLinePage(Schema):
    """A page of bank lines."""

    items = fields.List(fields.Nested(BankLineOut))
    next = fields.Integer(allow_none=True)
