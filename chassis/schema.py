"""The chassis's own tables, installed by the first migration of each database.

What stands here is part of migrations that have run: change it only by adding a new function for a new revision.
"""

from chassis.event_schema import EVENT_TABLES
from chassis.rls import Operations

_TABLES = (
    """
    CREATE TABLE idempotency_key (
        owner text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        status integer,
        headers jsonb,
        body bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (owner, key)
    )
    """,
    "CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at)",
    """
    CREATE TABLE document_number (
        series text PRIMARY KEY,
        last bigint NOT NULL
    )
    """,
)


def install(op: Operations) -> None:
    """Create the event log, cursors, parked events, idempotency keys and document numbers."""
    for statement in (*EVENT_TABLES, *_TABLES):
        op.execute(statement)
