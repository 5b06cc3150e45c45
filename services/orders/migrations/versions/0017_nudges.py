"""When each school was last asked for its answer by hand."""

from alembic import op

from chassis.rls import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_NUDGE = """
    CREATE TABLE school_nudge (
        round_id uuid NOT NULL REFERENCES round,
        school_urn integer NOT NULL,
        nudged_at timestamptz NOT NULL,
        PRIMARY KEY (round_id, school_urn)
    )
"""


def upgrade() -> None:
    op.execute(_NUDGE)
    protect(op, "school_nudge", school="school_urn", school_reach="none")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
