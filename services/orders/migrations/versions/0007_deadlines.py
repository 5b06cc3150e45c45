"""Rounds that open by themselves, and what has been reminded of and chased when.

Everything here is found and marked by the worker; nobody who fills in an order pays for it.
"""

from alembic import op

from chassis.rls import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # A draft may say when it is to open; every other round has opened at some time.
    """
    DO $$
    DECLARE
        rule text := (
            SELECT conname FROM pg_constraint
            WHERE conrelid = 'round'::regclass AND pg_get_constraintdef(oid) LIKE '%opens_at IS NULL%'
        );
    BEGIN
        EXECUTE format('ALTER TABLE round DROP CONSTRAINT %I', rule);
    END
    $$
    """,
    """
    ALTER TABLE round
        ADD reminded_at timestamptz,
        ADD CHECK (state = 'draft' OR opens_at IS NOT NULL)
    """,
    "CREATE INDEX round_opening ON round (opens_at) WHERE state = 'draft' AND opens_at IS NOT NULL",
    "ALTER TABLE purchase_order ADD chased_at timestamptz",
    "CREATE INDEX purchase_order_unanswered ON purchase_order (issued_at) WHERE state = 'issued'",
    "ALTER TABLE school_drop ADD chased_at timestamptz",
    # What the worker has told of each order's history: all up to `history_id` of the cursor, and above it these.
    """
    CREATE TABLE order_news_cursor (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        history_id bigint NOT NULL
    )
    """,
    "INSERT INTO order_news_cursor (history_id) SELECT coalesce(max(id), 0) FROM order_history",
    "CREATE TABLE order_news (history_id bigint PRIMARY KEY)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("order_news_cursor", "order_news"):
        protect(op, table, alliance="none")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
