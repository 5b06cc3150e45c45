"""What moved on one school's account."""

from sqlalchemy import Connection, text

from services.billing.domain.account import Movement

_MOVEMENTS = text("""
    SELECT issue_date, 'bill', number, title, gross_pence FROM bill WHERE school_urn = :urn
    UNION ALL
    SELECT c.issue_date, 'credit_note', c.number, 'Credit on ' || bill.number, -c.gross_pence
    FROM credit_note c JOIN bill USING (bill_id) WHERE c.school_urn = :urn
    UNION ALL
    SELECT received_on, 'receipt', r.number, 'Payment of ' || bill.number, -r.amount_pence
    FROM bill_receipt r JOIN bill USING (bill_id) WHERE r.school_urn = :urn
""")


def movements(connection: Connection, urn: int) -> list[Movement]:
    """Every bill, credit note and receipt of the school that the actor may see."""
    return [Movement(*row) for row in connection.execute(_MOVEMENTS, {"urn": urn})]
