"""What suppliers invoice to a school itself is exported as well, each under what its program calls the supplier.

A purchase order's lines are of all schools together, so a school asks for the ledger code of one through a function.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE export_profile ADD suppliers jsonb NOT NULL DEFAULT '{}'",
    """
    ALTER TABLE ledger_export_document
        DROP CONSTRAINT ledger_export_document_kind,
        ADD CONSTRAINT ledger_export_document_kind CHECK (kind IN ('bill', 'credit_note', 'direct_bill',
            'direct_credit_note', 'receipt', 'receipt_undone', 'journal'))
    """,
    """
    CREATE FUNCTION ordered_ledger_code(ordered_on uuid, ordered_as integer) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT ledger_code FROM purchase_order_line WHERE purchase_order_id = ordered_on AND line_no = ordered_as
    $$
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
