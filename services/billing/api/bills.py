"""Bills and credit notes over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.idempotency import idempotent
from chassis.web import current_actor, current_database, requires
from services.billing.api import bill_schemas, bill_shapes
from services.billing.usecases import issue_bills, note_payments, read_books

bills = Blueprint("bills", __name__, description="Schools' bills")
credit_notes = Blueprint("credit-notes", __name__, description="Credit notes to schools")

READERS = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")
_PAYERS = ("school_buyer", "school_approver")


@bills.route("/bills", methods=["POST"])
@idempotent
@requires("alliance_manager")
@bills.arguments(bill_schemas.BillsIn)
@bills.response(201, bill_schemas.IssuedOut)
def post_bills(sent: dict[str, str]) -> tuple[Response, int]:
    """Bill every school of a round, or of a service's period, for what is matched, and give back what is credited."""
    if "round_id" in sent:
        issued = issue_bills.issue_bills(current_database(), current_actor(), sent["round_id"])
    else:
        issued = issue_bills.issue_service_bills(current_database(), current_actor(), sent["purchase_order_id"])
    return jsonify(bill_shapes.issued(issued)), 201


@bills.route("/bills")
@requires(*READERS)
@bills.arguments(bill_schemas.BillQuery, location="query")
@bills.response(200, bill_schemas.BillPage)
def list_bills(query: dict[str, Any]) -> Response:
    """A page of bills by number: a school's own, the alliance's all."""
    items, following = read_books.list_bills(current_database(), current_actor(), **query)
    return jsonify(items=[bill_shapes.bill_head(item) for item in items], next=following)


@bills.route("/bills/ready")
@requires("alliance_manager", "board_member")
@bills.response(200, bill_schemas.ReadyPage)
def list_ready() -> dict[str, Any]:
    """What is matched and not billed yet, and what suppliers credited and schools have not got back, by what for."""
    return {"items": read_books.list_ready(current_database(), current_actor()), "next": None}


@bills.route("/bills/<uuid:bill_id>")
@requires(*READERS)
@bills.response(200, bill_schemas.BillOut)
def get_bill(bill_id: UUID) -> Response:
    """One bill with its lines."""
    return jsonify(bill_shapes.bill(read_books.get_bill(current_database(), current_actor(), str(bill_id))))


@bills.route("/bills/<uuid:bill_id>/payment-note", methods=["POST"])
@idempotent
@requires(*_PAYERS)
@bills.arguments(bill_schemas.PaymentNoteIn)
@bills.response(201, bill_schemas.BillOut)
def post_payment_note(sent: dict[str, date], bill_id: UUID) -> tuple[Response, int]:
    """Mark the school's own bill of a supplier as paid, with the day."""
    found = note_payments.note_payment(current_database(), current_actor(), str(bill_id), sent["paid_on"])
    return jsonify(bill_shapes.bill(found)), 201


@bills.route("/bills/<uuid:bill_id>/payment-note/withdrawal", methods=["POST"])
@idempotent
@requires(*_PAYERS)
@bills.response(200, bill_schemas.BillOut)
def post_payment_note_withdrawal(bill_id: UUID) -> Response:
    """Take back that the school has paid a supplier's bill."""
    return jsonify(bill_shapes.bill(note_payments.withdraw_payment(current_database(), current_actor(), str(bill_id))))


@credit_notes.route("/credit-notes")
@requires(*READERS)
@credit_notes.arguments(bill_schemas.CreditNoteQuery, location="query")
@credit_notes.response(200, bill_schemas.CreditNotePage)
def list_credit_notes(query: dict[str, Any]) -> Response:
    """A page of credit notes by number: a school's own, the alliance's all."""
    items, following = read_books.list_credit_notes(current_database(), current_actor(), **query)
    return jsonify(items=[bill_shapes.credit_note_head(item) for item in items], next=following)


@credit_notes.route("/credit-notes/<uuid:credit_note_id>")
@requires(*READERS)
@credit_notes.response(200, bill_schemas.CreditNoteOut)
def get_credit_note(credit_note_id: UUID) -> Response:
    """One credit note with its lines."""
    found = read_books.get_credit_note(current_database(), current_actor(), str(credit_note_id))
    return jsonify(bill_shapes.credit_note(*found))
