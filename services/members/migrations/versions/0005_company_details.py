"""What orders and invoices must say of the alliance and of each supplier.

Each supplier that is there already is told of again, so that the other parts keep its details too.
"""

from alembic import op

from chassis.rls import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ALLIANCE = """
    CREATE TABLE alliance (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        name text NOT NULL CHECK (name <> ''),
        legal_name text NOT NULL,
        address jsonb NOT NULL,
        endpoint jsonb,
        vat_number text,
        email text NOT NULL,
        telephone text NOT NULL,
        version integer NOT NULL CHECK (version > 0)
    )
"""
_SUPPLIER = """
    ALTER TABLE supplier
        ADD address jsonb,
        ADD endpoint jsonb,
        ADD company_number text,
        ADD telephone text,
        ADD school_urn integer REFERENCES school
"""
_TELL = """
    INSERT INTO event_log (type, version, key, body)
    SELECT 'SupplierRecorded', 2, 'supplier:' || supplier_id, jsonb_build_object(
        'supplier_id', supplier_id, 'name', name, 'email', email, 'vat_number', vat_number, 'address', NULL,
        'endpoint', NULL, 'company_number', NULL, 'telephone', NULL, 'school_urn', NULL)
    FROM supplier ORDER BY supplier_id
"""


def upgrade() -> None:
    op.execute(_ALLIANCE)
    protect(op, "alliance", alliance="write", everyone_reads=True)
    op.execute(_SUPPLIER)
    op.execute(_TELL)
