"""Direct bills that were told of afterwards, and that nobody has heard of yet, came when their invoices did.

What came more than a week ago is mailed to nobody.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE event_log e SET occurred_at = i.registered_at
        FROM supplier_invoice i
        WHERE e.type = 'DirectBillRecorded' AND e.position IS NULL
            AND i.supplier_invoice_id = CAST(e.body ->> 'bill_id' AS uuid) AND i.registered_at < e.occurred_at
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
