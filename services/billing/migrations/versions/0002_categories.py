"""Order lines keep their category, by which bills are told. Lines from before have none."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE purchase_order_line ADD category_code text NOT NULL DEFAULT ''")


def downgrade() -> None:
    op.execute("ALTER TABLE purchase_order_line DROP category_code")
