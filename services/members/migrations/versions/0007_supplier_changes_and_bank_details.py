"""What was changed of a supplier's record, its bank details with every step of their changes, and the safeguards.

A supplier and the alliance read bank details; only the service writes them, after its use cases saw who asks.
"""

from alembic import op

from chassis.rls import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE supplier_change (
        supplier_id uuid NOT NULL REFERENCES supplier,
        version integer NOT NULL,
        field text NOT NULL,
        value_before text,
        value_after text,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        by_supplier boolean NOT NULL,
        PRIMARY KEY (supplier_id, version, field)
    )
    """,
    """
    CREATE TABLE bank_safeguards (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        waiting_days integer NOT NULL CHECK (waiting_days BETWEEN 1 AND 30),
        trusted_after_days integer NOT NULL CHECK (trusted_after_days BETWEEN 1 AND 365),
        version integer NOT NULL
    )
    """,
    "INSERT INTO bank_safeguards (waiting_days, trusted_after_days, version) VALUES (3, 30, 0)",
    """
    CREATE TABLE supplier_bank_details (
        bank_details_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL REFERENCES supplier,
        account_name text NOT NULL CHECK (account_name <> ''),
        sort_code text NOT NULL CHECK (sort_code ~ '^[0-9]{6}$'),
        account_number text NOT NULL CHECK (account_number ~ '^[0-9]{8}$'),
        proposed_by_id uuid NOT NULL,
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        trusted_telephone text,
        confirmed_by_id uuid CHECK (confirmed_by_id <> proposed_by_id),
        confirmed_by text,
        confirmed_at timestamptz CHECK (confirmed_at >= proposed_at),
        called_number text,
        spoke_to text,
        effective_on date,
        in_force_at timestamptz,
        replaced_at timestamptz,
        stopped_by text,
        stopped_at timestamptz,
        stop_reason text,
        version integer NOT NULL,
        CHECK (num_nonnulls(confirmed_by_id, confirmed_by, confirmed_at, effective_on) IN (0, 4)),
        CHECK (num_nonnulls(called_number, spoke_to) IN (0, 2)),
        CHECK (called_number IS NULL OR confirmed_at IS NOT NULL),
        CHECK (in_force_at IS NULL OR confirmed_at IS NOT NULL AND stopped_at IS NULL),
        CHECK (replaced_at IS NULL OR in_force_at IS NOT NULL),
        CHECK (num_nonnulls(stopped_by, stopped_at, stop_reason) IN (0, 3))
    )
    """,
    "CREATE INDEX supplier_bank_details_by_supplier ON supplier_bank_details (supplier_id, proposed_at)",
    """
    CREATE UNIQUE INDEX supplier_bank_details_pending ON supplier_bank_details (supplier_id)
        WHERE in_force_at IS NULL AND stopped_at IS NULL
    """,
    """
    CREATE UNIQUE INDEX supplier_bank_details_in_force ON supplier_bank_details (supplier_id)
        WHERE in_force_at IS NOT NULL AND replaced_at IS NULL
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "supplier_change", supplier="supplier_id", supplier_reach="read", alliance="write")
    protect(op, "supplier_bank_details", supplier="supplier_id", supplier_reach="read", alliance="read")
    protect(op, "bank_safeguards", alliance="write")
