"""Schools, suppliers, people and their roles.

Every member may read the names of schools; a supplier reads its own record only. A person is visible to the
organisations for which the person holds a role, to the alliance, and to themselves.
"""

from alembic import op

from chassis.rls import protect
from chassis.schema import install

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWN_PEOPLE = """
    CREATE POLICY person_of_own_organisation ON person FOR SELECT USING (
        (SELECT current_setting('bursar.actor', true)) IN ('school', 'supplier')
            AND person_id = (SELECT nullif(current_setting('bursar.person_id', true), '')::uuid)
        OR EXISTS (SELECT 1 FROM person_role held WHERE held.person_id = person.person_id)
    )
"""
_SCHOOLS_READ_SUPPLIERS = """
    CREATE POLICY supplier_for_schools ON supplier FOR SELECT
        USING ((SELECT current_setting('bursar.actor', true)) = 'school')
"""

_TABLES = (
    """
    CREATE TABLE school (
        urn integer PRIMARY KEY CHECK (urn BETWEEN 100000 AND 999999),
        name text NOT NULL CHECK (name <> ''),
        phase text NOT NULL,
        type_code text NOT NULL,
        la_code text NOT NULL,
        establishment_number text NOT NULL,
        low_age integer,
        high_age integer,
        pupils integer CHECK (pupils >= 0),
        pupils_on date,
        pupils_source text NOT NULL,
        postcode text NOT NULL,
        town text NOT NULL,
        joined_on date NOT NULL,
        left_on date,
        version integer NOT NULL DEFAULT 1,
        CHECK (left_on >= joined_on)
    )
    """,
    """
    CREATE TABLE supplier (
        supplier_id uuid PRIMARY KEY,
        name text NOT NULL CHECK (name <> ''),
        email text NOT NULL,
        vat_number text,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE UNIQUE INDEX supplier_by_name ON supplier (lower(name))",
    """
    CREATE TABLE person (
        person_id uuid PRIMARY KEY,
        name text NOT NULL CHECK (name <> ''),
        email text NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE UNIQUE INDEX person_by_email ON person (lower(email))",
    """
    CREATE TABLE person_role (
        person_id uuid NOT NULL REFERENCES person,
        position integer NOT NULL,
        role text NOT NULL,
        school_urn integer REFERENCES school,
        supplier_id uuid REFERENCES supplier,
        starts_on date NOT NULL,
        ends_on date,
        PRIMARY KEY (person_id, position),
        CHECK (num_nonnulls(school_urn, supplier_id) <= 1),
        CHECK (ends_on >= starts_on)
    )
    """,
    "CREATE INDEX person_role_by_school ON person_role (school_urn)",
    "CREATE INDEX person_role_by_supplier ON person_role (supplier_id)",
)


def upgrade() -> None:
    install(op)
    for statement in _TABLES:
        op.execute(statement)
    protect(op, "school", alliance="write", everyone_reads=True)
    protect(op, "supplier", supplier="supplier_id", supplier_reach="read", alliance="write")
    op.execute(_SCHOOLS_READ_SUPPLIERS)
    protect(
        op,
        "person_role",
        school="school_urn",
        school_reach="read",
        supplier="supplier_id",
        supplier_reach="read",
        alliance="write",
    )
    protect(op, "person", alliance="write")
    op.execute(_OWN_PEOPLE)
