"""What suppliers were paid, over HTTP."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from chassis.web import current_actor, current_database, requires
from services.billing.api import shapes
from services.billing.api.fields import UuidText
from services.billing.api.schemas import PageQuery
from services.billing.usecases import read_remittances

remittances = Blueprint("remittances", __name__, description="Payments to suppliers, with the invoices they settle")


class RemittedInvoiceOut(Schema):
    """An invoice and what of the payment is for it; `paid_pence` is what was paid of it in all."""

    supplier_invoice_id = fields.String()
    our_number = fields.String()
    number = fields.String()
    gross_pence = fields.Integer()
    paid_pence = fields.Integer()
    amount_pence = fields.Integer()


class RemittanceOut(Schema):
    """One payment to a supplier."""

    number = fields.String()
    paid_on = fields.Date()
    amount_pence = fields.Integer()
    supplier_id = fields.String()
    supplier_name = fields.String()
    invoices = fields.List(fields.Nested(RemittedInvoiceOut))


class RemittancePage(Schema):
    """A page of payments."""

    items = fields.List(fields.Nested(RemittanceOut))
    next = fields.String(allow_none=True)


class RemittanceQuery(PageQuery):
    """Which payments."""

    supplier_id = UuidText(load_default=None)


@remittances.route("/remittances")
@requires("supplier_user", "alliance_manager", "board_member")
@remittances.arguments(RemittanceQuery, location="query")
@remittances.response(200, RemittancePage)
def list_remittances(query: dict[str, Any]) -> Response:
    """A page of payments by number: a supplier's own, the alliance's all."""
    items, following = read_remittances.list_remittances(current_database(), current_actor(), **query)
    return jsonify(items=[shapes.remittance(item) for item in items], next=following)
