"""Which columns of a bank's CSV file say what, remembered for its header."""

from alembic import op

from chassis.rls import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE bank_layout (
            header text PRIMARY KEY,
            columns jsonb NOT NULL,
            kept_by text NOT NULL,
            kept_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    protect(op, "bank_layout")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
