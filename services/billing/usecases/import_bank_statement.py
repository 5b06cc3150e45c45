"""Import a bank statement: exact matches post, everything else is listed and explained."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_numbers
from services.billing.domain.bank_statement import BankStatement, StatementLine, fingerprints
from services.billing.domain.csv_columns import Columns
from services.billing.domain.ledger import Entry, payment_entry, receipt_entry
from services.billing.domain.reconciliation import Decision, OpenDocument, OpenDocuments, decide, references_in
from services.billing.domain.statement_file import read_statement_file
from services.billing.storage import bank, invoices, ledger, settlement
from services.billing.storage.bank_layouts import remember_columns, remembered_columns
from services.billing.usecases.answer_invoices import answer_invoices
from services.billing.usecases.settle_orders import settle_orders


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: lines in it, new ones, ones known before, new ones that posted."""

    bank_statement_id: str
    statement: BankStatement
    new: int
    repeated: int
    posted: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """A bank line that pays a document."""

    bank_line_id: str
    line: StatementLine
    document: OpenDocument


def import_statement(
    database: Database, actor: Actor, content: bytes, account: str, columns: Columns | None = None
) -> Imported:
    """Import a statement in camt.053, MT940, OFX or CSV, and post its exact matches unless it does not add up.

    `account` is whose statement a CSV file is; `columns`, where given, are remembered for its header. Raises
    StatementUnreadable, ColumnsUnknown or XmlNotAllowed, and stores nothing then.
    """
    digest = hashlib.sha256(content).digest()
    with database.transaction(actor) as connection:
        statement, header = read_statement_file(
            content, account, columns, lambda header: remembered_columns(connection, header)
        )
        bank.begin_import(connection)
        if columns and header:
            remember_columns(connection, header, columns, actor.name)
        before = bank.statement_with(connection, statement.account, digest)
        if before is not None:
            return Imported(before.bank_statement_id, statement, new=0, repeated=len(statement.lines), posted=0)
        statement_id = str(uuid4())
        bank.add_statement(connection, _head(statement_id, statement, digest, actor.name))
        identities = fingerprints(statement.lines)
        known = bank.known_fingerprints(connection, identities)
        fresh = [pair for pair in zip(statement.lines, identities, strict=True) if pair[1] not in known]
        posted = _take_lines(connection, statement_id, fresh, actor.name, posts=not statement.warnings)
    return Imported(statement_id, statement, len(fresh), len(statement.lines) - len(fresh), posted)


def _take_lines(
    connection: Connection,
    statement_id: str,
    fresh: Sequence[tuple[StatementLine, str]],
    posted_by: str,
    *,
    posts: bool,
) -> int:
    owed = _owed(connection, [line for line, _ in fresh])
    rows, settled = [], []
    for line, identity in fresh:
        decision = decide(line.amount_pence, line.currency, line.reference, owed)
        if decision.document is not None and not posts:
            decision = Decision(None, f"It fits {decision.document.number}, but its statement does not add up.")
        bank_line_id = str(uuid4())
        rows.append(_row(bank_line_id, statement_id, line, identity, decision))
        if decision.document is not None:
            owed.settle(decision.document)
            settled.append(_Settled(bank_line_id, line, decision.document))
    bank.add_lines(connection, rows)
    _post_receipts(connection, [item for item in settled if item.document.kind == "bill"], posted_by)
    _post_payments(connection, [item for item in settled if item.document.kind == "supplier_invoice"], posted_by)
    return len(settled)


def _owed(connection: Connection, lines: Sequence[StatementLine]) -> OpenDocuments:
    references = {reference for line in lines for reference in references_in(line.reference)}
    unnamed = any(line.amount_pence > 0 and not references_in(line.reference) for line in lines)
    return OpenDocuments(bank.owed(connection, references, with_open_bills=unnamed))


def _post_receipts(connection: Connection, settled: Sequence[_Settled], posted_by: str) -> None:
    rows: list[dict[str, Any]] = []
    entries: list[Entry] = []
    for number, item in zip(next_numbers(connection, "RC", len(settled)), settled, strict=True):
        on, pence, bill = item.line.booked_on, item.line.amount_pence, item.document
        urn = bill.school_urn or 0
        rows.append(
            {
                "bank_line_id": item.bank_line_id,
                "number": number,
                "bill_id": bill.document_id,
                "school_urn": urn,
                "received_on": on,
                "amount_pence": pence,
            }
        )
        entries.append(receipt_entry(item.bank_line_id, number, on, urn, pence, f"Payment of {bill.number}"))
    bank.add_receipts(connection, rows)
    ledger.post(connection, entries, posted_by)
    settle_orders(connection, settlement.orders_of_bills(connection, [row["bill_id"] for row in rows]))


def _post_payments(connection: Connection, settled: Sequence[_Settled], posted_by: str) -> None:
    suppliers = invoices.suppliers_of(connection, [item.document.document_id for item in settled])
    rows: list[dict[str, Any]] = []
    entries: list[Entry] = []
    for number, item in zip(next_numbers(connection, "PY", len(settled)), settled, strict=True):
        on, pence, invoice = item.line.booked_on, -item.line.amount_pence, item.document
        supplier_id = suppliers[invoice.document_id]
        rows.append(
            {
                "bank_line_id": item.bank_line_id,
                "number": number,
                "supplier_invoice_id": invoice.document_id,
                "supplier_id": supplier_id,
                "paid_on": on,
                "amount_pence": pence,
            }
        )
        entries.append(payment_entry(item.bank_line_id, number, on, supplier_id, pence, f"Paid {invoice.number}"))
    bank.add_payments(connection, rows)
    answer_invoices(connection, [row["supplier_invoice_id"] for row in rows])
    ledger.post(connection, entries, posted_by)


def _head(statement_id: str, statement: BankStatement, digest: bytes, imported_by: str) -> dict[str, Any]:
    return {
        "bank_statement_id": statement_id,
        "account": statement.account,
        "sha256": digest,
        "from_on": statement.from_on,
        "to_on": statement.to_on,
        "lines": len(statement.lines),
        "imported_by": imported_by,
    }


def _row(
    bank_line_id: str, statement_id: str, line: StatementLine, identity: str, decision: Decision
) -> dict[str, Any]:
    document = decision.document
    return {
        "bank_line_id": bank_line_id,
        "bank_statement_id": statement_id,
        "account": line.account,
        "booked_on": line.booked_on,
        "amount_pence": line.amount_pence,
        "currency": line.currency,
        "counterparty": line.counterparty,
        "reference": line.reference,
        "fingerprint": identity,
        "state": "matched" if document else "new",
        "explanation": decision.explanation,
        "matched_kind": document.kind if document else None,
        "matched_id": document.document_id if document else None,
        "matched_number": document.number if document else None,
    }
