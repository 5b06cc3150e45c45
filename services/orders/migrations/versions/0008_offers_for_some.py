"""An offer's minimum quantity, alone price and eligibility, also as a round fixes them when it opens."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("offer", "round_offer"):
        op.execute(f"""
            ALTER TABLE {table}
                ADD COLUMN minimum_quantity integer NOT NULL DEFAULT 1 CHECK (minimum_quantity >= 1),
                ADD COLUMN alone_price numeric(12, 4) CHECK (alone_price > 0),
                ADD COLUMN eligible_types text[] NOT NULL DEFAULT '{{}}',
                ADD COLUMN eligible_classes text[] NOT NULL DEFAULT '{{}}',
                ADD COLUMN eligible_urns integer[] NOT NULL DEFAULT '{{}}'
        """)
