"""What documents say of the alliance and of the suppliers, as members told of them.

Everybody reads the alliance's details; a supplier's are for itself and for the alliance.
"""

from alembic import op

from chassis.rls import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE alliance (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        name text NOT NULL,
        legal_name text NOT NULL,
        address jsonb NOT NULL,
        endpoint jsonb,
        vat_number text,
        email text NOT NULL,
        telephone text NOT NULL
    )
    """,
    """
    CREATE TABLE supplier_details (
        supplier_id uuid PRIMARY KEY,
        email text NOT NULL,
        vat_number text,
        address jsonb,
        endpoint jsonb,
        company_number text,
        telephone text,
        school_urn integer
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "alliance", alliance="read", everyone_reads=True)
    protect(op, "supplier_details", supplier="supplier_id", supplier_reach="read", alliance="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
