"""Orders of schools that are no longer members: they drop out of the open rounds, and say why."""

from datetime import datetime

from sqlalchemy import Connection, text

from contracts.london import london_day
from services.orders.storage.closing_wishes import MEMBER

# A round that is being closed is left to its close, which drops the same orders.
_DROP = text(f"""
    WITH gone AS (
        SELECT o.round_id, o.school_urn,
            CASE WHEN s.left_on < :today THEN 'The school left the alliance on ' || to_char(s.left_on, 'FMDD Mon YYYY')
                ELSE 'The school is not a member of the alliance until ' || to_char(s.joined_on, 'FMDD Mon YYYY')
                END || '.' AS reason
        FROM school_order o JOIN round r USING (round_id) JOIN school s ON s.urn = o.school_urn
        WHERE r.state = 'open' AND o.state NOT IN ('dropped', 'declined') AND NOT ({MEMBER})
        FOR UPDATE OF r, o SKIP LOCKED
    ), dropped AS (
        UPDATE school_order o SET state = 'dropped', version = version + 1, updated_at = :now
        FROM gone WHERE o.round_id = gone.round_id AND o.school_urn = gone.school_urn
        RETURNING o.round_id, o.school_urn
    ), logged AS (
        INSERT INTO order_history (round_id, school_urn, at, action, detail)
        SELECT round_id, school_urn, :now, 'dropped', reason FROM gone JOIN dropped USING (round_id, school_urn)
    )
    SELECT count(*) FROM dropped
""")  # noqa: S608 -- a condition of another module


def drop_orders_of_leavers(connection: Connection, now: datetime) -> int:
    """Drop what schools that are not members today have in open rounds, approved or not; how many orders."""
    return int(connection.execute(_DROP, {"today": london_day(now), "now": now}).scalar_one())
