"""Several bank accounts, and bank lines that are matched to many documents.

A match is kept for ever: undone, it says who undid it and when. What a school or supplier has paid (bill_receipt,
supplier_payment) is what stands now, several rows for one bank line. A receipt keeps the id under which it is posted.
"""

from alembic import op

from chassis.rls import protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ACCOUNTS = (
    """
    CREATE TABLE bank_account (
        bank_account_id uuid PRIMARY KEY,
        account text NOT NULL UNIQUE CHECK (account <> ''),
        name text NOT NULL CHECK (name <> ''),
        purpose text NOT NULL CHECK (purpose IN ('general', 'fund')),
        ledger_code text NOT NULL CHECK (ledger_code = CASE purpose WHEN 'fund' THEN '1250' ELSE '1200' END),
        iban text,
        sort_code text CHECK (sort_code ~ '^[0-9]{6}$'),
        account_number text CHECK (account_number ~ '^[0-9]{8}$'),
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    INSERT INTO bank_account (bank_account_id, account, name, purpose, ledger_code)
    SELECT gen_random_uuid(), account, account, 'general', '1200' FROM (SELECT DISTINCT account FROM bank_line) known
    """,
)

_STATEMENTS = (
    """
    ALTER TABLE bank_statement
        ADD warnings text[] NOT NULL DEFAULT '{}',
        ADD reconciled_by text,
        ADD reconciled_at timestamptz,
        ADD CHECK ((reconciled_by IS NULL) = (reconciled_at IS NULL))
    """,
    """
    ALTER TABLE bank_line
        ADD counterparty_account text NOT NULL DEFAULT '',
        DROP CONSTRAINT bank_line_state_check,
        ADD CONSTRAINT bank_line_state_check CHECK (state IN ('new', 'matched', 'reconciled'))
    """,
    "CREATE INDEX bank_line_by_statement ON bank_line (bank_statement_id, seq)",
    "CREATE INDEX bank_line_new ON bank_line (account, seq) WHERE state = 'new'",
)

_LAYOUTS = (
    """
    ALTER TABLE bank_layout
        ADD bank_layout_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
        ADD names text[] NOT NULL DEFAULT '{}'
    """,
    "UPDATE bank_layout SET names = string_to_array(header, ',')",
)

_MATCHES = (
    """
    CREATE TABLE bank_match (
        bank_match_id uuid PRIMARY KEY,
        bank_line_id uuid NOT NULL REFERENCES bank_line,
        kind text NOT NULL CHECK (kind IN ('bill', 'credit_note', 'supplier_invoice', 'supplier_credit_note',
            'fund_payment', 'account', 'bank_line')),
        document_id uuid,
        document_number text NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence <> 0),
        school_urn integer,
        supplier_id uuid,
        payment_run_id uuid,
        posting_id uuid,
        posting_number text,
        how text NOT NULL CHECK (how IN ('exact', 'person')),
        matched_by text NOT NULL,
        matched_at timestamptz NOT NULL DEFAULT now(),
        undone_by text,
        undone_at timestamptz,
        CHECK ((kind = 'account') = (document_id IS NULL)),
        CHECK ((kind = 'bank_line') = (posting_id IS NULL)),
        CHECK ((posting_id IS NULL) = (posting_number IS NULL)),
        CHECK ((undone_by IS NULL) = (undone_at IS NULL))
    )
    """,
    "CREATE INDEX bank_match_by_line ON bank_match (bank_line_id)",
    "CREATE INDEX bank_match_by_document ON bank_match (document_id) WHERE undone_at IS NULL",
    """
    INSERT INTO bank_match (bank_match_id, bank_line_id, kind, document_id, document_number, amount_pence, school_urn,
        supplier_id, posting_id, posting_number, how, matched_by, matched_at)
    SELECT gen_random_uuid(), bank_line_id, matched_kind, matched_id, matched_number, l.amount_pence, r.school_urn,
        p.supplier_id, bank_line_id, coalesce(r.number, p.number), 'exact', s.imported_by, s.imported_at
    FROM bank_line l JOIN bank_statement s USING (bank_statement_id)
    LEFT JOIN bill_receipt r USING (bank_line_id) LEFT JOIN supplier_payment p USING (bank_line_id)
    WHERE l.state = 'matched'
    """,
    "ALTER TABLE bank_line DROP matched_kind, DROP matched_id, DROP matched_number",
)

_PAID = (
    """
    ALTER TABLE bill_receipt
        ADD receipt_id uuid,
        DROP CONSTRAINT bill_receipt_pkey,
        DROP CONSTRAINT bill_receipt_number_key,
        DROP CONSTRAINT bill_receipt_amount_pence_check,
        ADD CONSTRAINT bill_receipt_amount CHECK (amount_pence <> 0)
    """,
    "UPDATE bill_receipt SET receipt_id = bank_line_id",
    "ALTER TABLE bill_receipt ALTER receipt_id SET NOT NULL, ADD PRIMARY KEY (receipt_id, bill_id)",
    "CREATE INDEX bill_receipt_by_line ON bill_receipt (bank_line_id)",
    "CREATE INDEX bill_receipt_by_bill ON bill_receipt (bill_id)",
    """
    ALTER TABLE supplier_payment
        ADD payment_id uuid,
        DROP CONSTRAINT supplier_payment_pkey,
        DROP CONSTRAINT supplier_payment_number_key,
        DROP CONSTRAINT supplier_payment_amount_pence_check,
        ADD CONSTRAINT supplier_payment_amount CHECK (amount_pence <> 0)
    """,
    "UPDATE supplier_payment SET payment_id = bank_line_id",
    "ALTER TABLE supplier_payment ALTER payment_id SET NOT NULL, ADD PRIMARY KEY (payment_id, supplier_invoice_id)",
    "CREATE INDEX supplier_payment_by_line ON supplier_payment (bank_line_id)",
    "CREATE INDEX supplier_payment_by_invoice ON supplier_payment (supplier_invoice_id)",
)


def upgrade() -> None:
    for statement in (*_ACCOUNTS, *_STATEMENTS, *_LAYOUTS, *_MATCHES, *_PAID):
        op.execute(statement)
    protect(op, "bank_account")
    protect(op, "bank_match")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
