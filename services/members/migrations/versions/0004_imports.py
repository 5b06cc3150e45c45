"""Imports that wait for somebody to decide: the file, and what was shown of it."""

from alembic import op

from chassis.rls import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The file is forgotten once it is applied; the account of its rows stays.
_IMPORT = """
    CREATE TABLE directory_import (
        import_id uuid PRIMARY KEY,
        layout text NOT NULL,
        filename text NOT NULL,
        content bytea,
        options jsonb NOT NULL,
        rows jsonb NOT NULL,
        not_selected integer NOT NULL,
        uploaded_by text NOT NULL,
        uploaded_at timestamptz NOT NULL DEFAULT now(),
        applied_by text,
        applied_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK (num_nonnulls(applied_by, applied_at) IN (0, 2)),
        CHECK ((applied_at IS NULL) = (content IS NOT NULL))
    )
"""


def upgrade() -> None:
    op.execute(_IMPORT)
    protect(op, "directory_import", alliance="write")
