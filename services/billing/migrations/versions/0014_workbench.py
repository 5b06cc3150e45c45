"""What is asked of suppliers stands on the match until it is taken back, and how often schools were asked for receipts.

A school is asked to record what arrived because an invoice waits for it: `receipt_chase` says when last, and how often.
"""

from alembic import op

from chassis.rls import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE match_line ADD credit_requested boolean NOT NULL DEFAULT false",
    """
    UPDATE match_line m SET credit_requested = true WHERE EXISTS (
        SELECT FROM match_decision d WHERE d.supplier_invoice_id = m.supplier_invoice_id AND d.line_no = m.line_no
            AND d.school_urn = m.school_urn AND d.decision = 'credit_requested')
    """,
    """
    CREATE INDEX match_line_on_the_bench ON match_line (supplier_invoice_id, line_no, school_urn)
        WHERE state = 'held' OR disputed OR credit_requested OR accepted_reasons <> '{}'
            OR claim_net_pence + claim_vat_pence > 0
    """,
    """
    CREATE TABLE receipt_chase (
        supplier_invoice_id uuid NOT NULL REFERENCES supplier_invoice,
        school_urn integer NOT NULL,
        chased_at timestamptz NOT NULL,
        times integer NOT NULL DEFAULT 1 CHECK (times > 0),
        PRIMARY KEY (supplier_invoice_id, school_urn)
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "receipt_chase", school="school_urn", school_reach="read", alliance="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
