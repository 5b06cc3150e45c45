"""Mail that waits to be sent, and how each person wants to get it."""

from alembic import op

from chassis.rls import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    # `queued`: to be sent from due_at on. `gathered`: waits for its person's digest, then `digested` into that mail.
    """
    CREATE TABLE mail (
        mail_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id uuid NOT NULL DEFAULT gen_random_uuid(),
        key text NOT NULL UNIQUE CHECK (key <> ''),
        kind text NOT NULL,
        to_person_id uuid,
        to_address text,
        subject text NOT NULL,
        text text NOT NULL,
        link text CHECK (starts_with(link, '/')),
        state text NOT NULL CHECK (
            state IN ('queued', 'gathered', 'digested', 'off', 'sent', 'expired', 'failed', 'discarded')),
        queued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        tries smallint NOT NULL DEFAULT 0,
        error text,
        sent_at timestamptz,
        digest_id bigint REFERENCES mail,
        CHECK (num_nonnulls(to_person_id, to_address) = 1),
        CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
        CHECK ((state = 'digested') = (digest_id IS NOT NULL)),
        CHECK (state <> 'gathered' OR to_person_id IS NOT NULL)
    )
    """,
    "CREATE INDEX mail_due ON mail (due_at) WHERE state = 'queued'",
    "CREATE INDEX mail_gathered ON mail (to_person_id) WHERE state = 'gathered'",
    "CREATE INDEX mail_by_digest ON mail (digest_id) WHERE digest_id IS NOT NULL",
    """
    CREATE TABLE mail_choice (
        person_id uuid NOT NULL,
        kind text NOT NULL,
        delivery text NOT NULL CHECK (delivery IN ('at_once', 'digest', 'off')),
        PRIMARY KEY (person_id, kind)
    )
    """,
)


def upgrade() -> None:
    """Create the tables, which only the gateway itself reads."""
    for statement in _TABLES:
        op.execute(statement)
    for table in ("mail", "mail_choice"):
        protect(op, table, alliance="none")
