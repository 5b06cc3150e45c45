"""What is ordered, billed and paid, summed over the purchase orders, invoices and payments of a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

# An order belongs to the day on which it was issued, in London. Each penny of it is counted once: what schools were
# billed of it (less what was credited), or what is still to come while it is not settled. Bills that a supplier makes
# out to a school itself count as it made them. Orders and bills are put together by GROUP BY: as a join, row security
# makes the planner expect one row, and sum all bills anew for each.
_PARTS = """
    WITH part AS (
        SELECT d.purchase_order_id, d.school_urn, o.supplier_id, o.number, o.title, o.settled_at, l.category_code,
            sum(d.net_pence) AS ordered
        FROM purchase_order o JOIN drop_line d USING (purchase_order_id)
        JOIN purchase_order_line l USING (purchase_order_id, line_no)
        WHERE o.answer IS DISTINCT FROM 'rejected'
            AND CAST(o.issued_at AT TIME ZONE 'Europe/London' AS date) BETWEEN :from_on AND :to_on
            AND (CAST(:school_urn AS integer) IS NULL OR d.school_urn = :school_urn)
            AND (CAST(:supplier_id AS uuid) IS NULL OR o.supplier_id = CAST(:supplier_id AS uuid))
            AND (CAST(:category AS text) IS NULL OR l.category_code = :category)
        GROUP BY d.purchase_order_id, d.school_urn, o.supplier_id, o.number, o.title, o.settled_at, l.category_code
    ), charged AS (
        SELECT b.purchase_order_id, b.school_urn, b.order_line_no AS line_no, 'bill' AS kind, b.bill_id AS document_id,
            b.net_pence AS net
        FROM bill_line b WHERE b.purchase_order_id IN (SELECT purchase_order_id FROM part)
        UNION ALL
        SELECT b.purchase_order_id, b.school_urn, b.order_line_no, 'credit_note', c.credit_note_id, -c.net_pence
        FROM credit_note_line c JOIN bill_line b ON b.bill_id = c.bill_id AND b.line_no = c.bill_line_no
        WHERE b.purchase_order_id IN (SELECT purchase_order_id FROM part)
        UNION ALL
        SELECT m.purchase_order_id, m.school_urn, m.order_line_no, 'supplier_invoice', m.supplier_invoice_id,
            m.net_pence - m.credited_net_pence
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE i.settlement = 'direct' AND i.rejected_why IS NULL
            AND m.purchase_order_id IN (SELECT purchase_order_id FROM part)
    ), document AS (
        SELECT charged.purchase_order_id, school_urn, category_code, charged.kind, document_id, sum(net) AS net
        FROM charged JOIN purchase_order_line l USING (purchase_order_id, line_no)
        GROUP BY charged.purchase_order_id, school_urn, category_code, charged.kind, document_id
    ), told AS (
        SELECT purchase_order_id, school_urn, category_code, supplier_id, settled_at IS NOT NULL AS settled, ordered,
            0 AS billed
        FROM part
        UNION ALL
        SELECT purchase_order_id, school_urn, category_code, NULL, NULL, NULL, net FROM document
    ), known AS (
        SELECT purchase_order_id, school_urn, category_code,
            (array_agg(supplier_id) FILTER (WHERE supplier_id IS NOT NULL))[1] AS supplier_id, sum(ordered) AS ordered,
            sum(billed) AS billed,
            CASE WHEN bool_or(settled) THEN 0 ELSE greatest(sum(ordered) - sum(billed), 0) END AS committed
        FROM told GROUP BY purchase_order_id, school_urn, category_code HAVING count(ordered) > 0
    )
"""
_SUMS = """CAST(coalesce(sum(ordered), 0) AS bigint) AS ordered_pence,
        CAST(coalesce(sum(billed), 0) AS bigint) AS billed_pence,
        CAST(coalesce(sum(committed), 0) AS bigint) AS committed_pence"""
# Summed where the rows are: by school, by category, by supplier and by order, one row each.
_SPENT = text(f"""
    {_PARTS}, summed AS (
        SELECT CASE WHEN grouping(school_urn) = 0 THEN 'school' WHEN grouping(category_code) = 0 THEN 'category'
                WHEN grouping(supplier_id) = 0 THEN 'supplier' ELSE 'order' END AS by,
            school_urn, category_code, supplier_id, purchase_order_id, {_SUMS}
        FROM known GROUP BY GROUPING SETS ((school_urn), (category_code), (supplier_id), (purchase_order_id))
    )
    SELECT summed.by, summed.school_urn, coalesce(school.name, '') AS school_name, summed.category_code,
        coalesce(category.name, '') AS category_name,
        CAST(coalesce(summed.supplier_id, o.supplier_id) AS text) AS supplier_id, coalesce(s.name, '') AS supplier_name,
        CAST(summed.purchase_order_id AS text) AS purchase_order_id, o.number, o.title,
        ordered_pence, billed_pence, committed_pence
    FROM summed LEFT JOIN purchase_order o ON o.purchase_order_id = summed.purchase_order_id
    LEFT JOIN supplier s ON s.supplier_id = coalesce(summed.supplier_id, o.supplier_id)
    LEFT JOIN school ON school.urn = summed.school_urn
    LEFT JOIN category_code category ON category.category_code = summed.category_code
    ORDER BY summed.by, school.name, summed.school_urn, summed.category_code, o.number, s.name, summed.supplier_id
""")  # noqa: S608 -- assembled from this module
# Each document once for each school and category: the order with what is ordered and to come, the others with what
# they bill. Nothing is billed of what is not ordered, so the documents add up to the report.
_DOCUMENTS = f"""
    {_PARTS}, each AS (
        SELECT purchase_order_id, school_urn, category_code, 0 AS place, 'purchase_order' AS kind,
            purchase_order_id AS document_id, ordered, 0 AS billed, committed
        FROM known
        UNION ALL
        SELECT purchase_order_id, school_urn, category_code, 1, kind, document_id, 0, net, 0 FROM document
    ), listed AS (
        SELECT * FROM (
            SELECT *, min(place) OVER (PARTITION BY purchase_order_id, school_urn, category_code) AS first FROM each
        ) placed WHERE first = 0
    )
"""  # noqa: S608 -- assembled from this module
_BEHIND_SUMS = text(f"{_DOCUMENTS} SELECT count(*) AS documents, {_SUMS} FROM listed")  # noqa: S608 -- this module's
_BEHIND = text(f"""
    {_DOCUMENTS}
    SELECT o.number, o.title, l.school_urn, coalesce(school.name, '') AS school_name, l.category_code,
        coalesce(category.name, '') AS category_name, l.kind,
        CAST(l.document_id AS text) AS document_id, CAST(c.bill_id AS text) AS credited_bill_id,
        coalesce(b.number, c.number, i.our_number, o.number) AS document, coalesce(s.name, '') AS supplier_name,
        CAST(ordered AS bigint) AS ordered_pence, CAST(billed AS bigint) AS billed_pence,
        CAST(committed AS bigint) AS committed_pence
    FROM listed l JOIN purchase_order o USING (purchase_order_id)
    LEFT JOIN school ON school.urn = l.school_urn LEFT JOIN supplier s USING (supplier_id)
    LEFT JOIN category_code category ON category.category_code = l.category_code
    LEFT JOIN bill b ON l.kind = 'bill' AND b.bill_id = l.document_id
    LEFT JOIN credit_note c ON l.kind = 'credit_note' AND c.credit_note_id = l.document_id
    LEFT JOIN supplier_invoice i ON l.kind = 'supplier_invoice' AND i.supplier_invoice_id = l.document_id
    ORDER BY o.number, l.school_urn, l.category_code, place, document, document_id LIMIT :limit OFFSET :skipped
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


_ALL: Final[dict[str, Any]] = {"school_urn": None, "supplier_id": None, "category": None}


def spent(connection: Connection, from_on: date, to_on: date) -> Sequence[Row[Any]]:
    """Of purchase orders issued in these days, in pence without VAT: ordered, billed, committed.

    One row for each school, category, supplier and order; `by` says which of these it is of.
    """
    return connection.execute(_SPENT, _ALL | {"from_on": from_on, "to_on": to_on}).all()


def documents_behind(
    connection: Connection, from_on: date, to_on: date, narrowed: Mapping[str, Any], *, skipped: int, limit: int | None
) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """The documents that these figures were summed from, after the first `skipped`; first how many and their sums.

    `narrowed` may name a school_urn, supplier_id or category (its code).
    """
    values = _ALL | dict(narrowed) | {"from_on": from_on, "to_on": to_on}
    found = connection.execute(_BEHIND, values | {"skipped": skipped, "limit": limit}).all()
    return connection.execute(_BEHIND_SUMS, values).one(), found


def supplier_totals(connection: Connection, from_on: date, to_on: date) -> Sequence[Row[Any]]:
    """By supplier and school in pence without VAT: ordered and invoiced in these days."""
    return connection.execute(_SUPPLIER_TOTALS, {"from_on": from_on, "to_on": to_on}).all()


def paid_to_suppliers(connection: Connection, from_on: date, to_on: date) -> dict[str, int]:
    """What left the bank for each supplier in these days, in pence with VAT, by supplier."""
    rows = connection.execute(_PAID, {"from_on": from_on, "to_on": to_on})
    return {row.supplier_id: row.pence for row in rows}
