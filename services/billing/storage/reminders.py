"""Which unpaid bills schools are reminded of, each reminder once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, text

# The latest reminder of each bill counts: what fell due while nothing ran is overtaken by it. A bill that waits for an
# answer to a dispute is left in peace.
_REMIND = text("""
    WITH due AS (
        SELECT bill_id, bill.school_urn, number, title, payment_reference, due_date, purpose, gross_pence,
            gross_pence - paid_pence - credited_pence AS open_pence, coalesce(school.name, '') AS school_name,
            (SELECT max(after) FROM unnest(CAST(:after AS integer[])) AS after WHERE due_date + after <= :day) AS after
        FROM bill LEFT JOIN school ON school.urn = bill.school_urn
        WHERE paid_pence + credited_pence < gross_pence AND due_date <= :day
            AND NOT EXISTS (SELECT FROM bill_dispute x WHERE x.bill_id = bill.bill_id AND x.state = 'open')
    ), claimed AS (
        INSERT INTO bill_reminder (bill_id, days_overdue, school_urn, reminded_at)
        SELECT bill_id, after, school_urn, :now FROM due
        ON CONFLICT (bill_id, days_overdue) DO NOTHING RETURNING bill_id, days_overdue
    ), told AS (
        INSERT INTO event_log (type, version, key, body)
        SELECT 'BillReminderDue', 2, 'bill:' || bill_id, jsonb_build_object('bill_id', bill_id, 'number', number,
            'title', title, 'school_urn', school_urn, 'school_name', school_name, 'due_date', due_date,
            'payment_reference', payment_reference, 'gross_pence', gross_pence, 'open_pence', open_pence,
            'reminder', days_overdue, 'purpose', purpose)
        FROM claimed JOIN due USING (bill_id) ORDER BY number
    )
    SELECT CAST(bill_id AS text) FROM claimed
""")


def remind(connection: Connection, after: Sequence[int], day: date, now: datetime) -> list[str]:
    """Publish BillReminderDue for each bill whose reminder, so many days `after` it was due, has come; their ids."""
    found = connection.execute(_REMIND, {"after": list(after), "day": day, "now": now})
    return sorted(found.scalars())
