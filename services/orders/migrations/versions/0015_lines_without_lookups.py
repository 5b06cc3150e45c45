"""The lines of an order without foreign keys: they looked each line up twice, which took longer than writing it.

One statement saves an order and writes its lines from the order's own row; the use case has checked the offers before;
neither orders nor a round's offers are ever deleted; and `bursar verify` looks for lines without either.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_DROP = (
    "ALTER TABLE order_line DROP CONSTRAINT order_line_round_id_school_urn_fkey,"
    " DROP CONSTRAINT order_line_round_id_offer_id_fkey"
)


def upgrade() -> None:
    op.execute(_DROP)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
