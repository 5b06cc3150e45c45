"""What goes over the wire about matches, what people decide of them, and what is claimed of suppliers."""

from typing import Final

from marshmallow import Schema, fields, validate

from services.billing.api.fields import UnitPrice, plain_text
from services.billing.domain.deciding import STAYS

DECISIONS: Final = ("accepted", "disputed", "credit_requested", "withdrawn")
MATCH_STATES: Final = ("billable", "held", "billed", "credited")
VERDICTS: Final = ("agrees", "tolerated", "differs", "awaiting")


class DecisionOut(Schema):
    """What somebody decided of a school's line: who, when, for which reasons, and why."""

    decision = fields.String(validate=validate.OneOf(DECISIONS))
    by = fields.String()
    at = fields.DateTime()
    reasons = fields.List(fields.String())
    why = fields.String()


class MatchOut(Schema):
    """Order, receipt and invoice side by side for one line and school, and what may be billed of it.

    `reasons` are the differences, those `tolerated` are within the contract's tolerance. `credited_…` is what the
    supplier has given back of the line, `claim_…` what it has still to give back; of what is credited, `due_…` waits
    for a credit note to the school and `returned_…` is on one. `stays_why` says why a billed line stays on its bill;
    where it is null, a dispute takes it off that, and so does taking back what it was released for. Suppliers see
    nothing of bills.
    """

    line_no = fields.Integer()
    order_line_no = fields.Integer()
    school_urn = fields.Integer()
    school_name = fields.String()
    quantity_ordered = fields.Integer()
    quantity_received = fields.Integer()
    quantity_invoiced = fields.Integer()
    unit_price_ordered = UnitPrice()
    unit_price_invoiced = UnitPrice()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    state = fields.String(validate=validate.OneOf(MATCH_STATES))
    reasons = fields.List(fields.String())
    tolerated = fields.List(fields.String())
    disputed = fields.Boolean()
    credit_requested = fields.Boolean()
    billable_quantity = fields.Integer()
    billable_net_pence = fields.Integer()
    billable_vat_pence = fields.Integer()
    credited_quantity = fields.Integer()
    credited_net_pence = fields.Integer()
    credited_vat_pence = fields.Integer()
    claim_quantity = fields.Integer()
    claim_net_pence = fields.Integer()
    claim_vat_pence = fields.Integer()
    due_quantity = fields.Integer()
    due_net_pence = fields.Integer()
    due_vat_pence = fields.Integer()
    returned_quantity = fields.Integer()
    returned_net_pence = fields.Integer()
    returned_vat_pence = fields.Integer()
    on_bill_id = fields.String(allow_none=True)
    on_bill_number = fields.String(allow_none=True)
    stays_why = fields.String(allow_none=True, validate=validate.OneOf(tuple(STAYS)))
    accepted = fields.Nested(DecisionOut, allow_none=True)
    decisions = fields.List(fields.Nested(DecisionOut))


class TotalsOut(Schema):
    """An invoice against order and receipts in total; net pence.

    `agreed` is billed or can be, `tolerated` stays in clearing within the contract's tolerance, `claimed` is for the
    supplier to credit, `awaiting` waits for schools to record what came. With `credited` they are the invoice.
    """

    ordered_net_pence = fields.Integer()
    received_net_pence = fields.Integer()
    invoiced_net_pence = fields.Integer()
    credited_net_pence = fields.Integer()
    agreed_net_pence = fields.Integer()
    tolerated_net_pence = fields.Integer()
    claimed_net_pence = fields.Integer()
    awaiting_net_pence = fields.Integer()
    verdict = fields.String(validate=validate.OneOf(VERDICTS))


class SchoolOut(Schema):
    """What an invoice does to one school: net pence invoiced, for its bills, billed, held, and credited since."""

    school_urn = fields.Integer()
    school_name = fields.String()
    invoiced_net_pence = fields.Integer()
    to_bill_net_pence = fields.Integer()
    billed_net_pence = fields.Integer()
    held_net_pence = fields.Integer()
    credited_net_pence = fields.Integer()


class MatchPage(Schema):
    """A page of an invoice's matches."""

    items = fields.List(fields.Nested(MatchOut))
    next = fields.String(allow_none=True)


class MatchQuery(Schema):
    """Which page: `after` is "2.900001", the line and school of the last match read."""

    after = fields.String(
        load_default="", validate=validate.Regexp(r"(\d{1,9}\.\d{1,6})?\Z", error="Not a place in the list.")
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))
    differing = fields.Boolean(
        load_default=False, metadata={"description": "Only what is held or for the supplier to credit"}
    )


class DecisionIn(Schema):
    """Why a line is accepted, disputed or claimed, or a decision taken back."""

    reason = fields.String(required=True, validate=plain_text(500))


class ClaimOut(Schema):
    """What a supplier has still to credit of one line for one school; when it was asked to, by whom and why."""

    supplier_invoice_id = fields.String()
    our_number = fields.String()
    number = fields.String()
    supplier_id = fields.String()
    supplier_name = fields.String()
    purchase_order_id = fields.String()
    purchase_order_number = fields.String()
    line_no = fields.Integer()
    order_line_no = fields.Integer()
    name = fields.String()
    school_urn = fields.Integer()
    school_name = fields.String()
    state = fields.String(validate=validate.OneOf(MATCH_STATES))
    reasons = fields.List(fields.String())
    quantity = fields.Integer()
    net_pence = fields.Integer()
    vat_pence = fields.Integer()
    requested_by = fields.String(allow_none=True)
    requested_at = fields.DateTime(allow_none=True)
    why = fields.String(allow_none=True)


class ClaimPage(Schema):
    """A page of claims."""

    items = fields.List(fields.Nested(ClaimOut))
    next = fields.String(allow_none=True)


class ClaimQuery(Schema):
    """Which page: `after` is "SI-000001.2.900001", the invoice, line and school of the last claim read."""

    after = fields.String(
        load_default="",
        validate=validate.Regexp(r"(SI-\d{1,12}\.\d{1,9}\.\d{1,6})?\Z", error="Not a place in the list."),
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))
