"""Every school is told of again with all of its dated counts of pupils: the fund shares by the count of a day."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO event_log (type, version, key, body)
        SELECT 'SchoolRecorded', 3, last.key, last.body || jsonb_build_object('pupil_counts', coalesce((
            SELECT jsonb_agg(jsonb_build_object('counted_on', counted_on, 'pupils', pupils, 'source', source)
                ORDER BY counted_on)
            FROM pupil_count WHERE school_urn = CAST(last.body ->> 'urn' AS integer) AND counted_on IS NOT NULL), '[]'))
        FROM (
            SELECT DISTINCT ON (key) key, body FROM event_log WHERE type = 'SchoolRecorded' ORDER BY key, id DESC
        ) last ORDER BY last.key
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
