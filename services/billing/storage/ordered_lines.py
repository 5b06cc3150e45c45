"""Purchase orders by the numbers that invoices name, and their lines as invoices are held against them."""

from collections.abc import Collection

from sqlalchemy import Connection, text

from services.billing.domain.order_references import OrderedLine

_LINES = text("""
    SELECT o.number, l.line_no, l.sku, l.unit_price, l.vat_class, l.kind = 'charge',
        l.quantity = 0 AND l.kind <> 'charge'
    FROM purchase_order_line l JOIN purchase_order o USING (purchase_order_id)
    WHERE l.purchase_order_id = ANY(CAST(:orders AS uuid[])) ORDER BY o.number, l.line_no
""")


def ordered_lines(connection: Connection, order_ids: Collection[str]) -> list[OrderedLine]:
    """The lines of these purchase orders, by order number and line; one of which nothing is left is cancelled."""
    return [OrderedLine(*row) for row in connection.execute(_LINES, {"orders": list(order_ids)})]
