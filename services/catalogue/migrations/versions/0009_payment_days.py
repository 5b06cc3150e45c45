"""How long after its issue a school pays a bill under a contract: 30 days, where nobody says otherwise."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE contract
            ADD payment_days integer NOT NULL DEFAULT 30 CHECK (payment_days BETWEEN 0 AND 365)
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
