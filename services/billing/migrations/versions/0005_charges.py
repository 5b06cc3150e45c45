"""Lines of a purchase order that are charges: shared by the schools, and received by nobody."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE purchase_order_line
            ADD kind text NOT NULL DEFAULT 'goods' CHECK (kind IN ('goods', 'charge', 'service'))
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
