"""Suppliers' answers as documents, and changes that one answer makes of many lines in one revision."""

from alembic import op

from chassis.rls import protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ANSWERS = (
    # `lines` is what differs from the order, as `services.orders.storage.answers` writes it. A file is kept byte for
    # byte. An answer to one drop of several is a part, until all drops are answered.
    """
    CREATE TABLE purchase_order_answer (
        answer_id uuid PRIMARY KEY,
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        supplier_id uuid NOT NULL,
        revision integer NOT NULL CHECK (revision > 0),
        answer text NOT NULL CHECK (answer IN ('accepted', 'changes', 'rejected', 'received')),
        source text NOT NULL CHECK (source IN ('portal', 'ubl', 'sheet', 'program')),
        school_urn integer,
        reason text NOT NULL DEFAULT '',
        lines jsonb NOT NULL DEFAULT '[]',
        person_id text NOT NULL,
        person text NOT NULL,
        answered_at timestamptz NOT NULL,
        file_name text,
        media_type text,
        document bytea,
        sha256 text,
        state text NOT NULL CHECK (state IN (
            'waiting', 'with_schools', 'taken', 'part_taken', 'declined', 'replaced', 'final', 'part')),
        taken_lines integer[],
        decision text,
        decided_by_id text,
        decided_by text,
        decided_at timestamptz,
        made_revision integer,
        version integer NOT NULL DEFAULT 1,
        CHECK (num_nonnulls(file_name, media_type, document, sha256) IN (0, 4)),
        CHECK (sha256 = encode(sha256(document), 'hex')),
        CHECK ((state = 'part') <= (school_urn IS NOT NULL)),
        CHECK (made_revision IS NULL OR state IN ('taken', 'part_taken'))
    )
    """,
    "CREATE INDEX answer_by_order ON purchase_order_answer (purchase_order_id, answered_at)",
    """
    CREATE UNIQUE INDEX answer_open ON purchase_order_answer (purchase_order_id)
        WHERE state IN ('waiting', 'with_schools')
    """,
    """
    CREATE UNIQUE INDEX answer_part ON purchase_order_answer (purchase_order_id, school_urn) WHERE state = 'part'
    """,
)

_AMENDMENTS = (
    """
    DO $$
    DECLARE
        rule record;
    BEGIN
        FOR rule IN
            SELECT conname FROM pg_constraint WHERE conrelid = 'amendment'::regclass AND (
                pg_get_constraintdef(oid) LIKE '%quantity <> quantity_before%'
                OR pg_get_constraintdef(oid) LIKE '%school_agreed_at IS NOT NULL%'
                OR pg_get_constraintdef(oid) LIKE 'UNIQUE (purchase_order_id, revision)%')
        LOOP
            EXECUTE format('ALTER TABLE amendment DROP CONSTRAINT %I', rule.conname);
        END LOOP;
    END
    $$
    """,
    # Changes that come of an answer have its id. `asked_net_pence` is what a school was asked to agree to; `shared`
    # says that the supplier was short of the line, and the alliance shared what there was.
    """
    ALTER TABLE amendment
        ADD answer_id uuid REFERENCES purchase_order_answer,
        ADD unit_price_before numeric(12, 4),
        ADD unit_price numeric(12, 4) CHECK (unit_price >= 0),
        ADD substitute_sku text,
        ADD substitute_name text,
        ADD promised_on date,
        ADD asked_net_pence bigint,
        ADD shared boolean NOT NULL DEFAULT false,
        ADD CHECK (quantity >= 0 AND (quantity <> quantity_before OR answer_id IS NOT NULL)),
        ADD CHECK (num_nonnulls(unit_price_before, unit_price) IN (0, 2)),
        ADD CHECK (num_nonnulls(substitute_sku, substitute_name) IN (0, 2)),
        ADD CONSTRAINT amendment_agreed CHECK (
            state <> 'applied' OR (supplier_agreed_at IS NOT NULL AND alliance_agreed_at IS NOT NULL
                AND (school_agreed_at IS NOT NULL OR answer_id IS NOT NULL))),
        ADD CONSTRAINT nobody_pays_more_unasked CHECK (
            state <> 'applied' OR school_agreed_at IS NOT NULL
            OR (net_pence <= net_before_pence AND (unit_price IS NULL OR unit_price <= unit_price_before))),
        ADD CONSTRAINT nobody_pays_more_than_asked CHECK (
            state <> 'applied' OR asked_net_pence IS NULL OR net_pence <= asked_net_pence)
    """,
    """
    CREATE UNIQUE INDEX amendment_of_revision ON amendment (purchase_order_id, revision, school_urn, line_no)
        WHERE revision IS NOT NULL
    """,
    "CREATE INDEX amendment_by_answer ON amendment (answer_id) WHERE answer_id IS NOT NULL",
    "ALTER TABLE drop_line ADD promised_on date",
    # A substitute has its own code and name; all else stays the offer's.
    """
    DO $$
    DECLARE
        rule text := (
            SELECT conname FROM pg_constraint
            WHERE conrelid = 'purchase_order_line'::regclass AND pg_get_constraintdef(oid) LIKE '%num_nonnulls(sku%'
        );
    BEGIN
        EXECUTE format('ALTER TABLE purchase_order_line DROP CONSTRAINT %I', rule);
    END
    $$
    """,
    """
    ALTER TABLE purchase_order_line
        ADD CHECK (num_nonnulls(unit, category_code, ledger_code, vat_class)
            = CASE kind WHEN 'goods' THEN 0 ELSE 4 END),
        ADD CHECK (num_nonnulls(sku, name) = 2 OR (kind = 'goods' AND num_nonnulls(sku, name) = 0))
    """,
    """
    CREATE OR REPLACE VIEW purchase_order_line_as_closed WITH (security_invoker = true) AS
    SELECT l.purchase_order_id, l.line_no, l.round_id, l.supplier_id, l.offer_id,
        coalesce(priced.unit_price_before, l.unit_price) AS unit_price,
        l.quantity - coalesce(a.units, 0) AS quantity, l.net_pence - coalesce(a.net_pence, 0) AS net_pence
    FROM purchase_order_line l
    LEFT JOIN (
        SELECT purchase_order_id, line_no, sum(quantity - quantity_before)::bigint AS units,
            sum(net_pence - net_before_pence)::bigint AS net_pence
        FROM amendment WHERE state = 'applied' GROUP BY purchase_order_id, line_no
    ) a USING (purchase_order_id, line_no)
    LEFT JOIN (
        SELECT DISTINCT ON (purchase_order_id, line_no) purchase_order_id, line_no, unit_price_before
        FROM amendment WHERE state = 'applied' AND unit_price IS NOT NULL
        ORDER BY purchase_order_id, line_no, revision
    ) priced USING (purchase_order_id, line_no)
    """,
)

_FUNCTIONS = (
    # The days that a supplier promises for its own drops; a supplier writes nothing else of them.
    """
    CREATE FUNCTION promise_days(p_purchase_order uuid, p_days jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        kind text := coalesce(current_setting('bursar.actor', true), '');
        own uuid := nullif(current_setting('bursar.supplier_id', true), '')::uuid;
    BEGIN
        UPDATE drop_line d SET promised_on = day.promised_on
        FROM jsonb_to_recordset(p_days) AS day(line_no integer, school_urn integer, promised_on date)
        WHERE d.purchase_order_id = p_purchase_order AND d.line_no = day.line_no AND d.school_urn = day.school_urn
            AND CASE kind WHEN 'service' THEN true WHEN 'supplier' THEN d.supplier_id = own ELSE false END;
    END
    $$
    """,
    # Whether an order has this number, whoever it went to: numbers have no gaps, so that is no secret.
    """
    CREATE FUNCTION purchase_order_exists(p_number text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT EXISTS (SELECT 1 FROM purchase_order WHERE number = p_number)
    $$
    """,
)


def upgrade() -> None:
    for statement in (*_ANSWERS, *_AMENDMENTS, *_FUNCTIONS):
        op.execute(statement)
    protect(op, "purchase_order_answer", supplier="supplier_id", alliance="write")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
