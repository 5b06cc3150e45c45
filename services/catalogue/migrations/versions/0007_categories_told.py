"""Categories are told of: those that are there already, once."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO event_log (type, version, key, body)
        SELECT 'CategoryRecorded', 1, 'category:' || code,
            jsonb_build_object('code', code, 'name', name, 'cpv', cpv, 'ledger_code', ledger_code)
        FROM category ORDER BY code
    """)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
