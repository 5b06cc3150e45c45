"""Schools are told what became of their orders, once for each round; of rounds closed before this nobody is told."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE round ADD placing_told_at timestamptz",
    "UPDATE round SET placing_told_at = now() WHERE closed_at IS NOT NULL",
    "CREATE INDEX round_placing_untold ON round (closed_at) WHERE closed_at IS NOT NULL AND placing_told_at IS NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
