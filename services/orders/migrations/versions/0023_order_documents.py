"""Documents of purchase orders, made by the worker or at once, and kept for each revision; categories' CPV codes.

A supplier's documents say what schools wrote on their orders; those for the alliance do not, as on its pages.
"""

from alembic import op

from chassis.rls import protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "CREATE TABLE category (code text PRIMARY KEY, cpv text NOT NULL)",
    # Behind `revision` until the worker has asked for the documents of the order as it stands.
    "ALTER TABLE purchase_order ADD documents_revision integer NOT NULL DEFAULT 0",
    """
    CREATE INDEX purchase_order_undocumented ON purchase_order (purchase_order_id)
        WHERE documents_revision < revision
    """,
    # `beat_at` is when its maker last told how far it is: a maker that fell silent has died.
    """
    CREATE TABLE purchase_order_document (
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        revision integer NOT NULL CHECK (revision > 0),
        audience text NOT NULL CHECK (audience IN ('supplier', 'alliance')),
        form text NOT NULL,
        supplier_id uuid NOT NULL,
        root text NOT NULL DEFAULT '',
        state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'making', 'made', 'refused', 'failed')),
        progress integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
        tries integer NOT NULL DEFAULT 0,
        asked_at timestamptz NOT NULL,
        beat_at timestamptz,
        made_at timestamptz,
        code text,
        reason text,
        media_type text,
        file_name text,
        sha256 bytea CHECK (octet_length(sha256) = 32),
        content bytea,
        PRIMARY KEY (purchase_order_id, revision, audience, form),
        CHECK ((state = 'made') = (content IS NOT NULL)),
        CHECK (num_nonnulls(content, media_type, file_name, sha256, made_at) IN (0, 5)),
        CHECK ((state IN ('refused', 'failed')) = (code IS NOT NULL)),
        CHECK ((code IS NULL) = (reason IS NULL))
    )
    """,
    # Bytes of PDF, XLSX and ZIP are packed already.
    "ALTER TABLE purchase_order_document ALTER content SET STORAGE EXTERNAL",
    """
    CREATE INDEX purchase_order_document_to_make ON purchase_order_document (asked_at)
        WHERE state IN ('queued', 'making')
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "category", alliance="read", everyone_reads=True)
    protect(op, "purchase_order_document", supplier="supplier_id", supplier_reach="read", alliance="none")
    op.execute("""
        CREATE POLICY purchase_order_document_read_by_alliance ON purchase_order_document FOR SELECT
        USING ((SELECT current_setting('bursar.actor', true)) = 'alliance' AND audience = 'alliance')
    """)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
