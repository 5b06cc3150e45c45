"""Receipts that were taken back are kept, so that an accounts program that has them learns that they are gone."""

from alembic import op

from chassis.rls import protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE undone_receipt (
        receipt_id uuid PRIMARY KEY,
        school_urn integer NOT NULL,
        number text NOT NULL,
        received_on date NOT NULL,
        undone_on date NOT NULL DEFAULT (now() AT TIME ZONE 'Europe/London')::date,
        reference text NOT NULL,
        bills text NOT NULL,
        amount_pence bigint NOT NULL
    )
    """,
    "CREATE INDEX undone_receipt_by_school ON undone_receipt (school_urn)",
    # What was undone before this: its match tells of it.
    """
    INSERT INTO undone_receipt (receipt_id, school_urn, number, received_on, undone_on, reference, bills, amount_pence)
    SELECT m.posting_id, min(m.school_urn), min(m.posting_number), min(l.booked_on),
        (max(m.undone_at) AT TIME ZONE 'Europe/London')::date,
        coalesce(string_agg(b.payment_reference, ' ' ORDER BY b.number), ''),
        string_agg(coalesce(b.number, m.document_number), ' ' ORDER BY b.number), sum(m.amount_pence)
    FROM bank_match m JOIN bank_line l USING (bank_line_id)
    LEFT JOIN credit_note c ON m.kind = 'credit_note' AND c.credit_note_id = m.document_id
    LEFT JOIN bill b ON b.bill_id = coalesce(c.bill_id, m.document_id)
    WHERE m.kind IN ('bill', 'credit_note') AND m.undone_at IS NOT NULL AND m.school_urn IS NOT NULL
    GROUP BY m.posting_id
    """,
    """
    ALTER TABLE ledger_export_document
        DROP CONSTRAINT ledger_export_document_kind_check,
        ADD CONSTRAINT ledger_export_document_kind
            CHECK (kind IN ('bill', 'credit_note', 'receipt', 'receipt_undone', 'journal'))
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "undone_receipt", school="school_urn", school_reach="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
