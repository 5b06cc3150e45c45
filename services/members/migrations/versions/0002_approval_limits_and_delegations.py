"""Each school's own approval limits, and roles that are held in another approver's name."""

from alembic import op

from chassis.rls import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LIMITS = """
    CREATE TABLE approval_limits (
        school_urn integer PRIMARY KEY REFERENCES school,
        limits jsonb NOT NULL CHECK (jsonb_typeof(limits) = 'array'),
        second_above_pence bigint CHECK (second_above_pence >= 0),
        version integer NOT NULL CHECK (version > 0)
    )
"""
_DELEGATED = """
    ALTER TABLE person_role ADD COLUMN delegated_from uuid REFERENCES person,
        ADD CHECK (delegated_from IS NULL
            OR role = 'school_approver' AND ends_on IS NOT NULL AND delegated_from <> person_id)
"""


def upgrade() -> None:
    op.execute(_LIMITS)
    op.execute(_DELEGATED)
    protect(op, "approval_limits", school="school_urn", alliance="none")


def downgrade() -> None:
    op.execute("ALTER TABLE person_role DROP COLUMN delegated_from")
    op.execute("DROP TABLE approval_limits")
