"""Counting what is open at the end of a month."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, text

_OPEN = text("""
    WITH held AS (
        SELECT m.state, m.disputed OR m.credit_requested AS in_dispute,
            CASE m.state WHEN 'billable' THEN m.billable_net_pence + m.billable_vat_pence
                ELSE m.net_pence + m.vat_pence END AS pence,
            m.reasons <@ ARRAY['awaiting_receipts', 'not_received'] AS awaiting
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE m.state IN ('held', 'billable') AND i.settlement = 'recharge' AND i.rejected_why IS NULL
            AND i.issue_date <= :day
    )
    SELECT 'bank_lines_unmatched' AS name, count(*) AS count, coalesce(sum(abs(amount_pence)), 0) AS pence
    FROM bank_line WHERE state = 'new' AND booked_on <= :day
    UNION ALL SELECT 'lines_to_decide', count(*), coalesce(sum(pence), 0) FROM held
    WHERE state = 'held' AND NOT in_dispute AND NOT awaiting
    UNION ALL SELECT 'lines_disputed', count(*), coalesce(sum(pence), 0) FROM held WHERE state = 'held' AND in_dispute
    UNION ALL SELECT 'lines_awaiting_receipts', count(*), coalesce(sum(pence), 0) FROM held
    WHERE state = 'held' AND NOT in_dispute AND awaiting
    UNION ALL SELECT 'lines_not_billed', count(*), coalesce(sum(pence), 0) FROM held WHERE state = 'billable'
    UNION ALL SELECT 'credits_not_returned', count(*), coalesce(sum(due_net_pence + due_vat_pence), 0)
    FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
    WHERE m.bill_id IS NOT NULL AND due_net_pence + due_vat_pence > 0 AND i.settlement = 'recharge' AND EXISTS (
        SELECT FROM credit_share share JOIN supplier_invoice note USING (supplier_invoice_id)
        WHERE share.of_invoice_id = m.supplier_invoice_id AND share.of_line_no = m.line_no
            AND share.school_urn = m.school_urn AND note.issue_date <= :day)
    UNION ALL SELECT 'events_parked', count(*), 0 FROM parked_event WHERE resolution IS NULL
    UNION ALL SELECT 'statements_unreconciled', count(*), 0 FROM bank_statement
    WHERE reconciled_at IS NULL AND to_on <= :day
    UNION ALL SELECT 'payments_under_way', count(*), coalesce(sum(total_pence), 0) FROM payment_run
    WHERE state IN ('proposed', 'approved', 'exported') AND pay_on <= :day
    UNION ALL SELECT 'statements_missing', count(*), 0
    FROM (SELECT account FROM bank_statement GROUP BY account HAVING max(to_on) < :day) silent
""")


def open_points(connection: Connection, day: date) -> Mapping[str, tuple[int, int]]:
    """By name of the point, how many things are open at the end of `day`, and their pence."""
    return {name: (count, int(pence)) for name, count, pence in connection.execute(_OPEN, {"day": day})}
