"""Invoices of which something is held, over HTTP."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from chassis.web import current_actor, current_database, requires
from services.billing.usecases.list_held_invoices import list_held_invoices

held_invoices = Blueprint("held-invoices", __name__, description="Invoices of which something is held, and why")


class HeldQuery(Schema):
    """Which page: `after` is our number of the last invoice before it."""

    after = fields.String(load_default="", validate=validate.Length(max=20))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class HeldLineOut(Schema):
    """A school's part of a line that is held; `unit` as UN/ECE Recommendation 20 has it."""

    school_urn = fields.Integer()
    school_name = fields.String()
    line_no = fields.Integer()
    name = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    reasons = fields.List(fields.String())
    quantity_ordered = fields.Integer()
    quantity_received = fields.Integer(allow_none=True)
    quantity_invoiced = fields.Integer()


class HeldInvoiceOut(Schema):
    """An invoice with the first of its `lines` held parts."""

    supplier_invoice_id = fields.String()
    number = fields.String()
    our_number = fields.String()
    issue_date = fields.Date()
    gross_pence = fields.Integer()
    purchase_order_number = fields.String()
    lines = fields.Integer()
    held = fields.List(fields.Nested(HeldLineOut))


class HeldPage(Schema):
    """A page of held invoices."""

    items = fields.List(fields.Nested(HeldInvoiceOut))
    next = fields.String(allow_none=True)


@held_invoices.route("/held-invoices")
@requires("supplier_user", "alliance_manager", "board_member")
@held_invoices.arguments(HeldQuery, location="query")
@held_invoices.response(200, HeldPage)
def list_held(query: dict[str, Any]) -> dict[str, Any]:
    """Invoices of which something is held; a supplier sees its own."""
    items, following = list_held_invoices(current_database(), current_actor(), **query)
    return {"items": items, "next": following}
