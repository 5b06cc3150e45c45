"""A month changes once its lock is held, not when its transaction began: postings that it waited for came before."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE period_change ALTER changed_at SET DEFAULT clock_timestamp()")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
