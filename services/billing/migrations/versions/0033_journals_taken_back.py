"""A journal by hand is taken back by another one, which a second person approves as well; one at a time does so."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE manual_journal ADD takes_back_id uuid REFERENCES manual_journal",
    """
    CREATE UNIQUE INDEX manual_journal_taken_back_once ON manual_journal (takes_back_id)
        WHERE takes_back_id IS NOT NULL AND state IN ('proposed', 'posted')
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
