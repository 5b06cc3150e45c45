"""What a line may add to its quantity, what a round copies of its contracts' terms, and orders that are declined."""

from alembic import op

from chassis.rls import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"

STATEMENTS = (
    # A line is firm by its quantity; it may offer flexible units on top, and may be conditional.
    """
    ALTER TABLE order_line
        ADD flexible integer NOT NULL DEFAULT 0 CHECK (flexible BETWEEN 0 AND 1000000),
        ADD max_unit_price numeric(12, 4) CHECK (max_unit_price >= 0),
        ADD min_schools integer CHECK (min_schools > 0),
        ADD note text NOT NULL DEFAULT ''
    """,
    "ALTER TABLE school_order DROP CONSTRAINT school_order_state_check",
    """
    ALTER TABLE school_order
        ADD CONSTRAINT school_order_state_check
            CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'declined', 'dropped')),
        ADD fund text NOT NULL DEFAULT 'delegated' CHECK (fund IN ('delegated', 'own', 'pta')),
        ADD site_id uuid,
        ADD note text NOT NULL DEFAULT ''
    """,
    "ALTER TABLE contract ADD terms jsonb NOT NULL DEFAULT '{}'",
    # What becomes of a contract's orders below its minimum: chosen for one contract, or else for the round.
    "ALTER TABLE round ADD minimum_choice text NOT NULL DEFAULT 'drop' CHECK (minimum_choice IN ('drop', 'pay_fee'))",
    """
    CREATE TABLE round_contract (
        round_id uuid NOT NULL REFERENCES round,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        terms jsonb NOT NULL DEFAULT '{}',
        minimum_choice text CHECK (minimum_choice IN ('drop', 'pay_fee')),
        PRIMARY KEY (round_id, contract_id)
    )
    """,
    """
    INSERT INTO round_contract (round_id, contract_id, supplier_id)
    SELECT DISTINCT ON (round_id, contract_id) round_id, contract_id, supplier_id
    FROM round_offer ORDER BY round_id, contract_id, supplier_id
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    protect(op, "round_contract", alliance="write")
    op.execute(f"CREATE POLICY round_contract_read_by_schools ON round_contract FOR SELECT USING ({_ACTOR} = 'school')")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
