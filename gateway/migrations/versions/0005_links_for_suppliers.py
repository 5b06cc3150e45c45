"""Links that work without an account, those who opened one, and the addresses to which suppliers' orders go."""

from alembic import op

from chassis.rls import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE supplier (
        supplier_id uuid PRIMARY KEY,
        name text NOT NULL,
        email text NOT NULL
    )
    """,
    """
    CREATE TABLE access_link (
        link_id uuid PRIMARY KEY,
        token_hash bytea NOT NULL UNIQUE,
        purpose text NOT NULL CHECK (purpose IN ('purchase_order', 'bank_details')),
        subject_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        supplier_name text NOT NULL,
        label text NOT NULL,
        address text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
        used_at timestamptz,
        used_by text,
        used_from text,
        revoked_at timestamptz,
        revoked_by text,
        CHECK (num_nonnulls(used_at, used_by, used_from) IN (0, 3)),
        CHECK (num_nonnulls(revoked_at, revoked_by) IN (0, 2)),
        CHECK (num_nonnulls(used_at, revoked_at) <= 1)
    )
    """,
    "CREATE INDEX access_link_by_subject ON access_link (purpose, subject_id, created_at DESC)",
    """
    CREATE TABLE link_session (
        token_hash bytea PRIMARY KEY,
        link_id uuid NOT NULL REFERENCES access_link,
        name text NOT NULL,
        last_seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX link_session_by_link ON link_session (link_id)",
)


def upgrade() -> None:
    """Create the tables, which only the gateway itself reads."""
    for statement in _TABLES:
        op.execute(statement)
    for table in ("supplier", "access_link", "link_session"):
        protect(op, table, alliance="none")
