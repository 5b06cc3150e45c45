"""What orders' timers tell by the clock, and of what happened to orders: all of it, and once."""

from bursar.verify.check import Check

_NEWS = """
    CASE h.action WHEN 'submitted' THEN 'OrderSubmitted' WHEN 'first approval' THEN 'FirstApprovalGiven'
        WHEN 'approved' THEN 'OrderApproved' WHEN 'returned' THEN 'OrderReturned'
        WHEN 'reminded' THEN 'ApproversReminded' WHEN 'dropped' THEN 'OrderDropped' END
"""

CHECKS = (
    Check(
        "reminders_are_given_once",
        "No reminder of a deadline, no chase of an answer or a receipt, and no news of a placed order was given twice.",
        """
        WITH given AS (
            SELECT type, key, body ->> 'due_at' AS due_at, NULL AS urn FROM event_log
            WHERE type IN ('RoundReminderDue', 'AnswerOverdue')
            UNION ALL
            SELECT type, key, NULL, NULL FROM event_log WHERE type = 'OrderPlaced'
            UNION ALL
            SELECT type, key, body ->> 'due_at', urn
            FROM event_log, jsonb_array_elements_text(body -> 'school_urns') AS urn
            WHERE type = 'ReceiptsOverdue'
        )
        SELECT format('%s %s%s%s: %s times', type, key, ' of ' || due_at, ', school ' || urn, count(*)) FROM given
        GROUP BY type, key, due_at, urn HAVING count(*) > 1
        """,
    ),
    Check(
        "order_news_is_told",
        "What happened to an order more than five minutes ago has been told.",
        f"""
        SELECT format('round %s, school %s: %s at %s', r.number, h.school_urn, h.action, h.at)
        FROM order_history h JOIN round r USING (round_id)
        WHERE {_NEWS} IS NOT NULL AND h.at < now() - interval '5 minutes'
            AND h.id > (SELECT history_id FROM order_news_cursor)
            AND NOT EXISTS (SELECT 1 FROM order_news n WHERE n.history_id = h.id)
        """,  # noqa: S608 -- a mapping of this module
    ),
    Check(
        "order_news_is_told_once",
        "Nothing that happened to an order was told more often than it happened.",
        f"""
        WITH told AS (
            SELECT key, type, count(*) AS times FROM event_log
            WHERE type IN ('OrderSubmitted', 'FirstApprovalGiven', 'OrderApproved', 'OrderReturned',
                'ApproversReminded', 'OrderDropped')
            GROUP BY 1, 2
        ), happened AS (
            SELECT concat('order:', h.round_id, ':', h.school_urn) AS key, {_NEWS} AS type, count(*) AS times
            FROM order_history h WHERE {_NEWS} IS NOT NULL GROUP BY 1, 2
        )
        SELECT format('%s of %s: told %s times, happened %s times', type, key, told.times, coalesce(happened.times, 0))
        FROM told LEFT JOIN happened USING (key, type) WHERE told.times > coalesce(happened.times, 0)
        """,  # noqa: S608 -- a mapping of this module
    ),
)
