"""What is accrued and prepaid at the end of a month, the chart of accounts as it is imported, and the financial years.

A closed month keeps its balances as they were: what is read of it later must come to the same.
"""

from alembic import op

from chassis.rls import protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE purchase_order ADD service_from date, ADD service_to date",
    "ALTER TABLE school ADD financial_year text CHECK (financial_year IN ('april', 'september'))",
    "ALTER TABLE period_change ADD balances jsonb NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE ledger_setting (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        year_begins_in integer NOT NULL CHECK (year_begins_in BETWEEN 1 AND 12),
        version integer NOT NULL DEFAULT 1
    )
    """,
    "INSERT INTO ledger_setting (year_begins_in) VALUES (4)",
    """
    CREATE TABLE adjustment (
        adjustment_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('accrual', 'prepayment', 'deferred_income')),
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        document_id uuid NOT NULL,
        document_number text NOT NULL,
        supplier_id uuid,
        description text NOT NULL,
        pence bigint NOT NULL CHECK (pence > 0),
        posted_by text NOT NULL,
        posted_at timestamptz NOT NULL DEFAULT now(),
        undone_by text,
        undone_at timestamptz,
        CHECK ((undone_by IS NULL) = (undone_at IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX adjustment_once ON adjustment (month, kind, document_id) WHERE undone_at IS NULL",
    """
    CREATE TABLE category_code (
        category_code text PRIMARY KEY CHECK (category_code <> ''),
        name text NOT NULL CHECK (name <> ''),
        cfr_code text CHECK (cfr_code <> ''),
        academies_code text CHECK (academies_code <> '')
    )
    """,
    """
    INSERT INTO category_code (category_code, name, cfr_code) VALUES
        ('payroll', 'Payroll', 'E28a'), ('hr-advisory', 'HR advisory', 'E28a'),
        ('legal-advice', 'Legal advice', 'E28a'), ('accountancy-audit', 'Accountancy and audit', 'E28a'),
        ('finance-support', 'Finance support', 'E28a'), ('data-protection', 'Data protection officer', 'E28a'),
        ('governance-support', 'Governance support', 'E28a'), ('health-safety', 'Health and safety', 'E28a'),
        ('safeguarding-curriculum-reviews', 'Safeguarding and curriculum reviews', 'E27'),
        ('shared-teaching', 'Shared teaching', 'E27'), ('recruitment-advertising', 'Recruitment advertising', 'E08'),
        ('trade-union-facilities', 'Trade union facilities', 'E28a'),
        ('grounds-maintenance', 'Grounds maintenance', 'E13'), ('catering', 'Catering', 'E25'),
        ('it-support', 'IT support', 'E20G'), ('it-licences', 'IT licences', 'E20D'),
        ('software-packages', 'Software packages', 'E20C'), ('stationery', 'Stationery', 'E19'),
        ('exercise-books', 'Exercise books', 'E19'), ('cleaning-materials', 'Cleaning materials', 'E14'),
        ('cleaning-services', 'Cleaning services', 'E14'), ('devices', 'Devices', 'E20E'), ('energy', 'Energy', 'E16'),
        ('insurance', 'Insurance', 'E23'), ('training', 'Training', 'E09'), ('connectivity', 'Connectivity', 'E20A')
    """,
    """
    CREATE TABLE chart_import (
        chart_import_id uuid PRIMARY KEY,
        filename text NOT NULL,
        rows jsonb NOT NULL,
        sent_by text NOT NULL,
        sent_at timestamptz NOT NULL DEFAULT now(),
        applied_by text,
        applied_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK ((applied_by IS NULL) = (applied_at IS NULL))
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "adjustment")
    protect(op, "chart_import")
    protect(op, "category_code", everyone_reads=True)
    protect(op, "ledger_setting", everyone_reads=True)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
