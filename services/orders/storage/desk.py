"""What waits for the alliance in ordering, counted, and how far the open rounds are."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

# A claim waits for its supplier until it is answered, and is open until its line has all that was ordered.
_WAITING = text("""
    WITH claim AS (
        SELECT EXISTS (SELECT 1 FROM claim_answer a WHERE a.receipt_id = l.receipt_id AND a.line_no = l.line_no)
            AS answered
        FROM receipt_line l JOIN drop_line d ON d.purchase_order_id = l.purchase_order_id
            AND d.school_urn = l.school_urn AND d.line_no = l.line_no
        WHERE l.quantity_short + l.quantity_damaged + l.quantity_wrong > 0
            AND d.quantity > coalesce(d.quantity_received, 0)
    )
    SELECT 'changes_to_decide' AS name, count(*) AS count FROM purchase_order_answer WHERE state = 'waiting'
    UNION ALL
    SELECT 'changes_with_schools', count(*) FROM purchase_order_answer WHERE state = 'with_schools'
    UNION ALL
    SELECT 'orders_unanswered', count(*) FROM purchase_order p WHERE p.state = 'issued'
        AND NOT EXISTS (SELECT 1 FROM purchase_order_answer a
            WHERE a.purchase_order_id = p.purchase_order_id AND a.state IN ('waiting', 'with_schools'))
    UNION ALL
    SELECT 'claims_open', count(*) FROM claim
    UNION ALL
    SELECT 'claims_unanswered', count(*) FROM claim WHERE NOT answered
    UNION ALL
    SELECT 'services_requested', count(*) FROM subscription WHERE state = 'requested'
""")
# Members of today who have sent nothing yet; a draft is not an answer either.
_OPEN = text("""
    SELECT r.round_id::text, r.number, r.title, r.closes_at, count(s.urn) AS schools,
        count(*) FILTER (WHERE o.state = 'submitted') AS to_approve,
        count(*) FILTER (WHERE o.state IN ('draft', 'returned')) AS unfinished,
        count(*) FILTER (WHERE s.urn IS NOT NULL AND o.state IS NULL) AS silent,
        (array_agg(s.name ORDER BY s.name, s.urn)
            FILTER (WHERE s.urn IS NOT NULL AND o.state IS NULL))[1:CAST(:most AS integer)] AS silent_names
    FROM round r
    LEFT JOIN school s ON s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today)
    LEFT JOIN school_order o ON o.round_id = r.round_id AND o.school_urn = s.urn
    WHERE r.state = 'open' GROUP BY r.round_id ORDER BY r.closes_at, r.number
""")


def waiting(connection: Connection) -> Sequence[Row[Any]]:
    """(name, count) of each kind of thing that waits."""
    return connection.execute(_WAITING).all()


def open_rounds(connection: Connection, today: date, most: int) -> Sequence[Row[Any]]:
    """Open rounds, the next deadline first: members asked, orders to approve and unfinished, and who is silent.

    At most so many silent schools are named.
    """
    return connection.execute(_OPEN, {"today": today, "most": most}).all()
