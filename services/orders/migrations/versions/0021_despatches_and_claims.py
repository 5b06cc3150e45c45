"""Despatch notes, what each receipt found short, damaged or wrong with its photos, and what suppliers answer to it."""

from alembic import op

from chassis.rls import protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_DESPATCHES = (
    # `reference` is the supplier's own number; folded, it is used once, so that the same advice cannot come twice.
    """
    CREATE TABLE despatch (
        despatch_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        supplier_id uuid NOT NULL,
        despatched_on date NOT NULL,
        expected_on date CHECK (expected_on >= despatched_on),
        carrier text,
        tracking text,
        reference text CHECK (reference <> ''),
        note text NOT NULL DEFAULT '',
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        UNIQUE (despatch_id, purchase_order_id)
    )
    """,
    "CREATE INDEX despatch_by_order ON despatch (purchase_order_id)",
    """
    CREATE UNIQUE INDEX despatch_reference
        ON despatch (supplier_id, upper(regexp_replace(reference, '[[:space:]]', '', 'g')))
    """,
    """
    CREATE TABLE despatch_line (
        despatch_id uuid NOT NULL,
        school_urn integer NOT NULL,
        line_no integer NOT NULL,
        purchase_order_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        PRIMARY KEY (despatch_id, school_urn, line_no),
        FOREIGN KEY (despatch_id, purchase_order_id) REFERENCES despatch (despatch_id, purchase_order_id),
        FOREIGN KEY (purchase_order_id, school_urn, line_no) REFERENCES drop_line
    )
    """,
    "CREATE INDEX despatch_line_by_drop ON despatch_line (purchase_order_id, school_urn, line_no)",
    # The document that a despatch was read from, byte for byte.
    """
    CREATE TABLE despatch_file (
        despatch_id uuid PRIMARY KEY REFERENCES despatch,
        supplier_id uuid NOT NULL,
        media_type text NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        content bytea NOT NULL
    )
    """,
)

_RECEIPTS = (
    """
    DO $$
    DECLARE
        rule text := (
            SELECT conname FROM pg_constraint
            WHERE conrelid = 'receipt_line'::regclass AND pg_get_constraintdef(oid) LIKE '%quantity_received >= 0%'
        );
    BEGIN
        EXECUTE format('ALTER TABLE receipt_line DROP CONSTRAINT %I', rule);
    END
    $$
    """,
    # Fewer than none received is a late report: units accepted before are found short, damaged or wrong.
    """
    ALTER TABLE receipt_line
        ADD quantity_short integer NOT NULL DEFAULT 0 CHECK (quantity_short >= 0),
        ADD quantity_damaged integer NOT NULL DEFAULT 0 CHECK (quantity_damaged >= 0),
        ADD quantity_wrong integer NOT NULL DEFAULT 0 CHECK (quantity_wrong >= 0),
        ADD note text NOT NULL DEFAULT '',
        ADD CONSTRAINT receipt_line_late
            CHECK (quantity_received >= 0 OR -quantity_received = quantity_short + quantity_damaged + quantity_wrong)
    """,
    "CREATE INDEX receipt_line_by_drop ON receipt_line (purchase_order_id, school_urn, line_no)",
    "CREATE INDEX receipt_by_drop ON receipt (purchase_order_id, school_urn)",
    "ALTER TABLE receipt ADD despatch_id uuid REFERENCES despatch, ADD arrived_on date",
    "UPDATE receipt SET arrived_on = CAST(recorded_at AT TIME ZONE 'Europe/London' AS date)",
    "ALTER TABLE receipt ALTER arrived_on SET DEFAULT current_date, ALTER arrived_on SET NOT NULL",
    # A photo is sent before its receipt, and belongs to none until that is recorded.
    """
    CREATE TABLE receipt_photo (
        photo_id uuid PRIMARY KEY,
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        receipt_id uuid,
        line_no integer,
        media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp')),
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 5242880),
        kept_at timestamptz NOT NULL,
        CHECK ((receipt_id IS NULL) = (line_no IS NULL)),
        FOREIGN KEY (purchase_order_id, school_urn) REFERENCES school_drop,
        FOREIGN KEY (receipt_id, purchase_order_id, school_urn)
            REFERENCES receipt (receipt_id, purchase_order_id, school_urn),
        FOREIGN KEY (receipt_id, line_no) REFERENCES receipt_line
    )
    """,
    "CREATE INDEX receipt_photo_by_drop ON receipt_photo (purchase_order_id, school_urn)",
    "CREATE INDEX receipt_photo_of_none ON receipt_photo (kept_at) WHERE receipt_id IS NULL",
    # What the supplier says it will do; the last answer counts, the earlier ones stay on record.
    """
    CREATE TABLE claim_answer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        receipt_id uuid NOT NULL,
        line_no integer NOT NULL,
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        answer text NOT NULL CHECK (answer IN ('redeliver', 'credit')),
        redeliver_by date,
        note text NOT NULL DEFAULT '',
        answered_at timestamptz NOT NULL,
        answered_by text NOT NULL,
        CHECK ((answer = 'redeliver') = (redeliver_by IS NOT NULL)),
        FOREIGN KEY (receipt_id, line_no) REFERENCES receipt_line,
        FOREIGN KEY (receipt_id, purchase_order_id, school_urn)
            REFERENCES receipt (receipt_id, purchase_order_id, school_urn)
    )
    """,
    "CREATE INDEX claim_answer_by_line ON claim_answer (receipt_id, line_no, id)",
)

_READ = (
    # What was sent and nobody has answered for yet: a receipt ends all that was sent of its lines before it, or the
    # one despatch that it names. A late report is about goods that had come, and ends nothing.
    """
    CREATE VIEW despatch_on_the_way WITH (security_invoker = true) AS
    SELECT l.despatch_id, l.purchase_order_id, l.school_urn, l.line_no, l.quantity, d.despatched_on, d.expected_on
    FROM despatch_line l JOIN despatch d USING (despatch_id)
    WHERE NOT EXISTS (
        SELECT 1 FROM receipt_line seen JOIN receipt r USING (receipt_id)
        WHERE seen.purchase_order_id = l.purchase_order_id AND seen.school_urn = l.school_urn
            AND seen.line_no = l.line_no AND seen.quantity_received >= 0 AND r.recorded_at >= d.recorded_at
            AND coalesce(r.despatch_id, d.despatch_id) = d.despatch_id)
    """,
    # A supplier may not lock what belongs to schools; two despatches, or one and a receipt, take turns all the same.
    """
    CREATE FUNCTION hold_drops(p_purchase_order uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        PERFORM 1 FROM school_drop d
        WHERE d.purchase_order_id = p_purchase_order
            AND CASE coalesce(current_setting('bursar.actor', true), '')
                WHEN 'service' THEN true
                WHEN 'supplier' THEN d.supplier_id = nullif(current_setting('bursar.supplier_id', true), '')::uuid
                ELSE false END
        ORDER BY d.school_urn FOR UPDATE;
    END
    $$
    """,
)


def upgrade() -> None:
    for statement in (*_DESPATCHES, *_RECEIPTS, *_READ):
        op.execute(statement)
    protect(op, "despatch", supplier="supplier_id", alliance="read")
    protect(op, "despatch_line", school="school_urn", school_reach="read", supplier="supplier_id", alliance="read")
    protect(op, "despatch_file", supplier="supplier_id", alliance="read")
    protect(op, "receipt_photo", school="school_urn", supplier="supplier_id", supplier_reach="read", alliance="read")
    protect(op, "claim_answer", school="school_urn", school_reach="read", supplier="supplier_id", alliance="read")
    op.execute("""
        CREATE POLICY despatch_read_by_schools ON despatch FOR SELECT
        USING ((SELECT current_setting('bursar.actor', true)) = 'school' AND EXISTS (
            SELECT 1 FROM despatch_line own WHERE own.despatch_id = despatch.despatch_id
                AND own.school_urn = (SELECT nullif(current_setting('bursar.school_urn', true), '')::integer)))
    """)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
