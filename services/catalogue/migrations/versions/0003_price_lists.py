"""Price lists that were compared with a contract's offers, and what each of their lines would do."""

from alembic import op

from chassis.rls import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # offers_stamp: the sum of the versions of the contract's offers when they were compared; any change raises it.
    """
    CREATE TABLE price_list (
        price_list_id uuid PRIMARY KEY,
        contract_id uuid NOT NULL REFERENCES contract,
        name text NOT NULL,
        whole boolean NOT NULL,
        from_day date NOT NULL,
        ignored text[] NOT NULL,
        offers_stamp bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('compared', 'applied')),
        compared_by text NOT NULL,
        compared_at timestamptz NOT NULL DEFAULT now(),
        applied_by text,
        applied_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK ((state = 'applied') = (applied_at IS NOT NULL))
    )
    """,
    "CREATE INDEX price_list_by_contract ON price_list (contract_id)",
    """
    CREATE TABLE price_list_line (
        price_list_id uuid NOT NULL REFERENCES price_list ON DELETE CASCADE,
        position integer NOT NULL,
        change text NOT NULL CHECK (change IN ('added', 'changed', 'withdrawn', 'unchanged', 'refused')),
        line integer,
        sku text NOT NULL,
        name text NOT NULL,
        proposed jsonb,
        differences jsonb NOT NULL,
        reasons text[] NOT NULL,
        PRIMARY KEY (price_list_id, position),
        CHECK ((change IN ('added', 'changed', 'withdrawn')) = (proposed IS NOT NULL))
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("price_list", "price_list_line"):
        protect(op, table, alliance="write")
