"""A bank statement that was read in by mistake is taken back; who did it and why stays."""

from alembic import op

from chassis.rls import protect

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TAKEN_BACK = """
    CREATE TABLE bank_statement_taken_back (
        bank_statement_id uuid PRIMARY KEY,
        account text NOT NULL,
        sha256 bytea NOT NULL,
        from_on date,
        to_on date,
        lines integer NOT NULL,
        imported_by text NOT NULL,
        imported_at timestamptz NOT NULL,
        taken_back_by text NOT NULL,
        taken_back_at timestamptz NOT NULL DEFAULT now(),
        why text NOT NULL CHECK (why <> '')
    )
"""


def upgrade() -> None:
    op.execute(_TAKEN_BACK)
    protect(op, "bank_statement_taken_back")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
