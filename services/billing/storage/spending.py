"""What is ordered, billed and paid, summed over the purchase orders, invoices and payments of a time."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

# An order belongs to the day on which it was issued, in London. Each penny of it is counted once: what schools were
# billed of it (less what was credited), or what is still to come while it is not settled. Bills that a supplier makes
# out to a school itself count as it made them.
_PARTS = """
    WITH part AS (
        SELECT d.purchase_order_id, d.school_urn, o.supplier_id, o.number, o.title, o.settled_at, l.category_code,
            sum(d.net_pence) AS ordered
        FROM purchase_order o JOIN drop_line d USING (purchase_order_id)
        JOIN purchase_order_line l USING (purchase_order_id, line_no)
        WHERE o.answer IS DISTINCT FROM 'rejected'
            AND CAST(o.issued_at AT TIME ZONE 'Europe/London' AS date) BETWEEN :from_on AND :to_on
        GROUP BY d.purchase_order_id, d.school_urn, o.supplier_id, o.number, o.title, o.settled_at, l.category_code
    ), charged AS (
        SELECT b.purchase_order_id, b.school_urn, b.order_line_no AS line_no,
            b.net_pence - coalesce(c.net_pence, 0) AS net
        FROM bill_line b LEFT JOIN (
            SELECT bill_id, bill_line_no, sum(net_pence) AS net_pence FROM credit_note_line
            GROUP BY bill_id, bill_line_no
        ) c ON c.bill_id = b.bill_id AND c.bill_line_no = b.line_no
        WHERE b.purchase_order_id IN (SELECT purchase_order_id FROM part)
        UNION ALL
        SELECT m.purchase_order_id, m.school_urn, m.order_line_no, m.net_pence - m.credited_net_pence
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE i.settlement = 'direct' AND i.rejected_why IS NULL
            AND m.purchase_order_id IN (SELECT purchase_order_id FROM part)
    ), billed AS (
        SELECT charged.purchase_order_id, school_urn, category_code, sum(net) AS net
        FROM charged JOIN purchase_order_line l USING (purchase_order_id, line_no)
        GROUP BY charged.purchase_order_id, school_urn, category_code
    ), known AS (
        SELECT part.*, coalesce(billed.net, 0) AS billed,
            CASE WHEN settled_at IS NULL THEN greatest(ordered - coalesce(billed.net, 0), 0) ELSE 0 END AS committed
        FROM part LEFT JOIN billed USING (purchase_order_id, school_urn, category_code)
    )
"""
_SUMS = """CAST(sum(ordered) AS bigint) AS ordered_pence, CAST(sum(billed) AS bigint) AS billed_pence,
        CAST(sum(committed) AS bigint) AS committed_pence"""
_BY_ORDER = text(f"""
    {_PARTS} SELECT CAST(purchase_order_id AS text) AS why, known.number, known.title,
        coalesce(s.name, '') AS supplier_name, CAST(known.supplier_id AS text) AS supplier_id, known.school_urn,
        coalesce(school.name, '') AS school_name, category_code, {_SUMS}
    FROM known LEFT JOIN supplier s USING (supplier_id) LEFT JOIN school ON school.urn = known.school_urn
    GROUP BY purchase_order_id, known.number, known.title, s.name, known.supplier_id, known.school_urn, school.name,
        category_code
    ORDER BY known.number, school.name, known.school_urn, category_code
""")  # noqa: S608 -- assembled from this module
# Invoices by their date, less what their supplier has credited of them; payments by the day on which they left.
_SUPPLIER_TOTALS = text("""
    WITH ordered AS (
        SELECT o.supplier_id, d.school_urn, sum(d.net_pence) AS pence
        FROM purchase_order o JOIN drop_line d USING (purchase_order_id)
        WHERE o.answer IS DISTINCT FROM 'rejected'
            AND CAST(o.issued_at AT TIME ZONE 'Europe/London' AS date) BETWEEN :from_on AND :to_on
        GROUP BY o.supplier_id, d.school_urn
    ), invoiced AS (
        SELECT m.supplier_id, m.school_urn, sum(m.net_pence - m.credited_net_pence) AS pence
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE i.rejected_why IS NULL AND i.issue_date BETWEEN :from_on AND :to_on
        GROUP BY m.supplier_id, m.school_urn
    )
    SELECT CAST(supplier_id AS text) AS supplier_id, coalesce(s.name, '') AS supplier_name, school_urn,
        coalesce(school.name, '') AS school_name, CAST(coalesce(ordered.pence, 0) AS bigint) AS ordered_pence,
        CAST(coalesce(invoiced.pence, 0) AS bigint) AS invoiced_pence
    FROM ordered FULL JOIN invoiced USING (supplier_id, school_urn)
    LEFT JOIN supplier s USING (supplier_id) LEFT JOIN school ON school.urn = school_urn
    ORDER BY s.name, supplier_id, school.name, school_urn
""")
_PAID = text("""
    SELECT CAST(supplier_id AS text) AS supplier_id, CAST(sum(amount_pence) AS bigint) AS pence FROM supplier_payment
    WHERE paid_on BETWEEN :from_on AND :to_on GROUP BY supplier_id
""")


def by_order(connection: Connection, from_on: date, to_on: date) -> Sequence[Row[Any]]:
    """By purchase order issued in these days, school and category in pence without VAT: ordered, billed, committed.

    `why` is the purchase order's id.
    """
    return connection.execute(_BY_ORDER, {"from_on": from_on, "to_on": to_on}).all()


def supplier_totals(connection: Connection, from_on: date, to_on: date) -> Sequence[Row[Any]]:
    """By supplier and school in pence without VAT: ordered and invoiced in these days."""
    return connection.execute(_SUPPLIER_TOTALS, {"from_on": from_on, "to_on": to_on}).all()


def paid_to_suppliers(connection: Connection, from_on: date, to_on: date) -> dict[str, int]:
    """What left the bank for each supplier in these days, in pence with VAT, by supplier."""
    rows = connection.execute(_PAID, {"from_on": from_on, "to_on": to_on})
    return {row.supplier_id: row.pence for row in rows}
