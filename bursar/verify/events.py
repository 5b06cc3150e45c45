"""The event log of every database, and what waits in it."""

from bursar.verify.check import Check

CHECKS = (
    Check(
        "log_has_no_gaps",
        "Positions in the event log run from 1 to the last that the relay gave, without a gap.",
        """
        WITH steps AS (
            SELECT position, lag(position, 1, 0::bigint) OVER (ORDER BY position) AS before
            FROM event_log WHERE position IS NOT NULL
        )
        SELECT format('position %s follows position %s', position, before) FROM steps WHERE position <> before + 1
        UNION ALL
        SELECT format('the relay stands at %s, the last position is %s', relay.position, log.position)
        FROM (SELECT coalesce(max(numbered_position), 0) AS position FROM relay_state) relay,
            (SELECT coalesce(max(position), 0) AS position FROM event_log) log
        WHERE relay.position <> log.position
        """,
    ),
    Check(
        "log_is_numbered",
        "The relay has numbered every event that was logged when the check began.",
        """
        SELECT format('%s of %s events are numbered', numbered, CAST(:head AS bigint))
        FROM (SELECT coalesce(max(numbered_position), 0) AS numbered FROM relay_state) relay WHERE numbered < :head
        """,
    ),
    Check(
        "nothing_is_parked",
        "No event waits for a decision.",
        """
        SELECT format('%s %s from %s at position %s: %s', type, key, producer, position, error)
        FROM parked_event WHERE resolution IS NULL
        """,
    ),
)
