"""What issuing bills would do now, for each round and each period of a recurring service."""

from typing import Any

from sqlalchemy import Connection, Row, text

# What `storage.issuing` bills and `storage.credit_notes` gives back, summed by what is issued together.
_READY = text("""
    WITH waiting AS (
        SELECT m.purchase_order_id, m.school_urn,
            CASE WHEN m.state = 'billable' THEN m.billable_net_pence + m.billable_vat_pence ELSE 0 END AS bill_pence,
            CASE WHEN m.bill_id IS NULL THEN 0 ELSE m.due_net_pence + m.due_vat_pence END AS credit_pence
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE i.settlement = 'recharge'
            AND (m.state = 'billable' OR m.bill_id IS NOT NULL AND m.due_net_pence + m.due_vat_pence > 0)
    )
    SELECT CAST(o.round_id AS text) AS round_id,
        CASE WHEN o.round_id IS NULL THEN CAST(o.purchase_order_id AS text) END AS purchase_order_id,
        coalesce(r.title, o.title) AS title,
        count(DISTINCT w.school_urn) FILTER (WHERE bill_pence <> 0) AS schools_to_bill,
        CAST(sum(bill_pence) AS bigint) AS bill_pence,
        count(DISTINCT w.school_urn) FILTER (WHERE credit_pence > 0) AS schools_to_credit,
        CAST(sum(credit_pence) AS bigint) AS credit_pence
    FROM waiting w JOIN purchase_order o USING (purchase_order_id) LEFT JOIN round r ON r.round_id = o.round_id
    GROUP BY 1, 2, 3 ORDER BY title, round_id, purchase_order_id
""")


def ready_to_bill(connection: Connection) -> list[Row[Any]]:
    """(round_id or purchase_order_id, title, schools_to_bill, bill_pence, schools_to_credit, credit_pence) of each.

    Pence are with VAT.
    """
    return list(connection.execute(_READY))
