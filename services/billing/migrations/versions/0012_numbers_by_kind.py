"""A supplier may number its credit notes in a series of their own: a number is used once for each kind of document."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE supplier_invoice
            DROP CONSTRAINT supplier_invoice_once,
            ADD CONSTRAINT supplier_invoice_once UNIQUE (supplier_id, kind, folded_number)
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
