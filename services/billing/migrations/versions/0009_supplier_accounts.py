"""Where suppliers are paid, each account from a day on: the alliance's alone, whose payment runs need it."""

from alembic import op

from chassis.rls import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ACCOUNT = """
    CREATE TABLE supplier_account (
        supplier_id uuid NOT NULL,
        from_on date NOT NULL,
        account_name text NOT NULL,
        sort_code text NOT NULL CHECK (sort_code ~ '^[0-9]{6}$'),
        account_number text NOT NULL CHECK (account_number ~ '^[0-9]{8}$'),
        PRIMARY KEY (supplier_id, from_on)
    )
"""


def upgrade() -> None:
    op.execute(_ACCOUNT)
    protect(op, "supplier_account", alliance="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
