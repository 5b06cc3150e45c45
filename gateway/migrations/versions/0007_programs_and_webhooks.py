"""Suppliers' own programs: their credentials, and the addresses that are called when something happens."""

from alembic import op

from chassis.rls import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE program (
        program_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL,
        name text NOT NULL CHECK (name <> ''),
        secret_hash bytea NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz,
        ended_by text,
        ended_at timestamptz,
        CHECK (num_nonnulls(ended_by, ended_at) IN (0, 2))
    )
    """,
    "CREATE INDEX program_by_supplier ON program (supplier_id)",
    """
    ALTER TABLE session
        ALTER person_id DROP NOT NULL,
        ADD program_id uuid REFERENCES program,
        DROP CONSTRAINT session_channel_check,
        ADD CONSTRAINT session_channel_check CHECK (channel IN ('browser', 'program', 'client')),
        ADD CHECK (num_nonnulls(person_id, program_id) = 1),
        ADD CHECK ((channel = 'client') = (program_id IS NOT NULL))
    """,
    "CREATE INDEX session_by_program ON session (program_id) WHERE program_id IS NOT NULL",
    # A supplier's program acts as somebody of that supplier, until it is ended; people are looked for first.
    """
    CREATE OR REPLACE FUNCTION find_session(wanted bytea)
    RETURNS TABLE (
        person_id uuid, channel text, seat text, last_seen_at timestamptz, expires_at timestamptz,
        name text, email text, roles jsonb
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        RETURN QUERY
        SELECT s.person_id, s.channel, s.seat, s.last_seen_at, s.expires_at, p.name, p.email, p.roles
        FROM session s JOIN person p ON p.person_id = s.person_id
        WHERE s.token_hash = wanted;
        IF NOT FOUND THEN
            RETURN QUERY
            SELECT p.program_id, s.channel, s.seat, s.last_seen_at, s.expires_at, p.name, '',
                jsonb_build_array(jsonb_build_object('role', 'supplier_user', 'organisation', coalesce(u.name, ''),
                    'starts_on', '2000-01-01', 'ends_on', NULL, 'school_urn', NULL, 'supplier_id', p.supplier_id))
            FROM session s JOIN program p ON p.program_id = s.program_id
            LEFT JOIN supplier u ON u.supplier_id = p.supplier_id
            WHERE s.token_hash = wanted AND p.ended_at IS NULL;
        END IF;
    END
    $$
    """,
    # The secret signs what is sent, so it is kept as it is; only the gateway itself reads it.
    """
    CREATE TABLE webhook (
        webhook_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL,
        url text NOT NULL,
        events text[] NOT NULL CHECK (cardinality(events) > 0),
        secret bytea NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        ended_by text,
        ended_at timestamptz,
        CHECK (num_nonnulls(ended_by, ended_at) IN (0, 2))
    )
    """,
    "CREATE INDEX webhook_by_supplier ON webhook (supplier_id)",
    """
    CREATE TABLE webhook_delivery (
        delivery_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        webhook_id uuid NOT NULL REFERENCES webhook,
        event_id text NOT NULL,
        type text NOT NULL,
        happened_at timestamptz NOT NULL,
        data jsonb NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL,
        answer text NOT NULL DEFAULT '',
        done_at timestamptz,
        UNIQUE (webhook_id, event_id),
        CHECK ((state = 'waiting') = (done_at IS NULL))
    )
    """,
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (next_try_at) WHERE state = 'waiting'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("program", "webhook", "webhook_delivery"):
        protect(op, table, alliance="none")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: what was told to suppliers' systems cannot be untold.")
