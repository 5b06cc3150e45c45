"""What schools dispute of their bills, reminders, late payment, when a contract's bills are due, and where bills go.

What is outside the scope of VAT stands on a bill of its own: an invoice of EN 16931 that has it can have nothing else
(BR-O-11). The reference rates are the Bank of England's on the last day of each half-year, which hold for the next
(The Late Payment of Commercial Debts (Rate of Interest) (No. 3) Order 2002).
"""

from alembic import op

from chassis.rls import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE contract ADD payment_days integer NOT NULL DEFAULT 30 CHECK (payment_days BETWEEN 0 AND 365)",
    "ALTER TABLE school ADD town text NOT NULL DEFAULT '', ADD postcode text NOT NULL DEFAULT ''",
    "ALTER TABLE bill ADD outside_scope boolean NOT NULL DEFAULT false",
    "CREATE INDEX bill_unpaid_by_due ON bill (due_date) WHERE paid_pence + credited_pence < gross_pence",
    """
    ALTER TABLE match_line
        ADD upheld_quantity integer NOT NULL DEFAULT 0 CHECK (upheld_quantity BETWEEN 0 AND quantity_invoiced),
        ADD upheld_net_pence bigint NOT NULL DEFAULT 0 CHECK (upheld_net_pence BETWEEN 0 AND net_pence),
        ADD upheld_vat_pence bigint NOT NULL DEFAULT 0 CHECK (upheld_vat_pence BETWEEN 0 AND vat_pence)
    """,
    """
    CREATE TABLE bill_dispute (
        dispute_id uuid PRIMARY KEY,
        bill_id uuid NOT NULL,
        line_no integer NOT NULL,
        school_urn integer NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'upheld', 'declined', 'withdrawn')),
        why text NOT NULL CHECK (why <> ''),
        raised_by text NOT NULL,
        raised_at timestamptz NOT NULL DEFAULT now(),
        net_pence bigint NOT NULL DEFAULT 0 CHECK (net_pence >= 0),
        vat_pence bigint NOT NULL DEFAULT 0 CHECK (vat_pence >= 0),
        answer text,
        answered_by text,
        answered_at timestamptz,
        CHECK ((state = 'open') = (answered_at IS NULL)),
        CHECK (num_nonnulls(answer, answered_by, answered_at) IN (0, 3))
    )
    """,
    "CREATE UNIQUE INDEX bill_dispute_open ON bill_dispute (bill_id, line_no) WHERE state = 'open'",
    "CREATE INDEX bill_dispute_by_bill ON bill_dispute (bill_id)",
    """
    CREATE TABLE bill_reminder (
        bill_id uuid NOT NULL,
        days_overdue integer NOT NULL CHECK (days_overdue IN (0, 7, 21)),
        school_urn integer NOT NULL,
        reminded_at timestamptz NOT NULL,
        PRIMARY KEY (bill_id, days_overdue),
        FOREIGN KEY (bill_id, school_urn) REFERENCES bill (bill_id, school_urn)
    )
    """,
    """
    CREATE TABLE reference_rate (
        from_on date PRIMARY KEY CHECK (extract(day FROM from_on) = 1 AND extract(month FROM from_on) IN (1, 7)),
        per_cent numeric(5, 2) NOT NULL CHECK (per_cent BETWEEN 0 AND 100),
        recorded_by text NOT NULL
    )
    """,
    """
    INSERT INTO reference_rate (from_on, per_cent, recorded_by) VALUES
        ('2020-01-01', 0.75, 'Bank of England'), ('2020-07-01', 0.10, 'Bank of England'),
        ('2022-01-01', 0.25, 'Bank of England'), ('2022-07-01', 1.25, 'Bank of England'),
        ('2023-01-01', 3.50, 'Bank of England'), ('2023-07-01', 5.00, 'Bank of England'),
        ('2024-01-01', 5.25, 'Bank of England'), ('2025-01-01', 4.75, 'Bank of England'),
        ('2025-07-01', 4.25, 'Bank of England'), ('2026-01-01', 3.75, 'Bank of England')
    """,
    """
    CREATE TABLE bill_address (
        school_urn integer PRIMARY KEY,
        scheme text NOT NULL,
        identifier text NOT NULL,
        vat_number text,
        recorded_by text NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "bill_dispute", school="school_urn")
    protect(op, "bill_reminder", school="school_urn", school_reach="read", alliance="read")
    protect(op, "reference_rate", everyone_reads=True)
    protect(op, "bill_address", school="school_urn")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
