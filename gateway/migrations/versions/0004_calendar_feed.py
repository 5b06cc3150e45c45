"""The address of each school's calendar feed: what it is made of, and its hash, by which it is found."""

from alembic import op

from chassis.rls import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CALENDAR_FEED = """
    CREATE TABLE calendar_feed (
        school_urn integer PRIMARY KEY,
        nonce text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        made_at timestamptz NOT NULL,
        made_by text NOT NULL
    )
"""


def upgrade() -> None:
    op.execute(_CALENDAR_FEED)
    protect(op, "calendar_feed", school="school_urn", alliance="none")
