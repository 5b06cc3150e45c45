"""What goes over the wire about the matching workbench and decisions on many lines at once."""

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.billing.api.fields import plain_text
from services.billing.api.match_schemas import DECISIONS, MatchOut
from services.billing.domain.deciding import Decision

VERBS: Final[dict[str, Decision]] = {
    "accept": "accepted",
    "dispute": "disputed",
    "credit-request": "credit_requested",
    "withdraw": "withdrawn",
}
"""What is asked for, and what the decision is called once it stands."""


class LineKey(Schema):
    """One invoiced line for one school."""

    supplier_invoice_id = fields.UUID(required=True)
    line_no = fields.Integer(required=True, validate=validate.Range(1, 1_000_000))
    school_urn = fields.Integer(required=True, validate=validate.Range(1, 999_999))


class DecisionsIn(Schema):
    """One decision on chosen lines, and on all lines of chosen invoices that it can be about."""

    decision = fields.String(required=True, validate=validate.OneOf(list(VERBS)))
    reason = fields.String(required=True, validate=plain_text(500))
    lines = fields.List(fields.Nested(LineKey), load_default=list, validate=validate.Length(max=2000))
    supplier_invoice_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=200))

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("lines") and not data.get("supplier_invoice_ids"):
            raise ValidationError("Choose at least one line or invoice.", "lines")


class RefusedOut(Schema):
    """A line on which the decision does not stand, and the rule it would break."""

    supplier_invoice_id = fields.String()
    line_no = fields.Integer()
    school_urn = fields.Integer()
    code = fields.String()
    detail = fields.String()


class DecidedOut(Schema):
    """On how many lines the decision stands, and where and why it does not."""

    done = fields.Integer()
    refused = fields.List(fields.Nested(RefusedOut))


class BenchQuery(Schema):
    """Which lines: `after` is "SI-000001.2.900001", the invoice, line and school of the last one read."""

    show = fields.String(load_default="to_decide", validate=validate.OneOf(["to_decide", "awaiting", "decided", "all"]))
    supplier_id = fields.UUID(load_default=None)
    after = fields.String(
        load_default="",
        validate=validate.Regexp(r"(SI-\d{1,12}\.\d{1,9}\.\d{1,6})?\Z", error="Not a place in the list."),
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class BenchLineOut(MatchOut):
    """A match (without the history of its decisions) with its invoice, order and item, and the last decision on it."""

    supplier_invoice_id = fields.String()
    our_number = fields.String()
    number = fields.String()
    issue_date = fields.Date()
    settlement = fields.String()
    supplier_id = fields.String()
    supplier_name = fields.String()
    purchase_order_number = fields.String()
    name = fields.String()
    unit = fields.String()
    last_decision = fields.String(allow_none=True, validate=validate.OneOf(DECISIONS))
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    why = fields.String(allow_none=True)

    class Meta:
        """The last decision stands for the history."""

        exclude = ("accepted", "decisions")


class BenchPage(Schema):
    """A page of the workbench, and how many lines of each kind there are in all."""

    items = fields.List(fields.Nested(BenchLineOut))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    next = fields.String(allow_none=True)
