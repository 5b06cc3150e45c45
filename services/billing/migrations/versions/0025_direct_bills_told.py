"""Bills that schools pay suppliers themselves: told of, those that are there already once, and marked as paid."""

from alembic import op

from chassis.rls import protect

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE direct_bill ADD told_amounts jsonb, ADD UNIQUE (supplier_invoice_id, school_urn)",
    """
    WITH amount AS (
        SELECT m.supplier_invoice_id, m.purchase_order_id, l.category_code, sum(m.billable_net_pence) AS net,
            sum(m.billable_vat_pence) AS vat
        FROM match_line m JOIN purchase_order_line l
            ON l.purchase_order_id = m.purchase_order_id AND l.line_no = m.order_line_no
        WHERE m.state = 'billable' GROUP BY m.supplier_invoice_id, m.purchase_order_id, l.category_code
    ), told AS (
        SELECT supplier_invoice_id, jsonb_agg(jsonb_build_object('purchase_order_id', purchase_order_id,
            'category_code', category_code, 'net_pence', net, 'vat_pence', vat)
            ORDER BY purchase_order_id, category_code) AS amounts
        FROM amount GROUP BY supplier_invoice_id
    )
    UPDATE direct_bill d SET told_amounts = coalesce(
        (SELECT amounts FROM told WHERE told.supplier_invoice_id = d.supplier_invoice_id), '[]')
    """,
    """
    INSERT INTO event_log (type, version, key, body)
    SELECT 'DirectBillRecorded', 1, 'bill:' || supplier_invoice_id, jsonb_build_object(
        'bill_id', supplier_invoice_id, 'number', d.number, 'school_urn', d.school_urn,
        'supplier_id', d.supplier_id, 'supplier_name', d.supplier_name, 'supplier_invoice_number', i.number,
        'round_id', d.round_id, 'issue_date', i.issue_date, 'due_date', coalesce(i.due_date, i.issue_date + 30),
        'net_pence', i.net_pence, 'vat_pence', i.vat_pence, 'gross_pence', i.gross_pence, 'amounts', d.told_amounts)
    FROM direct_bill d JOIN supplier_invoice i USING (supplier_invoice_id) ORDER BY d.number
    """,
    """
    CREATE TABLE direct_bill_payment (
        payment_id uuid PRIMARY KEY,
        bill_id uuid NOT NULL,
        school_urn integer NOT NULL,
        paid_on date NOT NULL,
        paid_pence bigint NOT NULL CHECK (paid_pence > 0),
        noted_by text NOT NULL,
        noted_at timestamptz NOT NULL DEFAULT now(),
        withdrawn_by text,
        withdrawn_at timestamptz,
        FOREIGN KEY (bill_id, school_urn) REFERENCES direct_bill (supplier_invoice_id, school_urn),
        CHECK (num_nonnulls(withdrawn_by, withdrawn_at) IN (0, 2))
    )
    """,
    "CREATE UNIQUE INDEX direct_bill_payment_standing ON direct_bill_payment (bill_id) WHERE withdrawn_at IS NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "direct_bill_payment", school="school_urn", alliance="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
