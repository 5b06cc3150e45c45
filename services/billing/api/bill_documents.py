"""Documents of bills and credit notes over HTTP: PDF and Peppol UBL, made when asked for."""

from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from chassis.tagged_pdf import MEDIA_TYPE as PDF
from chassis.web import current_actor, current_database, requires
from services.billing.api.bill_pdf import bill_pdf
from services.billing.api.bills import READERS
from services.billing.api.report_files import sent
from services.billing.domain.ubl_bill import ubl_of
from services.billing.usecases import read_bill_documents

documents = Blueprint("bill-documents", __name__, description="Documents of bills and credit notes")

XML = "application/xml"


@documents.route("/bills/<uuid:bill_id>.pdf")
@requires(*READERS)
@documents.response(200, content_type=PDF)
def get_bill_pdf(bill_id: UUID) -> Response:
    """One bill as tagged PDF."""
    found = read_bill_documents.bill_document(current_database(), current_actor(), str(bill_id))
    return sent(bill_pdf(found), PDF, f"{found.number}.pdf")


@documents.route("/bills/<uuid:bill_id>.xml")
@requires(*READERS)
@documents.response(200, content_type=XML)
def get_bill_xml(bill_id: UUID) -> Response:
    """One bill as Peppol BIS Billing 3.0 invoice; 409 where the official rules would refuse it."""
    found = read_bill_documents.bill_document(current_database(), current_actor(), str(bill_id))
    return sent(ubl_of(found), XML, f"{found.number}.xml")


@documents.route("/credit-notes/<uuid:credit_note_id>.pdf")
@requires(*READERS)
@documents.response(200, content_type=PDF)
def get_credit_note_pdf(credit_note_id: UUID) -> Response:
    """One credit note as tagged PDF."""
    found = read_bill_documents.credit_note_document(current_database(), current_actor(), str(credit_note_id))
    return sent(bill_pdf(found), PDF, f"{found.number}.pdf")


@documents.route("/credit-notes/<uuid:credit_note_id>.xml")
@requires(*READERS)
@documents.response(200, content_type=XML)
def get_credit_note_xml(credit_note_id: UUID) -> Response:
    """One credit note as Peppol BIS Billing 3.0 credit note; 409 where the official rules would refuse it."""
    found = read_bill_documents.credit_note_document(current_database(), current_actor(), str(credit_note_id))
    return sent(ubl_of(found), XML, f"{found.number}.xml")
