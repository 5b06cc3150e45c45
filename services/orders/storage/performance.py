"""How suppliers delivered: on time, complete and undisputed, counted drop by drop."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

# A drop counts by the day on which its last line was due: promised, or the end of the window. It is recorded once its
# school has said something of every line; until then it is neither on time nor late. On time: something of every line
# had come by the line's day. Complete: all of it was accepted on the first day on which any came, and nothing was found
# short, damaged or wrong, then or later. Services have no delivery.
_BY_ORDER = text("""
    WITH part AS (
        SELECT d.purchase_order_id, d.school_urn, d.line_no, d.quantity, d.quantity_received,
            coalesce(d.promised_on, r.delivery_to) AS due_on
        FROM drop_line d
        JOIN purchase_order p USING (purchase_order_id)
        JOIN round r ON r.round_id = p.round_id
        JOIN purchase_order_line i USING (purchase_order_id, line_no)
        WHERE p.state = 'accepted' AND i.kind = 'goods' AND d.quantity > 0
    ), due AS (
        SELECT purchase_order_id, school_urn FROM part
        GROUP BY purchase_order_id, school_urn HAVING max(due_on) BETWEEN :due_from AND :due_to
    ), said AS (
        SELECT l.purchase_order_id, l.school_urn, l.line_no, r.arrived_on, l.quantity_received,
            l.quantity_received + l.quantity_damaged + l.quantity_wrong AS came,
            l.quantity_short + l.quantity_damaged + l.quantity_wrong AS claimed
        FROM receipt_line l JOIN receipt r USING (receipt_id)
        JOIN due ON due.purchase_order_id = l.purchase_order_id AND due.school_urn = l.school_urn
    ), first AS (
        SELECT purchase_order_id, school_urn, min(arrived_on) AS first_on FROM said
        WHERE quantity_received >= 0 AND came > 0 GROUP BY purchase_order_id, school_urn
    ), line AS (
        SELECT purchase_order_id, school_urn, line_no, sum(claimed) AS claimed,
            min(arrived_on) FILTER (WHERE quantity_received >= 0 AND came > 0) AS came_on,
            sum(quantity_received) FILTER (WHERE quantity_received < 0 OR arrived_on = first_on) AS at_first
        FROM said LEFT JOIN first USING (purchase_order_id, school_urn)
        GROUP BY purchase_order_id, school_urn, line_no
    ), drops AS (
        SELECT part.purchase_order_id, part.school_urn, bool_and(part.quantity_received IS NOT NULL) AS recorded,
            bool_and(coalesce(line.came_on <= part.due_on, false)) AS on_time,
            bool_and(coalesce(line.at_first = part.quantity AND line.claimed = 0, false)) AS complete,
            sum(part.quantity) AS ordered, coalesce(sum(line.claimed), 0) AS claimed
        FROM part JOIN due USING (purchase_order_id, school_urn)
        LEFT JOIN line USING (purchase_order_id, school_urn, line_no)
        GROUP BY part.purchase_order_id, part.school_urn
    )
    SELECT coalesce(s.name, '') AS supplier_name, p.number, r.title, count(*) AS drops,
        count(*) FILTER (WHERE recorded) AS recorded,
        count(*) FILTER (WHERE recorded AND on_time) AS on_time,
        count(*) FILTER (WHERE recorded AND complete) AS complete,
        coalesce(sum(ordered) FILTER (WHERE recorded), 0)::bigint AS ordered,
        coalesce(sum(claimed) FILTER (WHERE recorded), 0)::bigint AS claimed
    FROM drops JOIN purchase_order p USING (purchase_order_id) JOIN round r ON r.round_id = p.round_id
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    GROUP BY p.purchase_order_id, s.name, r.title ORDER BY s.name, p.number
""")


def deliveries_by_order(connection: Connection, due_from: date, due_to: date) -> Sequence[Row[Any]]:
    """By supplier and purchase order, of drops due in the days: drops, recorded, of them on_time and complete, units
    ordered and claimed. A school counts its own drops."""
    return connection.execute(_BY_ORDER, {"due_from": due_from, "due_to": due_to}).all()
