"""Of the alliance's accounts, and of the fund's, one is where schools pay, and bills name it."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE bank_account ADD paid_into boolean NOT NULL DEFAULT false
        CHECK (NOT paid_into OR (sort_code IS NOT NULL AND account_number IS NOT NULL))
    """,
    """
    UPDATE bank_account SET paid_into = true WHERE bank_account_id IN (
        SELECT DISTINCT ON (purpose) bank_account_id FROM bank_account
        WHERE sort_code IS NOT NULL AND account_number IS NOT NULL ORDER BY purpose, name)
    """,
    "CREATE UNIQUE INDEX bank_account_paid_into ON bank_account (purpose) WHERE paid_into",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
