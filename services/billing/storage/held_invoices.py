"""Which invoices are held, and for whom: the first lines of each, for a list that says why at once."""

from typing import Any

from sqlalchemy import Connection, Row, text

_HELD = text("""
    WITH held AS (
        SELECT m.supplier_invoice_id, m.line_no, m.school_urn, m.reasons, m.quantity_ordered, m.quantity_received,
            m.quantity_invoiced, m.purchase_order_id, m.order_line_no,
            row_number() OVER (PARTITION BY m.supplier_invoice_id ORDER BY m.line_no, m.school_urn) AS place,
            count(*) OVER (PARTITION BY m.supplier_invoice_id) AS lines
        FROM match_line m WHERE m.state = 'held'
    )
    SELECT CAST(i.supplier_invoice_id AS text) AS supplier_invoice_id, i.number, i.our_number, i.issue_date,
        i.gross_pence, o.number AS purchase_order_number, max(h.lines) AS lines,
        json_agg(json_build_object('school_urn', h.school_urn, 'school_name', coalesce(s.name, ''),
            'line_no', h.line_no, 'name', l.name, 'unit', l.unit, 'reasons', h.reasons,
            'quantity_ordered', h.quantity_ordered, 'quantity_received', h.quantity_received,
            'quantity_invoiced', h.quantity_invoiced) ORDER BY h.place) AS held
    FROM held h
    JOIN supplier_invoice i USING (supplier_invoice_id)
    JOIN purchase_order o ON o.purchase_order_id = i.purchase_order_id
    LEFT JOIN purchase_order_line l ON l.purchase_order_id = h.purchase_order_id AND l.line_no = h.order_line_no
    LEFT JOIN school s ON s.urn = h.school_urn
    WHERE h.place <= :each AND i.our_number > :after AND i.rejected_why IS NULL
    GROUP BY i.supplier_invoice_id, o.number ORDER BY i.our_number LIMIT :limit
""")


def list_held(connection: Connection, *, each: int, after: str, limit: int) -> list[Row[Any]]:
    """Invoices with held lines that the actor may see, by our number above `after`, with `each` lines at most."""
    return list(connection.execute(_HELD, {"each": each, "after": after, "limit": limit}))
