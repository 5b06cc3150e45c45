"""A line of an unpaid bill is taken off it whole, by a credit note that says why; its match can be billed again."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE bill_line ADD taken_off boolean NOT NULL DEFAULT false",
    "DROP INDEX bill_line_once",
    """
    CREATE UNIQUE INDEX bill_line_once ON bill_line (supplier_invoice_id, supplier_invoice_line_no, school_urn)
        WHERE NOT taken_off
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
