"""What moved on one school's account, and what of it is open."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.account import Movement

_MOVEMENTS = text("""
    SELECT issue_date, 'bill', CAST(bill_id AS text), CAST(bill_id AS text), number, title, gross_pence
    FROM bill WHERE school_urn = :urn
    UNION ALL
    SELECT c.issue_date, 'credit_note', CAST(c.credit_note_id AS text), CAST(c.bill_id AS text), c.number,
        'Credit on ' || bill.number, -c.gross_pence
    FROM credit_note c JOIN bill USING (bill_id) WHERE c.school_urn = :urn
    UNION ALL
    SELECT received_on, 'receipt', CAST(r.receipt_id AS text), CAST(r.bill_id AS text), r.number,
        CASE WHEN r.amount_pence < 0 THEN 'Paid back on ' ELSE 'Payment of ' END || bill.number, -r.amount_pence
    FROM bill_receipt r JOIN bill USING (bill_id) WHERE r.school_urn = :urn
""")
_OPEN = text("""
    SELECT CAST(bill_id AS text) AS bill_id, number, title, payment_reference, due_date, purpose,
        gross_pence - credited_pence AS debt_pence, gross_pence - paid_pence - credited_pence AS open_pence,
        EXISTS (SELECT FROM bill_dispute x WHERE x.bill_id = bill.bill_id AND x.state = 'open') AS disputed,
        coalesce(r.paid, '[]') AS paid
    FROM bill LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(received_on, amount_pence) ORDER BY received_on, number) AS paid
        FROM bill_receipt WHERE bill_receipt.bill_id = bill.bill_id
    ) r ON true
    WHERE (school_urn = :urn OR bill_id = CAST(:bill AS uuid)) AND gross_pence <> paid_pence + credited_pence
    ORDER BY due_date, number
""")
_RATES = text("SELECT from_on, per_cent FROM reference_rate")
_RECORD_RATE = text("""
    INSERT INTO reference_rate (from_on, per_cent, recorded_by) VALUES (:from_on, :per_cent, :by)
    ON CONFLICT (from_on) DO UPDATE SET per_cent = excluded.per_cent, recorded_by = excluded.recorded_by
""")


def movements(connection: Connection, urn: int) -> list[Movement]:
    """Every bill, credit note and receipt of the school that the actor may see."""
    return [Movement(*row) for row in connection.execute(_MOVEMENTS, {"urn": urn})]


def open_bills(connection: Connection, *, urn: int | None = None, bill_id: str | None = None) -> list[Row[Any]]:
    """A school's bills that are not settled to the penny, or one of them, by the day they are due.

    (bill_id, number, title, payment_reference, due_date, purpose, debt_pence, open_pence, disputed, paid), where
    debt_pence is the bill less its credit notes, and paid lists [day as ISO text, pence].
    """
    return list(connection.execute(_OPEN, {"urn": urn, "bill": bill_id}))


def reference_rates(connection: Connection) -> dict[date, Decimal]:
    """The reference rates in per cent, by the first day of the half-year from which each holds."""
    return {row.from_on: row.per_cent for row in connection.execute(_RATES)}


def record_rate(connection: Connection, from_on: date, per_cent: Decimal, by: str) -> None:
    """Keep the rate that holds from the first day of a half-year on."""
    connection.execute(_RECORD_RATE, {"from_on": from_on, "per_cent": per_cent, "by": by})
