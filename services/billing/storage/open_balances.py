"""What is owed to the alliance and by it, as at a day, document by document."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

_DEBT = text("""
    SELECT school_urn, coalesce(school.name, 'School ' || school_urn) AS party, due_date, sum(open_pence) AS pence
    FROM (
        SELECT b.school_urn, b.due_date, b.gross_pence
            - coalesce((SELECT sum(r.amount_pence) FROM bill_receipt r
                WHERE r.bill_id = b.bill_id AND r.received_on <= :day), 0)
            - coalesce((SELECT sum(c.gross_pence) FROM credit_note c
                WHERE c.bill_id = b.bill_id AND c.issue_date <= :day), 0) AS open_pence
        FROM bill b WHERE b.issue_date <= :day AND b.purpose = :purpose
    ) document LEFT JOIN school ON school.urn = school_urn
    WHERE open_pence <> 0 GROUP BY school_urn, school.name, due_date
""")
_CREDIT = text("""
    SELECT CAST(supplier_id AS text) AS supplier_id, coalesce(supplier.name, '') AS party, due_date,
        sum(open_pence) AS pence
    FROM (
        SELECT i.supplier_id, coalesce(i.due_date, i.issue_date + 30) AS due_date, i.gross_pence
            - coalesce((SELECT sum(p.amount_pence) FROM supplier_payment p
                WHERE p.supplier_invoice_id = i.supplier_invoice_id AND p.paid_on <= :day), 0) AS open_pence
        FROM supplier_invoice i WHERE i.settlement = 'recharge' AND i.issue_date <= :day
    ) document LEFT JOIN supplier USING (supplier_id)
    WHERE open_pence <> 0 GROUP BY supplier_id, supplier.name, due_date
""")


def debt_at(connection: Connection, day: date, purpose: Literal["general", "fund"]) -> list[Row[Any]]:
    """(school_urn, party, due_date, pence) of what schools owe at the end of `day`, their bills by due date.

    Bills for what was bought are "general"; those of the partnership fund stand apart.
    """
    return list(connection.execute(_DEBT, {"day": day, "purpose": purpose}))


def credit_at(connection: Connection, day: date) -> list[Row[Any]]:
    """(supplier_id, party, due_date, pence) of what is owed to suppliers at the end of `day`; credit notes negative.

    An invoice that names no day is due thirty days after its own.
    """
    return list(connection.execute(_CREDIT, {"day": day}))
