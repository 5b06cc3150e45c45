"""Who has taken the last step with an order: whoever was typing meanwhile wants to know whose save to talk about."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE school_order ADD changed_by text")
