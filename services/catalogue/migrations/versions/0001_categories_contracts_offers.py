"""Categories, contracts and offers with their price tiers.

Every member sees the same offers and prices; a supplier sees its own only. The alliance writes. A supplier's name is a
copy of what the members service says.
"""

from alembic import op

from chassis.rls import protect
from chassis.schema import install

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE supplier (
        supplier_id uuid PRIMARY KEY,
        name text NOT NULL
    )
    """,
    """
    CREATE TABLE category (
        code text PRIMARY KEY,
        name text NOT NULL CHECK (name <> ''),
        cpv text NOT NULL,
        ledger_code text NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE contract (
        contract_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL REFERENCES supplier,
        title text NOT NULL CHECK (title <> ''),
        reference text NOT NULL CHECK (reference <> ''),
        category_code text NOT NULL REFERENCES category,
        settlement text NOT NULL CHECK (settlement IN ('recharge', 'direct')),
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (contract_id, supplier_id),
        CHECK (ends_on >= starts_on)
    )
    """,
    "CREATE UNIQUE INDEX contract_by_reference ON contract (lower(reference))",
    """
    CREATE TABLE offer (
        offer_id uuid PRIMARY KEY,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        category_code text NOT NULL REFERENCES category,
        sku text NOT NULL CHECK (sku <> ''),
        name text NOT NULL CHECK (name <> ''),
        description text NOT NULL,
        unit text NOT NULL,
        pack_size integer NOT NULL CHECK (pack_size >= 1),
        vat_class text NOT NULL,
        phases text[] NOT NULL,
        state text NOT NULL CHECK (state IN ('published', 'withdrawn')),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (contract_id, sku),
        UNIQUE (offer_id, supplier_id),
        FOREIGN KEY (contract_id, supplier_id) REFERENCES contract (contract_id, supplier_id)
    )
    """,
    "CREATE INDEX offer_by_category ON offer (category_code)",
    """
    CREATE TABLE offer_tier (
        offer_id uuid NOT NULL,
        from_quantity integer NOT NULL CHECK (from_quantity >= 1),
        supplier_id uuid NOT NULL,
        unit_price numeric(12, 4) NOT NULL CHECK (unit_price > 0),
        PRIMARY KEY (offer_id, from_quantity),
        FOREIGN KEY (offer_id, supplier_id) REFERENCES offer (offer_id, supplier_id)
    )
    """,
)


def upgrade() -> None:
    install(op)
    for statement in _TABLES:
        op.execute(statement)
    protect(op, "category", alliance="write", everyone_reads=True)
    protect(op, "supplier", supplier="supplier_id", supplier_reach="read", alliance="write")
    op.execute(
        "CREATE POLICY supplier_for_schools ON supplier FOR SELECT"
        " USING ((SELECT current_setting('bursar.actor', true)) = 'school')"
    )
    for table in ("contract", "offer", "offer_tier"):
        protect(op, table, supplier="supplier_id", supplier_reach="read", alliance="write")
        op.execute(
            f"CREATE POLICY {table}_for_schools ON {table} FOR SELECT"
            " USING ((SELECT current_setting('bursar.actor', true)) = 'school')"
        )
