"""News is settled by when it was told, not by when it says that it happened."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE order_news ADD told_at timestamptz NOT NULL DEFAULT now()")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
