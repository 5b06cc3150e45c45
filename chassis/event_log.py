"""The event log: what happened in a service, appended in the very transaction that made it happen.

Whoever appends has locked the aggregate's row first, so that the order of a key's events is the order of commits.
The relay (`chassis.relay`) numbers committed rows afterwards; until then a row has no position and no reader.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

COLUMNS: Final = ("type", "version", "key", "body")
"""What `INSERT INTO event_log (type, version, key, body) SELECT …` gives; every other column has its default:
event_id, occurred_at, and from the transaction's settings traceparent and correlation_id."""

PAGE_EVENTS: Final = 500
PAGE_BYTES: Final = 512 * 1024

_APPEND = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT type, version, key, body
    FROM ROWS FROM (jsonb_to_recordset(CAST(:events AS jsonb))
        AS (type text, version smallint, key text, body jsonb)) WITH ORDINALITY
    ORDER BY ordinality
""")
_PAGE = text("""
    WITH page AS (
        SELECT position, json_build_object(
            'event_id', event_id, 'type', type, 'version', version, 'key', key,
            'occurred_at', to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'traceparent', traceparent, 'correlation_id', correlation_id, 'position', position, 'body', body
        )::text AS line
        FROM event_log WHERE position > :after ORDER BY position LIMIT :limit
    ), measured AS (
        SELECT position, line, sum(octet_length(line)) OVER (ORDER BY position) - octet_length(line) AS before
        FROM page
    )
    SELECT coalesce(max(position), :after) AS last,
        concat('{"head":', (SELECT numbered_position FROM relay_state), ',"events":[',
               string_agg(line, ',' ORDER BY position), ']}') AS text
    FROM measured WHERE before < :bytes
""")


class OutsideTransaction(RuntimeError):
    """An event was to be appended without the transaction of what it tells of."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be appended; `body` is what its schema in `contracts` describes."""

    type: str
    key: str
    body: Mapping[str, Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class EncodedPage:
    """Events after a position as one JSON text; `last` is the last one's position, or where the page began."""

    text: str
    last: int


def append(connection: Connection, type: str, *, key: str, body: Mapping[str, Any], version: int = 1) -> None:  # noqa: A002
    """Append one event; it becomes visible to others when the caller's transaction commits.

    Raises OutsideTransaction if none is open on the connection.
    """
    append_many(connection, (NewEvent(type, key, body, version),))


def append_many(connection: Connection, events: Iterable[NewEvent]) -> None:
    """Append events in the order given. Raises OutsideTransaction if no transaction is open."""
    if not connection.in_transaction():
        raise OutsideTransaction("An event can only be appended in the transaction of what it tells of.")
    rows = [{"type": event.type, "version": event.version, "key": event.key, "body": event.body} for event in events]
    if rows:
        connection.execute(_APPEND, {"events": json.dumps(rows)})


def page_after(connection: Connection, after: int, limit: int = PAGE_EVENTS) -> EncodedPage:
    """The numbered events that follow position `after`: at most `limit`, and about PAGE_BYTES at most."""
    row = connection.execute(_PAGE, {"after": after, "limit": limit, "bytes": PAGE_BYTES}).one()
    return EncodedPage(row.text, row.last)
