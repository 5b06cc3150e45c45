"""Which purchase orders are settled."""

from collections.abc import Collection

from sqlalchemy import Connection, text

_ORDERS_OF_BILLS = text("""
    SELECT DISTINCT CAST(purchase_order_id AS text) FROM bill_line WHERE bill_id = ANY(CAST(:bills AS uuid[]))
""")
# Asked first: the first line of an unpaid bill says no, where the whole order would have to be read.
_PAID = text("""
    SELECT CAST(paid.id AS text) FROM unnest(CAST(:orders AS uuid[])) AS paid (id)
    WHERE NOT EXISTS (
        SELECT FROM bill_line JOIN bill USING (bill_id) WHERE bill_line.purchase_order_id = paid.id
            AND bill.paid_pence + bill.credited_pence < bill.gross_pence)
""")
_SETTLE = text("""
    UPDATE purchase_order o SET settled_at = now()
    WHERE purchase_order_id = ANY(CAST(:orders AS uuid[])) AND settled_at IS NULL AND answer = 'accepted'
        AND EXISTS (SELECT FROM match_line m WHERE m.purchase_order_id = o.purchase_order_id)
        AND NOT EXISTS (
            SELECT FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
            WHERE d.purchase_order_id = o.purchase_order_id AND (
                d.received IS NULL AND l.kind <> 'charge'
                OR (d.received > 0 OR l.kind = 'charge') AND NOT EXISTS (
                    SELECT FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
                    WHERE m.purchase_order_id = d.purchase_order_id AND m.order_line_no = d.line_no
                        AND m.school_urn = d.school_urn
                        AND m.state = CASE i.settlement WHEN 'direct' THEN 'billable' ELSE 'billed' END)))
        AND NOT EXISTS (
            SELECT FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
            WHERE m.purchase_order_id = o.purchase_order_id
                AND m.state NOT IN (CASE i.settlement WHEN 'direct' THEN 'billable' ELSE 'billed' END, 'credited'))
    RETURNING CAST(purchase_order_id AS text)
""")


def orders_of_bills(connection: Connection, bill_ids: Collection[str]) -> list[str]:
    """The purchase orders that stand on these bills."""
    return list(connection.execute(_ORDERS_OF_BILLS, {"bills": list(bill_ids)}).scalars())


def settle(connection: Connection, order_ids: Collection[str]) -> list[str]:
    """Mark those of the purchase orders settled that are now; returns them.

    Settled is: accepted, invoiced, every drop recorded, every received line and every charge billed, nothing held, and
    those bills paid in full, or credited. What is settled directly with the supplier is billed once it is found right;
    whether it is paid, only the school knows.
    """
    paid = list(connection.execute(_PAID, {"orders": list(order_ids)}).scalars())
    return sorted(connection.execute(_SETTLE, {"orders": paid}).scalars()) if paid else []
