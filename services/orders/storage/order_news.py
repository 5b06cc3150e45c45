"""Tells the other parts what happened to schools' orders, from the history that their changes leave.

So whoever changes an order writes no event. Changes commit in another order than their rows are numbered: a row may
turn up below one that was told already, as long as its transaction lasts. So the cursor stays at what was told
`_SETTLED` ago, longer than any transaction lasts, and what was told above it is kept one by one.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

MOST_AT_ONCE: Final = 500
_SETTLED: Final = timedelta(minutes=10)

_LEAD = text("SELECT pg_try_advisory_xact_lock(hashtext('orders.news'))")
_TELL = text("""
    WITH fresh AS (
        SELECT h.* FROM order_history h
        WHERE h.id > (SELECT history_id FROM order_news_cursor)
            AND NOT EXISTS (SELECT 1 FROM order_news n WHERE n.history_id = h.id)
        ORDER BY h.id LIMIT :most
    ), told AS (
        INSERT INTO order_news (history_id, told_at) SELECT id, :now FROM fresh RETURNING 1
    ), logged AS (
        INSERT INTO event_log (type, version, key, body)
        SELECT CASE h.action WHEN 'submitted' THEN 'OrderSubmitted' WHEN 'first approval' THEN 'FirstApprovalGiven'
                WHEN 'approved' THEN 'OrderApproved' WHEN 'returned' THEN 'OrderReturned'
                WHEN 'reminded' THEN 'ApproversReminded' ELSE 'OrderDropped' END,
            1, concat('order:', h.round_id, ':', h.school_urn), jsonb_build_object(
                'round_id', h.round_id, 'round_number', r.number, 'round_title', r.title,
                'closes_at', to_char(r.closes_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                'school_urn', h.school_urn, 'school_name', s.name, 'reference', o.reference,
                'at', to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                'by_id', h.person_id, 'by', h.person, 'sent_by_id', sent.person_id,
                'reason', CASE WHEN h.action IN ('returned', 'dropped') THEN h.detail ELSE '' END)
        FROM fresh h
        JOIN round r USING (round_id)
        JOIN school_order o ON o.round_id = h.round_id AND o.school_urn = h.school_urn
        JOIN school s ON s.urn = h.school_urn
        LEFT JOIN LATERAL (
            SELECT p.person_id FROM order_history p
            WHERE p.round_id = h.round_id AND p.school_urn = h.school_urn AND p.id <= h.id AND p.action = 'submitted'
            ORDER BY p.id DESC LIMIT 1
        ) sent ON true
        WHERE h.action IN ('submitted', 'first approval', 'approved', 'returned', 'reminded', 'dropped')
        ORDER BY h.id
    )
    SELECT count(*) FROM told
""")
_SETTLE = text("""
    WITH settled AS (
        SELECT max(history_id) AS history_id FROM order_news WHERE told_at < :before
    ), moved AS (
        UPDATE order_news_cursor c SET history_id = settled.history_id FROM settled
        WHERE settled.history_id > c.history_id
    )
    DELETE FROM order_news n USING settled WHERE n.history_id <= settled.history_id
""")

# A round is claimed by the one that tells of it; what it ordered stands in its schools' drops.
_TELL_PLACED = text("""
    WITH closed AS (
        UPDATE round SET placing_told_at = :now
        WHERE round_id = (
            SELECT round_id FROM round WHERE closed_at IS NOT NULL AND placing_told_at IS NULL
            ORDER BY closed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING round_id, number, title, delivery_from, delivery_to
    ), logged AS (
        INSERT INTO event_log (type, version, key, body)
        SELECT 'OrderPlaced', 1, concat('order:', c.round_id, ':', o.school_urn), jsonb_build_object(
            'round_id', c.round_id, 'round_number', c.number, 'round_title', c.title,
            'delivery_from', c.delivery_from, 'delivery_to', c.delivery_to,
            'school_urn', o.school_urn, 'school_name', s.name, 'reference', o.reference,
            'purchase_orders', placed.orders)
        FROM closed c
        JOIN school_order o USING (round_id)
        JOIN school s ON s.urn = o.school_urn
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object(
                'purchase_order_id', p.purchase_order_id, 'number', p.number, 'supplier_name', coalesce(x.name, ''),
                'net_pence', (SELECT sum(l.net_pence) FROM drop_line l
                    WHERE l.purchase_order_id = d.purchase_order_id AND l.school_urn = d.school_urn)) ORDER BY p.number
            ) AS orders
            FROM school_drop d JOIN purchase_order p USING (purchase_order_id)
            LEFT JOIN supplier x ON x.supplier_id = p.supplier_id
            WHERE d.round_id = c.round_id AND d.school_urn = o.school_urn
        ) placed
        WHERE placed.orders IS NOT NULL
        ORDER BY o.school_urn
    )
    SELECT count(*) FROM closed
""")


def tell_placed_orders(connection: Connection, now: datetime) -> bool:
    """Append, for one closed round of which nobody was told, an event for each school with what was ordered for it.

    Whether there was such a round.
    """
    return bool(connection.execute(_TELL_PLACED, {"now": now}).scalar_one())


def tell_order_news(connection: Connection, now: datetime) -> int:
    """Append an event for each order that was sent, approved, returned, dropped or reminded of since the last call.

    How many entries of the history were looked at, at most MOST_AT_ONCE; 0 while another worker does this.
    """
    if not connection.execute(_LEAD).scalar_one():
        return 0
    seen = int(connection.execute(_TELL, {"most": MOST_AT_ONCE, "now": now}).scalar_one())
    connection.execute(_SETTLE, {"before": now - _SETTLED})
    return seen
