"""What suppliers were paid, and the invoices that each payment settles."""

from typing import Any

from sqlalchemy import Connection, Row, text

# One bank line can settle several invoices, so the number of the payment is what a supplier counts by.
_PAGE = text("""
    SELECT p.number, min(p.paid_on) AS paid_on, CAST(sum(p.amount_pence) AS bigint) AS amount_pence,
        CAST(p.supplier_id AS text) AS supplier_id, coalesce(min(supplier.name), '') AS supplier_name,
        json_agg(json_build_object('supplier_invoice_id', i.supplier_invoice_id, 'our_number', i.our_number,
            'number', i.number, 'gross_pence', i.gross_pence, 'paid_pence', i.paid_pence,
            'amount_pence', p.amount_pence) ORDER BY i.our_number) AS invoices
    FROM supplier_payment p JOIN supplier_invoice i USING (supplier_invoice_id)
    LEFT JOIN supplier ON supplier.supplier_id = p.supplier_id
    WHERE p.number > :after AND (CAST(:supplier AS uuid) IS NULL OR p.supplier_id = CAST(:supplier AS uuid))
    GROUP BY p.number, p.supplier_id ORDER BY p.number LIMIT :limit
""")


def list_remittances(connection: Connection, *, supplier_id: str | None, after: str, limit: int) -> list[Row[Any]]:
    """Payments to suppliers that the actor may see, by number, each with its invoices."""
    return list(connection.execute(_PAGE, {"supplier": supplier_id, "after": after, "limit": limit}))
