"""Invitations and password resets: links by e-mail that work once, and only for a while."""

from alembic import op

from chassis.rls import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INVITATION = """
    CREATE TABLE invitation (
        invitation_id uuid PRIMARY KEY,
        token_hash bytea NOT NULL UNIQUE,
        person_id uuid NOT NULL,
        purpose text NOT NULL CHECK (purpose IN ('invitation', 'reset')),
        name text NOT NULL,
        email text NOT NULL,
        organisation text NOT NULL,
        invited_by_id uuid,
        invited_by text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
        used_at timestamptz,
        revoked_at timestamptz,
        CHECK (num_nonnulls(used_at, revoked_at) <= 1)
    )
"""


def upgrade() -> None:
    """The person may be one whom the members service is about to tell of, so no foreign key names them."""
    op.execute(_INVITATION)
    op.execute("CREATE INDEX invitation_by_person ON invitation (person_id, created_at DESC)")
    protect(op, "invitation", alliance="none")
