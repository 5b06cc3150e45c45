"""How suppliers delivered: on time, complete and undisputed, counted drop by drop."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

# A drop counts by the day on which its last line was due: promised, or the end of the window. It is recorded once its
# school has said something of every line; until then it is neither on time nor late. On time: something of every line
# had come by the line's day. Complete: all of it was accepted on the first day on which any came, and nothing was found
# short, damaged or wrong, then or later. Services have no delivery. Lines and receipts are put together by GROUP BY: as
# joins, row security made the planner expect next to no rows and loop over all of them.
_DROPS = """
    WITH told AS (
        SELECT d.purchase_order_id, d.school_urn, d.line_no, d.quantity, d.quantity_received IS NOT NULL AS recorded,
            coalesce(d.promised_on, r.delivery_to) AS due_on, CAST(NULL AS date) AS arrived_on, 0 AS accepted,
            0 AS claimed
        FROM drop_line d
        JOIN purchase_order p USING (purchase_order_id)
        JOIN round r ON r.round_id = p.round_id
        JOIN purchase_order_line i USING (purchase_order_id, line_no)
        WHERE p.state = 'accepted' AND i.kind = 'goods' AND d.quantity > 0
        UNION ALL
        SELECT l.purchase_order_id, l.school_urn, l.line_no, NULL, NULL, NULL,
            CASE WHEN l.quantity_received >= 0 AND l.quantity_received + l.quantity_damaged + l.quantity_wrong > 0
                THEN r.arrived_on END,
            l.quantity_received, l.quantity_short + l.quantity_damaged + l.quantity_wrong
        FROM receipt_line l JOIN receipt r USING (receipt_id)
    ), dated AS (
        SELECT *, max(due_on) OVER drop AS last_due, min(arrived_on) OVER drop AS first_on
        FROM told WINDOW drop AS (PARTITION BY purchase_order_id, school_urn)
    ), line AS (
        SELECT purchase_order_id, school_urn, max(last_due) AS due_on, min(first_on) AS arrived_on,
            max(quantity) AS quantity, bool_or(recorded) AS recorded,
            min(arrived_on) <= max(due_on) AS on_time, sum(claimed) AS claimed,
            sum(accepted) FILTER (WHERE accepted < 0 OR arrived_on = first_on) AS at_first
        FROM dated WHERE last_due BETWEEN :due_from AND :due_to
        GROUP BY purchase_order_id, school_urn, line_no HAVING max(quantity) IS NOT NULL
    ), drops AS (
        SELECT purchase_order_id, school_urn, max(due_on) AS due_on, min(arrived_on) AS arrived_on,
            bool_and(recorded) AS recorded,
            bool_and(coalesce(on_time, false)) AS on_time,
            bool_and(coalesce(at_first = quantity AND claimed = 0, false)) AS complete,
            sum(quantity) AS ordered, sum(claimed) AS claimed
        FROM line GROUP BY purchase_order_id, school_urn
    )
"""
_BY_ORDER = text(f"""
    {_DROPS}
    SELECT p.supplier_id::text, coalesce(s.name, '') AS supplier_name, p.number, r.title,
        p.purchase_order_id::text AS why, count(*) AS drops,
        count(*) FILTER (WHERE recorded) AS recorded,
        count(*) FILTER (WHERE recorded AND on_time) AS on_time,
        count(*) FILTER (WHERE recorded AND complete) AS complete,
        coalesce(sum(ordered) FILTER (WHERE recorded), 0)::bigint AS ordered,
        coalesce(sum(claimed) FILTER (WHERE recorded), 0)::bigint AS claimed
    FROM drops JOIN purchase_order p USING (purchase_order_id) JOIN round r ON r.round_id = p.round_id
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    GROUP BY p.purchase_order_id, s.name, r.title ORDER BY s.name, p.number
""")  # noqa: S608 -- assembled from this module
# Drop by drop, as 1 or 0 of what a supplier's figures count.
DROPS_OF_SUPPLIER = f"""
    {_DROPS}
    SELECT p.number, 0 AS line_no, drops.school_urn, coalesce(s.name, '') AS school_name, due_on::text,
        arrived_on::text, 1 AS drops, recorded::integer AS recorded, (recorded AND on_time)::integer AS on_time,
        (recorded AND complete)::integer AS complete, CASE WHEN recorded THEN ordered ELSE 0 END::bigint AS ordered,
        CASE WHEN recorded THEN claimed ELSE 0 END::bigint AS claimed, p.purchase_order_id::text AS why
    FROM drops JOIN purchase_order p USING (purchase_order_id) LEFT JOIN school s ON s.urn = drops.school_urn
    WHERE (CAST(:supplier_id AS uuid) IS NULL OR p.supplier_id = CAST(:supplier_id AS uuid))
        AND (CAST(:school_urn AS integer) IS NULL OR drops.school_urn = :school_urn)
"""  # noqa: S608 -- assembled from this module


def deliveries_by_order(connection: Connection, due_from: date, due_to: date) -> Sequence[Row[Any]]:
    """By supplier and purchase order, of drops due in the days: drops, recorded, of them on_time and complete, units
    ordered and claimed. A school counts its own drops."""
    return connection.execute(_BY_ORDER, {"due_from": due_from, "due_to": due_to}).all()
