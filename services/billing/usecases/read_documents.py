"""Show suppliers' documents: the file as it came, what stands in it, and the answer to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import BrokenRule, NotFound
from services.billing.domain.errors import ElectronicAddressMissing
from services.billing.domain.invoice_answer import State
from services.billing.domain.invoice_document import InvoiceDocument
from services.billing.domain.invoice_response import AnsweredDocument, ResponseParty, party_of, write_response
from services.billing.domain.settled_invoice import check_document
from services.billing.domain.ubl_invoice import read_ubl_invoice
from services.billing.storage import companies, invoice_answers, invoices
from services.billing.usecases.answer_invoices import reasons_now

UBL: Final = "application/xml"
Original = Row[str, bytes, str, bytes]
"""(number, original, original_type, original_sha256) of a document."""

_TYPE_CODES: Final = {"invoice": "380", "credit_note": "381"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was written, and what would stand in the way of registering it."""

    document: InvoiceDocument
    faults: dict[str, str]


def get_original(database: Database, actor: Actor, invoice_id: str) -> Original:
    """A document as it came in. Raises NotFound."""
    with database.transaction(actor) as connection:
        return _original(connection, invoice_id)


def get_document(database: Database, actor: Actor, invoice_id: str) -> InvoiceDocument:
    """Everything that stands in a registered XML document. Raises NotFound, also for what came as something else."""
    found = get_original(database, actor, invoice_id)
    if found.original_type != UBL:
        raise NotFound("This invoice did not come as XML.")
    return read_ubl_invoice(bytes(found.original))


def read_document(content: bytes) -> Reading:
    """Read a document without keeping it. Raises XmlNotAllowed, InvoiceUnreadable."""
    document = read_ubl_invoice(content)
    try:
        check_document(document)
    except BrokenRule as fault:
        return Reading(document, fault.fields)
    return Reading(document, {})


def write_answer(database: Database, actor: Actor, invoice_id: str) -> bytes:
    """The last answer to a document as a Peppol Invoice Response. Raises NotFound, ElectronicAddressMissing."""
    with database.transaction(actor) as connection:
        answers = invoice_answers.answers_of(connection, invoice_id)
        found = invoice_answers.facts(connection, [invoice_id])
        if not answers or not found:
            raise NotFound("There is no such invoice, or no answer to it.")
        document, last = found[0], answers[-1]
        state: State = last.state
        reasons = reasons_now(connection, document, state)
        answered = AnsweredDocument(
            document.our_number, last.seq, document.number, document.issue_date, _TYPE_CODES[document.kind]
        )
        sender, receiver = _sender(connection), _receiver(connection, document.supplier_id, invoice_id)
    at: datetime = last.answered_at
    return write_response(sender, receiver, answered, state, reasons, at)


def _original(connection: Connection, invoice_id: str) -> Original:
    found = invoices.get_original(connection, invoice_id)
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


def _sender(connection: Connection) -> ResponseParty:
    alliance = companies.find_alliance(connection)
    if alliance is None:
        raise ElectronicAddressMissing("The alliance has not recorded its details yet.")
    return party_of(alliance["legal_name"], alliance["endpoint"], alliance["vat_number"])


def _receiver(connection: Connection, supplier_id: str, invoice_id: str) -> ResponseParty:
    """The supplier, at the address it sent its document from, or at the one recorded for it."""
    supplier = companies.find_supplier(connection, supplier_id) or {"name": "", "endpoint": None, "vat_number": None}
    original = _original(connection, invoice_id)
    if original.original_type == UBL:
        seller = read_ubl_invoice(bytes(original.original)).seller
        if seller.endpoint and seller.endpoint.scheme:
            name = seller.legal_name or supplier["name"]
            return ResponseParty(name, (seller.endpoint.scheme, seller.endpoint.value))
    return party_of(supplier["name"], supplier["endpoint"], supplier["vat_number"])
