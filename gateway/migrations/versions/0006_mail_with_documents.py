"""Mail may carry documents: which order's, fetched when it is sent."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE mail ADD encloses jsonb")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: mail that was sent cannot be called back.")
