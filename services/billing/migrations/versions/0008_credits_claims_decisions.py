"""What a supplier's credit gives back and to whom, what is claimed of it, what people decided of a match, and credit
notes for the schools.

A decision is kept for ever; what was an acceptance before is one of them. An invoice of a contract that is settled
directly is its buyer's own bill: that school reads it.
"""

from alembic import op

from chassis.rls import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"
_SUPPLIER = "(SELECT nullif(current_setting('bursar.supplier_id', true), '')::uuid)"

_MATCHES = (
    """
    ALTER TABLE match_line
        ADD tolerated text[] NOT NULL DEFAULT '{}',
        ADD disputed boolean NOT NULL DEFAULT false,
        ADD credited_quantity integer NOT NULL DEFAULT 0 CHECK (credited_quantity BETWEEN 0 AND quantity_invoiced),
        ADD credited_net_pence bigint NOT NULL DEFAULT 0 CHECK (credited_net_pence BETWEEN 0 AND net_pence),
        ADD credited_vat_pence bigint NOT NULL DEFAULT 0 CHECK (credited_vat_pence BETWEEN 0 AND vat_pence),
        ADD claim_quantity integer NOT NULL DEFAULT 0 CHECK (claim_quantity >= 0),
        ADD claim_net_pence bigint NOT NULL DEFAULT 0 CHECK (claim_net_pence >= 0),
        ADD claim_vat_pence bigint NOT NULL DEFAULT 0 CHECK (claim_vat_pence >= 0),
        ADD due_quantity integer NOT NULL DEFAULT 0 CHECK (due_quantity >= 0),
        ADD due_net_pence bigint NOT NULL DEFAULT 0 CHECK (due_net_pence >= 0),
        ADD due_vat_pence bigint NOT NULL DEFAULT 0 CHECK (due_vat_pence >= 0),
        ADD returned_quantity integer NOT NULL DEFAULT 0
            CHECK (returned_quantity BETWEEN 0 AND least(billable_quantity, credited_quantity)),
        ADD returned_net_pence bigint NOT NULL DEFAULT 0
            CHECK (returned_net_pence BETWEEN 0 AND least(billable_net_pence, credited_net_pence)),
        ADD returned_vat_pence bigint NOT NULL DEFAULT 0
            CHECK (returned_vat_pence BETWEEN 0 AND least(billable_vat_pence, credited_vat_pence)),
        DROP CONSTRAINT match_line_state_check,
        ADD CONSTRAINT match_line_state_check CHECK (state IN ('billable', 'held', 'billed', 'credited')),
        DROP CONSTRAINT match_line_check1,
        ADD CONSTRAINT match_line_billable CHECK ((state IN ('held', 'credited')) = (billable_quantity = 0)),
        ADD CONSTRAINT match_line_due
            CHECK (state = 'billed' OR (due_quantity, due_net_pence, due_vat_pence) = (0, 0, 0))
    """,
    "CREATE INDEX match_line_claimed ON match_line (purchase_order_id) WHERE claim_net_pence + claim_vat_pence > 0",
    "ALTER TABLE match_acceptance RENAME TO match_decision",
    "ALTER TABLE match_decision RENAME accepted_at TO decided_at",
    "ALTER TABLE match_decision RENAME accepted_by TO decided_by",
    """
    ALTER TABLE match_decision ADD decision text NOT NULL DEFAULT 'accepted'
        CHECK (decision IN ('accepted', 'disputed', 'credit_requested', 'withdrawn'))
    """,
    "ALTER TABLE match_decision ALTER decision DROP DEFAULT",
    """
    CREATE TABLE credit_share (
        supplier_invoice_id uuid NOT NULL,
        line_no integer NOT NULL,
        of_invoice_id uuid NOT NULL,
        of_line_no integer NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        purchase_order_id uuid NOT NULL,
        quantity integer NOT NULL CHECK (quantity >= 0),
        net_pence bigint NOT NULL CHECK (net_pence >= 0),
        vat_pence bigint NOT NULL CHECK (vat_pence >= 0),
        PRIMARY KEY (supplier_invoice_id, line_no, of_invoice_id, of_line_no, school_urn),
        FOREIGN KEY (supplier_invoice_id, line_no) REFERENCES supplier_invoice_line,
        FOREIGN KEY (of_invoice_id, of_line_no) REFERENCES supplier_invoice_line
    )
    """,
    "CREATE INDEX credit_share_by_order ON credit_share (purchase_order_id)",
    "CREATE INDEX credit_share_by_match ON credit_share (of_invoice_id, of_line_no, school_urn)",
)

_CREDIT_NOTES = (
    """
    ALTER TABLE bill
        ADD credited_pence bigint NOT NULL DEFAULT 0 CHECK (credited_pence BETWEEN 0 AND gross_pence)
    """,
    "ALTER TABLE bill_line ADD supplier_invoice_line_no integer",
    """
    UPDATE bill_line SET supplier_invoice_line_no = matched.invoice_line FROM (
        SELECT b.bill_id, b.line_no AS bill_line, m.line_no AS invoice_line FROM (
            SELECT *, row_number() OVER (
                PARTITION BY bill_id, supplier_invoice_id, order_line_no ORDER BY line_no) AS place
            FROM bill_line
        ) b JOIN (
            SELECT *, row_number() OVER (
                PARTITION BY bill_id, supplier_invoice_id, order_line_no ORDER BY line_no) AS place
            FROM match_line WHERE bill_id IS NOT NULL
        ) m USING (bill_id, supplier_invoice_id, order_line_no, place)
    ) matched WHERE matched.bill_id = bill_line.bill_id AND matched.bill_line = bill_line.line_no
    """,
    "ALTER TABLE bill_line ALTER supplier_invoice_line_no SET NOT NULL",
    "CREATE UNIQUE INDEX bill_line_once ON bill_line (supplier_invoice_id, supplier_invoice_line_no, school_urn)",
    """
    CREATE TABLE credit_note (
        credit_note_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        bill_id uuid NOT NULL,
        school_urn integer NOT NULL,
        title text NOT NULL,
        issue_date date NOT NULL,
        net_pence bigint NOT NULL CHECK (net_pence >= 0),
        vat_pence bigint NOT NULL CHECK (vat_pence >= 0),
        gross_pence bigint NOT NULL CHECK (gross_pence = net_pence + vat_pence AND gross_pence > 0),
        issued_by text NOT NULL,
        UNIQUE (credit_note_id, school_urn),
        FOREIGN KEY (bill_id, school_urn) REFERENCES bill (bill_id, school_urn)
    )
    """,
    "CREATE INDEX credit_note_by_bill ON credit_note (bill_id)",
    "CREATE INDEX credit_note_by_school ON credit_note (school_urn, number)",
    """
    CREATE TABLE credit_note_line (
        credit_note_id uuid NOT NULL,
        line_no integer NOT NULL,
        school_urn integer NOT NULL,
        bill_id uuid NOT NULL,
        bill_line_no integer NOT NULL,
        quantity integer NOT NULL CHECK (quantity >= 0),
        net_pence bigint NOT NULL CHECK (net_pence >= 0),
        vat_pence bigint NOT NULL CHECK (vat_pence >= 0),
        PRIMARY KEY (credit_note_id, line_no),
        FOREIGN KEY (credit_note_id, school_urn) REFERENCES credit_note (credit_note_id, school_urn),
        FOREIGN KEY (bill_id, bill_line_no) REFERENCES bill_line
    )
    """,
    "CREATE INDEX credit_note_line_by_bill ON credit_note_line (bill_id, bill_line_no)",
)

_INVOICES = (
    """
    ALTER TABLE supplier_invoice ADD settlement text NOT NULL DEFAULT 'recharge'
        CHECK (settlement = 'recharge' OR settlement = 'direct' AND buyer_urn IS NOT NULL)
    """,
    "ALTER TABLE supplier_invoice ALTER settlement DROP DEFAULT",
    """
    CREATE TABLE direct_bill (
        supplier_invoice_id uuid PRIMARY KEY REFERENCES supplier_invoice,
        number text NOT NULL UNIQUE,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        supplier_name text NOT NULL,
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        purchase_order_number text NOT NULL,
        round_id uuid,
        title text NOT NULL
    )
    """,
    "CREATE INDEX direct_bill_by_school ON direct_bill (school_urn, number)",
    "ALTER TABLE supplier_invoice ALTER original SET STORAGE EXTERNAL",  # a file is compressed by whoever sends it
    """
    ALTER TABLE entry DROP CONSTRAINT entry_kind_check,
        ADD CONSTRAINT entry_kind_check CHECK (kind IN
            ('supplier_invoice', 'supplier_credit_note', 'bill', 'credit_note', 'receipt', 'payment'))
    """,
    "DROP POLICY entry_own_invoice ON entry",
    f"""
    CREATE POLICY entry_own_invoice ON entry FOR INSERT WITH CHECK ({_ACTOR} = 'supplier'
        AND supplier_id = {_SUPPLIER} AND kind IN ('supplier_invoice', 'supplier_credit_note'))
    """,
)


def upgrade() -> None:
    for statement in (*_MATCHES, *_CREDIT_NOTES, *_INVOICES):
        op.execute(statement)
    protect(op, "credit_share", school="school_urn", school_reach="read", supplier="supplier_id")
    protect(op, "direct_bill", school="school_urn", school_reach="read", supplier="supplier_id")
    protect(op, "credit_note", school="school_urn", school_reach="read")
    protect(op, "credit_note_line", school="school_urn", school_reach="read")
    for table, school in (("supplier_invoice", "buyer_urn"), ("supplier_invoice_line", "school_urn")):
        for purpose in ("read", "insert", "update", "delete"):
            op.execute(f"DROP POLICY {table}_{purpose} ON {table}")
        protect(op, table, school=school, school_reach="read", supplier="supplier_id")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
