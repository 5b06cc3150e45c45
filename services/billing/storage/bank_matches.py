"""What bank lines are matched to, and what counts as paid because of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.bulk import as_json, insert_rows

_STANDING = """
    SELECT CAST(bank_match_id AS text) AS bank_match_id, CAST(bank_line_id AS text) AS bank_line_id, kind,
        CAST(document_id AS text) AS document_id, document_number, amount_pence, school_urn,
        CAST(supplier_id AS text) AS supplier_id, CAST(payment_run_id AS text) AS payment_run_id,
        CAST(posting_id AS text) AS posting_id, posting_number, how, matched_by, matched_at, undone_at, why
    FROM bank_match
"""
_MATCHES = text(f"{_STANDING} WHERE bank_line_id = ANY(CAST(:lines AS uuid[])) AND undone_at IS NULL")
_LAST_UNDONE = text(f"""
    {_STANDING} m WHERE bank_line_id = CAST(:line AS uuid) AND undone_at =
        (SELECT max(undone_at) FROM bank_match WHERE bank_line_id = CAST(:line AS uuid))
    ORDER BY document_number
""")  # noqa: S608 -- a query of this module
_UNDO = text("""
    UPDATE bank_match SET undone_by = :by, undone_at = statement_timestamp()
    WHERE bank_match_id = ANY(CAST(:matches AS uuid[]))
""")
_CREDITED_BILLS = text("""
    SELECT CAST(credit_note_id AS text), CAST(bill_id AS text) FROM credit_note
    WHERE credit_note_id = ANY(CAST(:notes AS uuid[]))
""")
_PAY_BILLS = text("""
    UPDATE bill SET paid_pence = paid_pence + sent.pence FROM (
        SELECT bill_id, CAST(sum(amount_pence) AS bigint) AS pence
        FROM jsonb_populate_recordset(CAST(NULL AS bill_receipt), CAST(:rows AS jsonb)) GROUP BY bill_id
    ) sent WHERE bill.bill_id = sent.bill_id
""")
_PAY_INVOICES = text("""
    UPDATE supplier_invoice SET paid_pence = paid_pence + sent.pence FROM (
        SELECT supplier_invoice_id, CAST(sum(amount_pence) AS bigint) AS pence
        FROM jsonb_populate_recordset(CAST(NULL AS supplier_payment), CAST(:rows AS jsonb))
        GROUP BY supplier_invoice_id
    ) sent WHERE supplier_invoice.supplier_invoice_id = sent.supplier_invoice_id
""")
_PAY_FUND = text("""
    UPDATE fund_payment SET paid_pence = paid_pence + sent.pence FROM (
        SELECT fund_payment_id, CAST(sum(pence) AS bigint) AS pence
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent (fund_payment_id uuid, pence bigint)
        GROUP BY fund_payment_id
    ) sent WHERE fund_payment.fund_payment_id = sent.fund_payment_id
""")
_PAID_BACK = text("""
    SELECT number FROM bill JOIN (
        SELECT bill_id, sum(amount_pence) AS pence FROM bill_receipt WHERE receipt_id = ANY(CAST(:postings AS uuid[]))
        GROUP BY bill_id
    ) gone USING (bill_id)
    WHERE paid_pence - gone.pence NOT BETWEEN 0 AND gross_pence
    UNION ALL
    SELECT our_number FROM supplier_invoice JOIN (
        SELECT supplier_invoice_id, sum(amount_pence) AS pence FROM supplier_payment
        WHERE payment_id = ANY(CAST(:postings AS uuid[])) GROUP BY supplier_invoice_id
    ) gone USING (supplier_invoice_id)
    WHERE paid_pence - gone.pence NOT BETWEEN least(0, gross_pence) AND greatest(0, gross_pence) ORDER BY 1
""")
_KEEP_UNDONE = text("""
    INSERT INTO undone_receipt (receipt_id, school_urn, number, received_on, reference, bills, amount_pence)
    SELECT r.receipt_id, r.school_urn, r.number, r.received_on,
        string_agg(b.payment_reference, ' ' ORDER BY b.number), string_agg(b.number, ' ' ORDER BY b.number),
        sum(r.amount_pence)
    FROM bill_receipt r JOIN bill b USING (bill_id) WHERE r.receipt_id = ANY(CAST(:postings AS uuid[]))
    GROUP BY r.receipt_id, r.school_urn, r.number, r.received_on
""")
_UNPAY_BILLS = text("""
    WITH gone AS (
        DELETE FROM bill_receipt WHERE receipt_id = ANY(CAST(:postings AS uuid[])) RETURNING bill_id, amount_pence
    )
    UPDATE bill SET paid_pence = paid_pence - sums.pence
    FROM (SELECT bill_id, CAST(sum(amount_pence) AS bigint) AS pence FROM gone GROUP BY bill_id) sums
    WHERE bill.bill_id = sums.bill_id
""")
_UNPAY_INVOICES = text("""
    WITH gone AS (
        DELETE FROM supplier_payment WHERE payment_id = ANY(CAST(:postings AS uuid[]))
        RETURNING supplier_invoice_id, amount_pence
    )
    UPDATE supplier_invoice SET paid_pence = paid_pence - sums.pence
    FROM (
        SELECT supplier_invoice_id, CAST(sum(amount_pence) AS bigint) AS pence FROM gone GROUP BY supplier_invoice_id
    ) sums
    WHERE supplier_invoice.supplier_invoice_id = sums.supplier_invoice_id
""")


def matches_of(connection: Connection, line_ids: Collection[str]) -> list[Row[Any]]:
    """What these lines are matched to now."""
    return list(connection.execute(_MATCHES, {"lines": list(line_ids)}))


def last_undone(connection: Connection, line_id: str) -> list[Row[Any]]:
    """What the line was matched to before that was last undone."""
    return list(connection.execute(_LAST_UNDONE, {"line": line_id}))


def add_matches(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what lines are matched to."""
    insert_rows(connection, "bank_match", rows)


def mark_undone(connection: Connection, match_ids: Collection[str], by: str) -> None:
    """Keep who undid these matches, and when."""
    connection.execute(_UNDO, {"matches": list(match_ids), "by": by})


def bills_of_credit_notes(connection: Connection, note_ids: Collection[str]) -> dict[str, str]:
    """The bill that each of these credit notes gives back of."""
    return {row[0]: row[1] for row in connection.execute(_CREDITED_BILLS, {"notes": list(note_ids)})}


def add_receipts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store receipts and count them as paid on their bills."""
    if insert_rows(connection, "bill_receipt", rows):
        connection.execute(_PAY_BILLS, {"rows": as_json(rows)})


def add_payments(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store payments to suppliers and count them as paid on their invoices."""
    if insert_rows(connection, "supplier_payment", rows):
        connection.execute(_PAY_INVOICES, {"rows": as_json(rows)})


def pay_from_fund(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Count pence (negative: taken back) as paid on payments of the fund: fund_payment_id, pence."""
    if rows:
        connection.execute(_PAY_FUND, {"rows": as_json(rows)})


def paid_back_since(connection: Connection, posting_ids: Collection[str]) -> list[str]:
    """Numbers of bills that were refunded out of what these postings paid, and of suppliers' documents whose payment
    came back, or was made again, since."""
    return list(connection.execute(_PAID_BACK, {"postings": list(posting_ids)}).scalars())


def take_back(connection: Connection, posting_ids: Collection[str]) -> None:
    """Count nothing as paid any more of what was received or paid under these postings; receipts are kept as undone."""
    connection.execute(_KEEP_UNDONE, {"postings": list(posting_ids)})
    connection.execute(_UNPAY_BILLS, {"postings": list(posting_ids)})
    connection.execute(_UNPAY_INVOICES, {"postings": list(posting_ids)})
