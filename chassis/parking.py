"""Parked events: what a handler could not take, and what waits behind it, until a person decides.

An event that keeps failing is parked, and so is every later event of its key; other keys go on. A person either
retries (the parked events of that key are applied in order) or discards one, and says why.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, text

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event import Event, read_event
from chassis.event_metrics import PARKED
from chassis.handlers import HandlerFailed, Handlers, handle

_PARK = text("""
    INSERT INTO parked_event (producer, position, key, type, event, error)
    SELECT producer, position, key, type, event, error FROM jsonb_to_recordset(CAST(:parked AS jsonb))
        AS (producer text, position bigint, key text, type text, event jsonb, error text)
""")
_WAITING_KEYS = text("""
    SELECT DISTINCT key FROM parked_event
    WHERE producer = :producer AND resolution IS NULL AND key = ANY(:keys)
""")
_WAITING = text("""
    SELECT id, producer, position, key, type, error, parked_at FROM parked_event
    WHERE resolution IS NULL ORDER BY producer, position
""")
_ONE = text("SELECT producer, key FROM parked_event WHERE id = :id AND resolution IS NULL")
_LOCK_CURSOR = text("SELECT FROM consumer_cursor WHERE producer = :producer FOR UPDATE")
_OF_KEY = text("""
    SELECT id, producer, event FROM parked_event
    WHERE producer = :producer AND key = :key AND resolution IS NULL ORDER BY position FOR UPDATE
""")
_RESOLVE = text("""
    UPDATE parked_event SET resolution = :resolution, resolved_at = clock_timestamp(),
        resolved_by = :who, reason = :reason
    WHERE id = :id AND resolution IS NULL
""")
_STILL_FAILS = text("UPDATE parked_event SET error = :error WHERE id = :id")


class NotParked(LookupError):
    """No event of that number is parked here, or somebody has dealt with it."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked event; `error` is what the handler last said, or which event it waits behind."""

    id: int
    producer: str
    position: int
    key: str
    type: str
    error: str
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class Retried:
    """What a retry did: how many events it applied, and why it stopped, if it did."""

    applied: int
    error: str | None


def waiting(database: Database) -> list[Parked]:
    """The events that are parked now, by producer and position."""
    with database.transaction(SERVICE) as connection:
        return [Parked(*row) for row in connection.execute(_WAITING)]


def retry(database: Database, handlers: Handlers, parked_id: int, *, who: str, reason: str) -> Retried:
    """Apply, in order, all parked events of the key that `parked_id` belongs to; stop at the first that still fails.

    Those applied are kept as a record with `who`, `reason` and the time. Raises NotParked, and ValueError if who or
    reason is blank.
    """
    _require_words(who, reason)
    with database.transaction(SERVICE) as connection:
        producer, key = _find(connection, parked_id)
        applied = 0
        for row in connection.execute(_OF_KEY, {"producer": producer, "key": key}).all():
            if error := _try_again(connection, handlers, row):
                connection.execute(_STILL_FAILS, {"id": row.id, "error": error})
                return Retried(applied, error)
            _resolve(connection, row.id, "applied", who, reason)
            applied += 1
        return Retried(applied, None)


def discard(database: Database, parked_id: int, *, who: str, reason: str) -> None:
    """Drop one parked event for good, on record. Later ones of its key stay parked until they are retried.

    Raises NotParked, and ValueError if who or reason is blank.
    """
    _require_words(who, reason)
    with database.transaction(SERVICE) as connection:
        _find(connection, parked_id)
        _resolve(connection, parked_id, "discarded", who, reason)


def waiting_keys(connection: Connection, producer: str, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that have a parked event of `producer`."""
    found = connection.execute(_WAITING_KEYS, {"producer": producer, "keys": list(set(keys))})
    return set(found.scalars())


def park(connection: Connection, events: Sequence[Event], error: str) -> None:
    """Park events of one producer, all for the same reason."""
    rows = [
        {
            "producer": event.producer,
            "position": event.position,
            "key": event.key,
            "type": event.type,
            "event": json.loads(event.as_json()),
            "error": error,
        }
        for event in events
    ]
    connection.execute(_PARK, {"parked": json.dumps(rows)})
    PARKED.labels(events[0].producer).inc(len(rows))


def _find(connection: Connection, parked_id: int) -> tuple[str, str]:
    """The producer and key of a parked event, with the cursor locked so that the consumer waits."""
    row = connection.execute(_ONE, {"id": parked_id}).one_or_none()
    if row is None:
        raise NotParked(f"No event {parked_id} is parked here.")
    connection.execute(_LOCK_CURSOR, {"producer": row.producer})
    if connection.execute(_ONE, {"id": parked_id}).one_or_none() is None:
        raise NotParked(f"Somebody has just dealt with event {parked_id}.")
    return row.producer, row.key


def _try_again(connection: Connection, handlers: Handlers, row: Row[tuple[int, str, dict[str, object]]]) -> str | None:
    event = read_event(row.event, row.producer)
    try:
        handle(connection, handlers, [event])
    except HandlerFailed as failure:
        return str(failure)
    return None


def _resolve(connection: Connection, parked_id: int, resolution: str, who: str, reason: str) -> None:
    connection.execute(_RESOLVE, {"id": parked_id, "resolution": resolution, "who": who, "reason": reason})


def _require_words(who: str, reason: str) -> None:
    if not who.strip() or not reason.strip():
        raise ValueError("Say who decides, and why.")
