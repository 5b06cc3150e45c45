"""What a contract tolerates of an invoice, and how many days a school has to claim."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE contract
            ADD COLUMN tolerated_basis_points integer NOT NULL DEFAULT 0 CHECK (tolerated_basis_points >= 0),
            ADD COLUMN tolerated_units integer NOT NULL DEFAULT 0 CHECK (tolerated_units >= 0),
            ADD COLUMN tolerated_pence integer NOT NULL DEFAULT 0 CHECK (tolerated_pence >= 0),
            ADD COLUMN claim_days integer NOT NULL DEFAULT 5 CHECK (claim_days >= 0)
    """)
