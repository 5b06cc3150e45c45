"""Bank statements, their lines, and what they are matched to."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from services.billing.domain.reconciliation import OpenDocument
from services.billing.storage.bulk import as_json, insert_rows
from services.billing.storage.tables import bank_line, bank_statement

_IMPORT_LOCK = 0x62616E6B  # "bank": one import at a time, so that a document is never paid twice
_FINGERPRINTS = text("SELECT fingerprint FROM bank_line WHERE fingerprint = ANY(:fingerprints)")
_OWED = text("""
    SELECT 'bill', CAST(bill_id AS text), number, coalesce(school.name, 'school ' || school_urn),
        gross_pence - paid_pence - credited_pence, school_urn
    FROM bill LEFT JOIN school ON school.urn = school_urn
    WHERE payment_reference = ANY(:references) OR (:with_open AND paid_pence + credited_pence < gross_pence)
    UNION ALL
    SELECT 'supplier_invoice', CAST(supplier_invoice_id AS text), our_number, coalesce(supplier.name, ''),
        gross_pence - paid_pence - coalesce((SELECT CAST(sum(net_pence + vat_pence) AS bigint) FROM credit_share
            WHERE of_invoice_id = i.supplier_invoice_id), 0), NULL
    FROM supplier_invoice i LEFT JOIN supplier USING (supplier_id)
    WHERE our_number = ANY(:references) AND settlement = 'recharge'
""")
_PAY_BILLS = text("""
    UPDATE bill SET paid_pence = paid_pence + sent.amount_pence
    FROM jsonb_populate_recordset(CAST(NULL AS bill_receipt), CAST(:rows AS jsonb)) AS sent
    WHERE bill.bill_id = sent.bill_id
""")
_PAY_INVOICES = text("""
    UPDATE supplier_invoice SET paid_pence = paid_pence + sent.amount_pence
    FROM jsonb_populate_recordset(CAST(NULL AS supplier_payment), CAST(:rows AS jsonb)) AS sent
    WHERE supplier_invoice.supplier_invoice_id = sent.supplier_invoice_id
""")


def begin_import(connection: Connection) -> None:
    """Wait for another import to end, and keep others waiting until this transaction does."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _IMPORT_LOCK})


def statement_with(connection: Connection, account: str, sha256: bytes) -> Row[Any] | None:
    """The statement that was imported from exactly this file."""
    statement = bank_statement.c
    return connection.execute(
        select(bank_statement).where(statement.account == account, statement.sha256 == sha256)
    ).one_or_none()


def add_statement(connection: Connection, row: Mapping[str, Any]) -> None:
    """Store a statement's head."""
    connection.execute(insert(bank_statement).values(**row))


def known_fingerprints(connection: Connection, fingerprints: Collection[str]) -> set[str]:
    """Those of the lines' identities that are stored already."""
    return set(connection.execute(_FINGERPRINTS, {"fingerprints": list(fingerprints)}).scalars())


def owed(connection: Connection, references: Collection[str], *, with_open_bills: bool) -> list[OpenDocument]:
    """The documents with these references of ours, paid or not; `with_open_bills` adds every unpaid bill."""
    rows = connection.execute(_OWED, {"references": list(references), "with_open": with_open_bills})
    return [OpenDocument(*row) for row in rows]


def add_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store bank lines in the order given."""
    insert_rows(connection, "bank_line", rows)


def add_receipts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store receipts and count them as paid on their bills."""
    if insert_rows(connection, "bill_receipt", rows):
        connection.execute(_PAY_BILLS, {"rows": as_json(rows)})


def add_payments(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store payments to suppliers and count them as paid on their invoices."""
    if insert_rows(connection, "supplier_payment", rows):
        connection.execute(_PAY_INVOICES, {"rows": as_json(rows)})


def list_lines(connection: Connection, state: str | None, after: int, limit: int) -> list[Row[Any]]:
    """Bank lines in the order of import; `state` is new, matched or None for both."""
    line = bank_line.c
    query = select(bank_line).where(line.seq > after).order_by(line.seq).limit(limit)
    return list(connection.execute(query if state is None else query.where(line.state == state)))
