"""The tables behind events: the producer's log and the consumer's cursors and parked events.

What stands here is part of migrations that have run: a change is a new function for a new revision.
"""

EVENT_TABLES: tuple[str, ...] = (
    """
    CREATE TABLE event_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL DEFAULT gen_random_uuid(),
        type text NOT NULL CHECK (type <> ''),
        version smallint NOT NULL DEFAULT 1 CHECK (version > 0),
        key text NOT NULL CHECK (key <> ''),
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        traceparent text DEFAULT nullif(current_setting('bursar.traceparent', true), ''),
        correlation_id text DEFAULT nullif(current_setting('bursar.correlation_id', true), ''),
        body jsonb NOT NULL,
        position bigint CHECK (position > 0)
    )
    """,
    "CREATE UNIQUE INDEX event_log_by_position ON event_log (position)",
    "CREATE INDEX event_log_unnumbered ON event_log (id) WHERE position IS NULL",
    """
    CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NOTIFY event_log;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER event_log_wakes_relay AFTER INSERT ON event_log
    FOR EACH STATEMENT EXECUTE FUNCTION wake_relay()
    """,
    """
    CREATE TABLE relay_state (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        numbered_position bigint NOT NULL DEFAULT 0,
        published_position bigint NOT NULL DEFAULT 0 CHECK (published_position <= numbered_position)
    )
    """,
    "INSERT INTO relay_state DEFAULT VALUES",
    """
    CREATE TABLE consumer_cursor (
        producer text PRIMARY KEY,
        position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
        moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    """
    CREATE TABLE parked_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        producer text NOT NULL,
        position bigint NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        event jsonb NOT NULL,
        error text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        resolution text CHECK (resolution IN ('applied', 'discarded')),
        resolved_at timestamptz,
        resolved_by text CHECK (resolved_by <> ''),
        reason text CHECK (reason <> ''),
        UNIQUE (producer, position),
        CHECK (num_nonnulls(resolution, resolved_at, resolved_by, reason) IN (0, 4))
    )
    """,
    """
    CREATE INDEX parked_event_waiting ON parked_event (producer, key, position) WHERE resolution IS NULL
    """,
)
