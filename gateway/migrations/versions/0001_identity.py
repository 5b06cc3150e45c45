"""People, passwords, sessions, attempts to sign in and kept forms."""

from alembic import op

from chassis.rls import protect
from chassis.schema import install

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE person (
        person_id uuid PRIMARY KEY,
        name text NOT NULL,
        email text NOT NULL,
        roles jsonb NOT NULL
    )
    """,
    "CREATE INDEX person_by_email ON person (email)",
    """
    CREATE TABLE credential (
        person_id uuid PRIMARY KEY,
        password_hash text NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE session (
        token_hash bytea PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        channel text NOT NULL CHECK (channel IN ('browser', 'program')),
        seat text,
        created_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX session_by_person ON session (person_id)",
    """
    CREATE TABLE sign_in_attempt (
        counter text PRIMARY KEY,
        attempts integer NOT NULL CHECK (attempts >= 0),
        started_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE pending_form (
        token_hash bytea PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        path text NOT NULL,
        fields jsonb NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
)


# Whoever holds a token may know its session, so a request's session is found in one statement before there is an
# actor to set.
_FIND_SESSION = """
    CREATE FUNCTION find_session(wanted bytea)
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
    END
    $$
"""


def upgrade() -> None:
    """Create the tables. A person's roles name schools and suppliers, so only the gateway itself reads any of them."""
    install(op)
    for statement in _TABLES:
        op.execute(statement)
    for table in ("person", "credential", "session", "sign_in_attempt", "pending_form"):
        protect(op, table, alliance="none")
    op.execute(_FIND_SESSION)
