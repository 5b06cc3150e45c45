"""What suppliers were paid and what is on its way to them, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from chassis.web import current_actor, current_database, requires
from services.billing.api import payment_schemas, remittance_pdf, shapes
from services.billing.api.fields import UuidText
from services.billing.api.payment_runs import shown_advice
from services.billing.api.schemas import PageQuery
from services.billing.usecases import read_payment_runs, read_remittances

remittances = Blueprint("remittances", __name__, description="Payments to suppliers, with the invoices they settle")
advices = Blueprint("remittance-advices", __name__, description="Payments on their way to suppliers")

READERS = ("supplier_user", "alliance_manager", "board_member")


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
@requires(*READERS)
@remittances.arguments(RemittanceQuery, location="query")
@remittances.response(200, RemittancePage)
def list_remittances(query: dict[str, Any]) -> Response:
    """A page of payments by number: a supplier's own, the alliance's all."""
    items, following = read_remittances.list_remittances(current_database(), current_actor(), **query)
    return jsonify(items=[shapes.remittance(item) for item in items], next=following)


@advices.route("/remittance-advices")
@requires(*READERS)
@advices.arguments(payment_schemas.AdviceQuery, location="query")
@advices.response(200, payment_schemas.AdvicePage)
def list_advices(query: dict[str, Any]) -> Response:
    """A page of remittance advices, the newest first: a supplier's own, the alliance's all."""
    items, following = read_payment_runs.list_advices(current_database(), current_actor(), **query)
    return jsonify(items=[shown_advice(item) for item in items], next=following)


@advices.route("/remittance-advices/<uuid:remittance_advice_id>")
@requires(*READERS)
@advices.response(200, payment_schemas.AdviceOut)
def get_advice(remittance_advice_id: UUID) -> Response:
    """One remittance advice."""
    found = read_payment_runs.get_advice(current_database(), current_actor(), str(remittance_advice_id))
    return jsonify(shown_advice(found))


@advices.route("/remittance-advices/<uuid:remittance_advice_id>.pdf")
@requires(*READERS)
@advices.response(200, content_type=remittance_pdf.MEDIA_TYPE)
def get_advice_pdf(remittance_advice_id: UUID) -> Response:
    """One remittance advice as tagged PDF."""
    advice, payer = read_payment_runs.get_advice_and_payer(
        current_database(), current_actor(), str(remittance_advice_id)
    )
    response = Response(remittance_pdf.advice_pdf(advice, payer), content_type=remittance_pdf.MEDIA_TYPE)
    name = advice.reference.replace("/", "-")
    response.headers["Content-Disposition"] = f'attachment; filename="remittance-{name}.pdf"'
    return response
