"""What is owed to the alliance and by it, as at a day, document by document: as the ledger had it by that day."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

# By document, what it moved on its day; without what was posted later, because its month was closed by then.
_BY_THEN = """
    later AS MATERIALIZED (
        SELECT document_id FROM entry e WHERE posted_on > :day AND dated_on <= :day AND kind <> 'reversal'
            AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id)
    ), still_open AS (
        SELECT of_id, CAST(sum(pence) AS bigint) AS pence FROM moved
        WHERE on_day <= :day AND document_id NOT IN (SELECT document_id FROM later)
        GROUP BY of_id HAVING sum(pence) <> 0
    )
"""
_DEBT = text(f"""
    WITH moved AS (
        SELECT bill_id AS of_id, bill_id AS document_id, issue_date AS on_day, gross_pence AS pence FROM bill
        UNION ALL SELECT bill_id, receipt_id, received_on, -amount_pence FROM bill_receipt
        UNION ALL SELECT bill_id, credit_note_id, issue_date, -gross_pence FROM credit_note
    ), {_BY_THEN}
    SELECT b.school_urn, coalesce(school.name, 'School ' || b.school_urn) AS party, b.due_date, sum(o.pence) AS pence
    FROM still_open o JOIN bill b ON b.bill_id = o.of_id LEFT JOIN school ON school.urn = b.school_urn
    WHERE b.purpose = :purpose GROUP BY b.school_urn, school.name, b.due_date, o.pence < 0
""")  # noqa: S608 -- assembled from this module
_CREDIT = text(f"""
    WITH moved AS (
        SELECT supplier_invoice_id AS of_id, supplier_invoice_id AS document_id, issue_date AS on_day,
            gross_pence AS pence
        FROM supplier_invoice WHERE settlement = 'recharge'
        UNION ALL SELECT supplier_invoice_id, payment_id, paid_on, -amount_pence FROM supplier_payment
    ), {_BY_THEN}
    SELECT CAST(i.supplier_id AS text) AS supplier_id, coalesce(supplier.name, '') AS party,
        coalesce(i.due_date, i.issue_date + 30) AS due_date, sum(o.pence) AS pence
    FROM still_open o JOIN supplier_invoice i ON i.supplier_invoice_id = o.of_id LEFT JOIN supplier USING (supplier_id)
    GROUP BY i.supplier_id, supplier.name, 3, o.pence < 0
""")  # noqa: S608 -- assembled from this module


def debt_at(connection: Connection, day: date, purpose: Literal["general", "fund"]) -> list[Row[Any]]:
    """(school_urn, party, due_date, pence) of what schools owe at the end of `day`, their bills by due date; what is
    owed back, or was paid before the bill, is negative, apart.

    Bills for what was bought are "general"; those of the partnership fund stand apart.
    """
    return list(connection.execute(_DEBT, {"day": day, "purpose": purpose}))


def credit_at(connection: Connection, day: date) -> list[Row[Any]]:
    """(supplier_id, party, due_date, pence) of what is owed to suppliers at the end of `day`; credit notes negative.

    An invoice that names no day is due thirty days after its own.
    """
    return list(connection.execute(_CREDIT, {"day": day}))
