"""Who is connected with a supplier: the register of interests, and from what a related party is to be told of.

A school reads the interests declared at it; the alliance keeps the register. Suppliers see none of it.
"""

from alembic import op

from chassis.rls import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE interest (
        interest_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL REFERENCES supplier,
        school_urn integer REFERENCES school,
        person_name text NOT NULL CHECK (person_name <> ''),
        capacity text NOT NULL
            CHECK (capacity IN ('member', 'trustee', 'governor', 'senior_staff', 'family', 'school')),
        nature text NOT NULL CHECK (nature <> ''),
        starts_on date NOT NULL,
        ends_on date CHECK (ends_on >= starts_on),
        declared_on date NOT NULL,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX interest_by_supplier ON interest (supplier_id, starts_on)",
    """
    CREATE TABLE related_party_threshold (
        from_on date PRIMARY KEY,
        report_above_pence bigint NOT NULL CHECK (report_above_pence >= 0),
        approval_above_pence bigint NOT NULL CHECK (approval_above_pence >= report_above_pence),
        source text NOT NULL CHECK (source <> '')
    )
    """,
    """
    INSERT INTO related_party_threshold (from_on, report_above_pence, approval_above_pence, source) VALUES
        ('2019-04-01', 0, 2000000, 'Academies Financial Handbook 2018, in force for related parties from 1 April 2019'),
        ('2023-09-01', 0, 4000000, 'Academy Trust Handbook 2023, in force from 1 September 2023')
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "interest", school="school_urn", school_reach="read", alliance="write")
    protect(op, "related_party_threshold", alliance="read", everyone_reads=True)
