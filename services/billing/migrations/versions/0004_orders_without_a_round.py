"""Purchase orders for a period of a recurring service have no round; their bills stand on the order itself."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE purchase_order
        ALTER round_id DROP NOT NULL,
        ADD plan_id uuid,
        ADD title text,
        ADD CHECK ((round_id IS NULL) = (plan_id IS NOT NULL)),
        ADD CHECK (plan_id IS NULL OR title IS NOT NULL)
    """,
    """
    ALTER TABLE bill
        ALTER round_id DROP NOT NULL,
        ADD purchase_order_id uuid REFERENCES purchase_order,
        ADD title text NOT NULL DEFAULT '',
        ADD CHECK (num_nonnulls(round_id, purchase_order_id) = 1)
    """,
    "UPDATE bill SET title = round.title FROM round WHERE round.round_id = bill.round_id",
    "CREATE INDEX bill_by_order ON bill (purchase_order_id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
