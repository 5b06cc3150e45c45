"""What moved on one school's account."""

from sqlalchemy import Connection, text

from services.billing.domain.account import Movement

_MOVEMENTS = text("""
    SELECT issue_date, 'bill', bill.number, round.title, gross_pence
    FROM bill JOIN round USING (round_id) WHERE school_urn = :urn
    UNION ALL
    SELECT received_on, 'receipt', r.number, 'Payment of ' || bill.number, -r.amount_pence
    FROM bill_receipt r JOIN bill USING (bill_id) WHERE r.school_urn = :urn
""")


def movements(connection: Connection, urn: int) -> list[Movement]:
    """Every bill and receipt of the school that the actor may see."""
    return [Movement(*row) for row in connection.execute(_MOVEMENTS, {"urn": urn})]
