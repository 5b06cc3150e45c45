"""What ordering keeps of schools in depth: type, pupils, class of membership, financial year and delivery sites.

A site that its school has taken off its list stays, marked as removed: orders may name it.
"""

from alembic import op

from chassis.rls import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE school
        ADD COLUMN type_code text NOT NULL DEFAULT '',
        ADD COLUMN membership_class text NOT NULL DEFAULT 'full' CHECK (membership_class IN ('full', 'associate')),
        ADD COLUMN pupils integer CHECK (pupils >= 0),
        ADD COLUMN financial_year text NOT NULL DEFAULT 'april' CHECK (financial_year IN ('april', 'september'))
    """,
    """
    CREATE TABLE delivery_site (
        site_id uuid PRIMARY KEY,
        school_urn integer NOT NULL REFERENCES school,
        name text NOT NULL,
        address text NOT NULL,
        postcode text NOT NULL,
        instructions text NOT NULL,
        main boolean NOT NULL,
        removed boolean NOT NULL DEFAULT false
    )
    """,
    "CREATE INDEX delivery_site_by_school ON delivery_site (school_urn)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "delivery_site", school="school_urn", school_reach="read", alliance="read")
