"""The first of two approvals of a subscription, where a school wants two above an amount."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE subscription
            ADD first_approved_by_id text,
            ADD first_approved_by text,
            ADD first_approved_for_id text,
            ADD first_approved_at timestamptz,
            ADD CHECK (num_nulls(first_approved_by_id, first_approved_by, first_approved_for_id, first_approved_at)
                IN (0, 4)),
            ADD CHECK (requested_by_id NOT IN (first_approved_by_id, first_approved_for_id)),
            ADD CHECK (approved_by_id NOT IN (first_approved_by_id, first_approved_for_id))
    """)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
