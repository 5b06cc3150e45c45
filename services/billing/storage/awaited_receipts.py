"""Invoices that wait until schools have recorded what arrived, and when those were last asked to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

# A line that names a school waits for that school. One that names none waits for everybody who ordered of it, found by
# the key of the order line: it has a match for every school, and each of those beside every drop would be their square.
_AWAITED = text("""
    WITH waiting AS MATERIALIZED (
        SELECT supplier_invoice_id, purchase_order_id, order_line_no AS line_no, school_urn, net_pence,
            'awaiting_receipts' = ANY(reasons) AS shared
        FROM match_line
        WHERE state = 'held' AND NOT disputed AND reasons && ARRAY['awaiting_receipts', 'not_received']
    ), asked AS (
        SELECT supplier_invoice_id, purchase_order_id, line_no, school_urn, net_pence FROM waiting
        UNION ALL
        SELECT shared.*, d.school_urn, 0
        FROM (SELECT DISTINCT supplier_invoice_id, purchase_order_id, line_no FROM waiting WHERE shared) AS shared
        JOIN drop_line d USING (purchase_order_id, line_no)
    ), awaited AS (
        SELECT a.supplier_invoice_id, a.school_urn, CAST(sum(a.net_pence) AS bigint) AS net_pence,
            jsonb_agg(DISTINCT jsonb_build_object('purchase_order_id', o.purchase_order_id, 'number', o.number,
                'title', coalesce(o.title, round.title, ''))) AS orders
        FROM asked a JOIN drop_line d USING (purchase_order_id, line_no, school_urn)
        JOIN purchase_order_line l USING (purchase_order_id, line_no)
        JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN round ON round.round_id = o.round_id
        WHERE d.received IS NULL AND d.quantity > 0 AND l.kind <> 'charge'
        GROUP BY a.supplier_invoice_id, a.school_urn
    )
    SELECT CAST(i.supplier_invoice_id AS text) AS supplier_invoice_id, i.our_number, i.number, i.issue_date,
        i.registered_at, CAST(i.supplier_id AS text) AS supplier_id, coalesce(supplier.name, '') AS supplier_name,
        awaited.school_urn, coalesce(school.name, '') AS school_name, awaited.net_pence, awaited.orders,
        chase.chased_at, coalesce(chase.times, 0) AS times
    FROM awaited
    JOIN supplier_invoice i USING (supplier_invoice_id)
    LEFT JOIN supplier ON supplier.supplier_id = i.supplier_id
    LEFT JOIN school ON school.urn = awaited.school_urn
    LEFT JOIN receipt_chase chase USING (supplier_invoice_id, school_urn)
    WHERE i.rejected_why IS NULL
    ORDER BY i.our_number, awaited.school_urn
""")
_CLAIM = text("""
    INSERT INTO receipt_chase AS chase (supplier_invoice_id, school_urn, chased_at)
    SELECT CAST(:invoice AS uuid), urn, :now FROM unnest(CAST(:urns AS integer[])) AS urn
    ON CONFLICT (supplier_invoice_id, school_urn) DO UPDATE SET chased_at = :now, times = chase.times + 1
    WHERE chase.chased_at < :due
    RETURNING school_urn
""")


def awaited_receipts(connection: Connection) -> list[Row[Any]]:
    """Every invoice and school that it waits for, by our number and URN.

    `orders` are the purchase orders of which the school has not recorded everything that is invoiced, `net_pence` its
    part of what waits; `chased_at` and `times` say when it was last asked, and how often.
    """
    return list(connection.execute(_AWAITED))


def claim_chases(
    connection: Connection, invoice_id: str, urns: Sequence[int], due: datetime, now: datetime
) -> list[int]:
    """The schools (URNs) among these that the caller is to ask: nobody has since `due`."""
    names = {"invoice": invoice_id, "urns": list(urns), "due": due, "now": now}
    return sorted(connection.execute(_CLAIM, names).scalars())
