"""Every school is told of again as it was told of last: billing keeps its pupils by date from now on, and its town."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO event_log (type, version, key, body)
        SELECT type, version, key, body FROM (
            SELECT DISTINCT ON (key) type, version, key, body FROM event_log WHERE type = 'SchoolRecorded'
            ORDER BY key, id DESC
        ) last ORDER BY key
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
