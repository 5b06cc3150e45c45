"""A payment run keeps from whom its file says the money comes, so that every copy of the file is the same."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE payment_run ADD originator jsonb",
    """
    UPDATE payment_run r SET originator = to_jsonb(o) - ARRAY['bank_account_id', 'version']
    FROM payment_originator o WHERE o.bank_account_id = r.bank_account_id AND r.exported_at IS NOT NULL
    """,
    # The deferred checks of what was just changed: a table with some outstanding cannot be altered.
    "SET CONSTRAINTS ALL IMMEDIATE",
    """
    ALTER TABLE payment_run ADD CONSTRAINT payment_run_says_from_whom
        CHECK ((originator IS NULL) = (exported_at IS NULL)) NOT VALID
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
