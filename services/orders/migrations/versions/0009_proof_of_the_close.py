"""The proof of a close: what was wished, granted and charged, line by line and school by school."""

from alembic import op

from chassis.rls import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"

_STATEMENTS = (
    # One row for each offer that anybody wished and each charge: totals without names, which every member may see.
    # `denied` and `firm` add up what is wished; `firm` and `flexible` count those who take part. `line_no` is the line
    # of the purchase order, NULL where nothing was ordered.
    """
    CREATE TABLE close_line (
        close_line_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        round_id uuid NOT NULL REFERENCES round,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        position integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('goods', 'charge')),
        offer_id uuid,
        sku text NOT NULL,
        name text NOT NULL,
        unit text NOT NULL,
        vat_class text NOT NULL,
        line_no integer,
        share_by text NOT NULL CHECK (share_by IN ('value', 'units', 'equal', 'pupils')),
        reason text NOT NULL,
        pack integer NOT NULL CHECK (pack > 0),
        schools integer NOT NULL,
        firm bigint NOT NULL,
        flexible bigint NOT NULL,
        denied bigint NOT NULL,
        unit_price numeric(12, 4) NOT NULL,
        quantity bigint NOT NULL CHECK (quantity >= 0),
        net_pence bigint NOT NULL CHECK (net_pence >= 0),
        weight bigint NOT NULL,
        left_over integer NOT NULL,
        UNIQUE (round_id, position),
        CHECK ((kind = 'goods') = (offer_id IS NOT NULL))
    )
    """,
    # One school's part of such a line. Its share without the last penny is net × weight / all weights, cut off; the
    # first `left_over` ranks got a penny more. A denied wish keeps the price and the schools at which it was denied.
    # Only the close writes here, all rows at once: foreign keys would look each one up.
    """
    CREATE TABLE close_share (
        close_line_id bigint NOT NULL,
        school_urn integer NOT NULL,
        firm integer NOT NULL,
        flexible integer NOT NULL,
        granted integer NOT NULL CHECK (granted BETWEEN 0 AND firm + flexible),
        reason text NOT NULL,
        denied_unit_price numeric(12, 4),
        denied_schools integer,
        weight bigint NOT NULL,
        rank integer,
        net_pence bigint NOT NULL,
        PRIMARY KEY (close_line_id, school_urn)
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "close_line", alliance="read")
    op.execute(f"CREATE POLICY close_line_read_by_schools ON close_line FOR SELECT USING ({_ACTOR} = 'school')")
    protect(op, "close_share", school="school_urn", school_reach="read", alliance="read")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
