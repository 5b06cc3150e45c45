"""What goes over the wire about disputes of bills, and what late payment adds to one. Amounts are pence."""

from typing import Final

from marshmallow import Schema, fields, validate

from services.billing.api.fields import pence, plain_text, whole
from services.billing.api.schemas import HIGHEST_URN, PageQuery

DISPUTE_STATES: Final = ("open", "upheld", "declined", "withdrawn")


class LateOut(Schema):
    """What late payment adds by law (Late Payment of Commercial Debts (Interest) Act 1998), for information."""

    days = fields.Integer()
    per_cent = fields.String(metadata={"description": "Statutory rate a year: reference rate + 8"})
    interest_pence = fields.Integer()
    compensation_pence = fields.Integer()


class DisputeOut(Schema):
    """What a school disputes of a bill's line, and the answer. Amounts are what was upheld, to be claimed back."""

    dispute_id = fields.String()
    bill_id = fields.String()
    bill_number = fields.String()
    line_no = fields.Integer()
    line_name = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    state = fields.String(validate=validate.OneOf(DISPUTE_STATES))
    why = fields.String()
    raised_by = fields.String()
    raised_at = fields.DateTime()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    answer = fields.String(allow_none=True)
    answered_by = fields.String(allow_none=True)
    answered_at = fields.DateTime(allow_none=True)


class DisputePage(Schema):
    """A page of disputes."""

    items = fields.List(fields.Nested(DisputeOut))
    next = fields.String(allow_none=True)


class DisputeIn(Schema):
    """The line of a bill that the school disputes, and why."""

    line_no = whole(1, 1_000_000, required=True)
    why = fields.String(required=True, validate=plain_text(500))


class AnswerIn(Schema):
    """The manager's answer. `net_pence` is how much of the line is upheld, without VAT; left out: all of it."""

    decision = fields.String(required=True, validate=validate.OneOf(["upheld", "declined"]))
    answer = fields.String(required=True, validate=plain_text(500))
    net_pence = pence(1, load_default=None, allow_none=True)


class DisputeQuery(PageQuery):
    """Which disputes."""

    state = fields.String(load_default=None, validate=validate.OneOf(DISPUTE_STATES))
    school_urn = fields.Integer(load_default=None, validate=validate.Range(1, HIGHEST_URN))
