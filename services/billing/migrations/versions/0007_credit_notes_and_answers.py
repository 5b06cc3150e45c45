"""Credit notes beside invoices, signed as what is owed, and what was answered to each document.

A credit note's figures are negative, and so are the lines with which an invoice corrects itself; the answers are kept
one by one, as they were told.
"""

from alembic import op

from chassis.rls import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE supplier_invoice
        DROP CONSTRAINT supplier_invoice_net_pence_check,
        DROP CONSTRAINT supplier_invoice_vat_pence_check,
        DROP CONSTRAINT supplier_invoice_check1,
        ADD kind text NOT NULL DEFAULT 'invoice' CHECK (kind IN ('invoice', 'credit_note')),
        ADD buyer_urn integer,
        ADD credits text[] NOT NULL DEFAULT '{}',
        ADD rejected_why text CHECK (rejected_why <> ''),
        ADD CONSTRAINT supplier_invoice_paid
            CHECK (paid_pence BETWEEN least(0, gross_pence) AND greatest(0, gross_pence))
    """,
    """
    ALTER TABLE supplier_invoice_line
        DROP CONSTRAINT supplier_invoice_line_quantity_check,
        ADD CONSTRAINT supplier_invoice_line_of_something CHECK (quantity <> 0)
    """,
    """
    CREATE TABLE supplier_invoice_answer (
        supplier_invoice_id uuid NOT NULL REFERENCES supplier_invoice,
        seq integer NOT NULL CHECK (seq > 0),
        supplier_id uuid NOT NULL,
        state text NOT NULL
            CHECK (state IN ('received', 'accepted', 'under_query', 'rejected', 'part_paid', 'paid')),
        reasons jsonb NOT NULL,
        answered_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (supplier_invoice_id, seq)
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "supplier_invoice_answer", supplier="supplier_id")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
