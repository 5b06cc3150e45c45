"""Counters of sign-in attempts, one row for each account and address, in fixed windows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from gateway.storage.tables import sign_in_attempt


@dataclass(frozen=True, slots=True)
class Count:
    """Attempts within the window that began at `started_at`, this one included."""

    counter: str
    attempts: int
    started_at: datetime


# Counters are locked in one order, so that two sign-ins cannot deadlock.
_COUNT = text(
    """
    INSERT INTO sign_in_attempt AS known (counter, attempts, started_at)
    SELECT counter, 1, :now FROM unnest(:counters) AS counter ORDER BY counter
    ON CONFLICT (counter) DO UPDATE
    SET attempts = CASE WHEN known.started_at <= :window_start THEN 1 ELSE known.attempts + 1 END,
        started_at = CASE WHEN known.started_at <= :window_start THEN excluded.started_at ELSE known.started_at END
    RETURNING counter, attempts, started_at
    """
).bindparams(bindparam("counters", type_=ARRAY(TEXT)))

_FORGIVE = text("UPDATE sign_in_attempt SET attempts = attempts - 1 WHERE counter = :counter AND attempts > 0")


def count_attempt(connection: Connection, counters: list[str], *, now: datetime, window_start: datetime) -> list[Count]:
    """Count one attempt on each counter, beginning anew where the window began at or before `window_start`."""
    rows = connection.execute(_COUNT, {"counters": counters, "now": now, "window_start": window_start})
    return [Count(*row) for row in rows]


def clear_counter(connection: Connection, counter: str) -> None:
    """Forget an account's failures after it signed in."""
    connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.counter == counter))


def uncount_attempt(connection: Connection, counter: str) -> None:
    """Take back one attempt that did not fail."""
    connection.execute(_FORGIVE, {"counter": counter})


def delete_counters_before(connection: Connection, moment: datetime) -> int:
    """Remove counters whose window began before the moment; the number removed."""
    return connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.started_at < moment)).rowcount
