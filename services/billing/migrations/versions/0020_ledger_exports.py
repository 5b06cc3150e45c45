"""How each school, and the alliance, takes its documents over into its own accounts program, and what it has exported.

A school's rows are the school's alone; rows without a school are the alliance's.
"""

from alembic import op

from chassis.rls import protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE export_profile (
        school_urn integer CONSTRAINT export_profile_of_one UNIQUE NULLS NOT DISTINCT,
        format text NOT NULL CHECK (format IN ('sage50', 'xero', 'arbor', 'csv')),
        account text NOT NULL,
        bank_nominal text NOT NULL,
        department text NOT NULL,
        nominals jsonb NOT NULL,
        tax_codes jsonb NOT NULL,
        columns jsonb NOT NULL,
        saved_by text NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE ledger_export (
        ledger_export_id uuid PRIMARY KEY,
        school_urn integer,
        format text NOT NULL,
        from_on date NOT NULL,
        to_on date NOT NULL CHECK (to_on >= from_on),
        again boolean NOT NULL,
        exported_by text NOT NULL,
        person_id uuid,
        exported_at timestamptz NOT NULL DEFAULT now(),
        rows integer NOT NULL CHECK (rows > 0),
        net_pence bigint NOT NULL,
        vat_pence bigint NOT NULL,
        sha256 bytea NOT NULL
    )
    """,
    "CREATE INDEX ledger_export_by_school ON ledger_export (school_urn, exported_at)",
    """
    CREATE TABLE ledger_export_document (
        ledger_export_id uuid NOT NULL REFERENCES ledger_export,
        school_urn integer,
        kind text NOT NULL CHECK (kind IN ('bill', 'credit_note', 'receipt', 'journal')),
        document_id uuid NOT NULL,
        PRIMARY KEY (ledger_export_id, kind, document_id)
    )
    """,
    "CREATE INDEX ledger_export_document_once ON ledger_export_document (document_id, kind)",
)
_ALLIANCE = "(SELECT current_setting('bursar.actor', true)) = 'alliance' AND school_urn IS NULL"


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("export_profile", "ledger_export", "ledger_export_document"):
        protect(op, table, school="school_urn", alliance="none")
        op.execute(f"CREATE POLICY {table}_alliance ON {table} USING ({_ALLIANCE}) WITH CHECK ({_ALLIANCE})")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
