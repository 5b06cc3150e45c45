"""Changes of committed lines by agreement, and what the close had made of every line before them."""

from alembic import op

from chassis.rls import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PARTIES = ("school", "supplier", "alliance")
_AGREEMENTS = ", ".join(
    f"{party}_agreed_by_id text, {party}_agreed_by text, {party}_agreed_at timestamptz" for party in _PARTIES
)
_ALL_AGREED = " AND ".join(f"{party}_agreed_at IS NOT NULL" for party in _PARTIES)

_STATEMENTS = (
    "ALTER TABLE purchase_order ADD revision integer NOT NULL DEFAULT 1",
    # A cancelled line stays in its drop with 0 units.
    "ALTER TABLE drop_line DROP CONSTRAINT IF EXISTS drop_line_quantity_check",
    "ALTER TABLE drop_line ADD CONSTRAINT drop_line_quantity_check CHECK (quantity >= 0)",
    "ALTER TABLE purchase_order_line DROP CONSTRAINT IF EXISTS purchase_order_line_quantity_check",
    "ALTER TABLE purchase_order_line ADD CONSTRAINT purchase_order_line_quantity_check CHECK (quantity >= 0)",
    f"""
    CREATE TABLE amendment (
        amendment_id uuid PRIMARY KEY,
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        line_no integer NOT NULL,
        quantity_before integer NOT NULL,
        quantity integer NOT NULL CHECK (quantity >= 0 AND quantity <> quantity_before),
        net_before_pence bigint NOT NULL,
        net_pence bigint CHECK (net_pence >= 0),
        reason text NOT NULL CHECK (reason <> ''),
        proposed_by_id text NOT NULL,
        proposed_by text NOT NULL,
        proposed_for text NOT NULL CHECK (proposed_for IN ('school', 'supplier', 'alliance')),
        proposed_at timestamptz NOT NULL,
        {_AGREEMENTS},
        state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'refused', 'withdrawn', 'applied')),
        decision text,
        revision integer,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (purchase_order_id, revision),
        FOREIGN KEY (purchase_order_id, school_urn, line_no) REFERENCES drop_line,
        CHECK ((state = 'applied') = (revision IS NOT NULL)),
        CHECK ((state = 'applied') = (net_pence IS NOT NULL)),
        CHECK (state <> 'applied' OR ({_ALL_AGREED})),
        CHECK (proposed_for <> 'school' OR school_agreed_by_id IS DISTINCT FROM proposed_by_id)
    )
    """,
    # One change of a line at a time: two could not both start from what it is now.
    """
    CREATE UNIQUE INDEX amendment_waiting ON amendment (purchase_order_id, school_urn, line_no)
        WHERE state = 'proposed'
    """,
    "CREATE INDEX amendment_by_order ON amendment (purchase_order_id, school_urn, line_no)",
    """
    CREATE TABLE amendment_step (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        amendment_id uuid NOT NULL REFERENCES amendment,
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        at timestamptz NOT NULL,
        party text CHECK (party IN ('school', 'supplier', 'alliance')),
        person_id text,
        person text,
        action text NOT NULL,
        detail text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX amendment_step_by_order ON amendment_step (purchase_order_id, id)",
    # What the close made of every line, whatever was agreed since: for proofs, and to hold the close to its rules.
    """
    CREATE VIEW drop_line_as_closed WITH (security_invoker = true) AS
    SELECT d.purchase_order_id, d.school_urn, d.line_no, d.supplier_id, d.quantity - coalesce(a.units, 0) AS quantity,
        d.net_pence - coalesce(a.net_pence, 0) AS net_pence
    FROM drop_line d
    LEFT JOIN (
        SELECT purchase_order_id, school_urn, line_no, sum(quantity - quantity_before)::integer AS units,
            sum(net_pence - net_before_pence)::bigint AS net_pence
        FROM amendment WHERE state = 'applied' GROUP BY purchase_order_id, school_urn, line_no
    ) a USING (purchase_order_id, school_urn, line_no)
    """,
    """
    CREATE VIEW purchase_order_line_as_closed WITH (security_invoker = true) AS
    SELECT l.purchase_order_id, l.line_no, l.round_id, l.supplier_id, l.offer_id, l.unit_price,
        l.quantity - coalesce(a.units, 0) AS quantity, l.net_pence - coalesce(a.net_pence, 0) AS net_pence
    FROM purchase_order_line l
    LEFT JOIN (
        SELECT purchase_order_id, line_no, sum(quantity - quantity_before)::bigint AS units,
            sum(net_pence - net_before_pence)::bigint AS net_pence
        FROM amendment WHERE state = 'applied' GROUP BY purchase_order_id, line_no
    ) a USING (purchase_order_id, line_no)
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("amendment", "amendment_step"):
        protect(op, table, school="school_urn", supplier="supplier_id", alliance="write")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
