"""What each school's part of an order line carries: its VAT class, and the rate on its day of supply.

Drops and bills from before carry the class of the line; its rate has been the same for as long as there are any.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE drop_line ADD vat_class text, ADD vat_rate numeric(5, 2)",
    """
    UPDATE drop_line d SET vat_class = l.vat_class, vat_rate = CASE l.vat_class WHEN 'S' THEN 20 ELSE 0 END
    FROM purchase_order_line l WHERE l.purchase_order_id = d.purchase_order_id AND l.line_no = d.line_no
    """,
    "ALTER TABLE drop_line ALTER vat_class SET NOT NULL, ALTER vat_rate SET NOT NULL",
    "ALTER TABLE bill_line ADD vat_rate numeric(5, 2)",
    "UPDATE bill_line SET vat_rate = CASE vat_class WHEN 'S' THEN 20 ELSE 0 END",
    "ALTER TABLE bill_line ALTER vat_rate SET NOT NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
