"""Charges are not received: a round is delivered without them. And flexible units stand beside what is summed."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "DROP INDEX order_line_by_offer",
    "CREATE INDEX order_line_by_offer ON order_line (round_id, offer_id) INCLUDE (school_urn, quantity, flexible)",
    # Few lines are; the close looks for them in every round.
    """
    CREATE INDEX order_line_to_resolve ON order_line (round_id, offer_id)
        WHERE flexible > 0 OR max_unit_price IS NOT NULL OR min_schools IS NOT NULL
    """,
    """
    CREATE OR REPLACE FUNCTION advance_round(p_round uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        reached text;
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') = '' THEN
            RETURN NULL;
        END IF;
        PERFORM 1 FROM round WHERE round_id = p_round FOR UPDATE;
        SELECT CASE
            WHEN count(*) FILTER (WHERE o.state = 'issued') > 0 THEN 'closed'
            WHEN count(*) FILTER (WHERE o.state = 'accepted') = 0 THEN 'cancelled'
            WHEN count(*) FILTER (WHERE o.state = 'accepted' AND o.settled_at IS NULL) = 0 THEN 'settled'
            WHEN NOT EXISTS (
                SELECT 1 FROM purchase_order p JOIN drop_line d USING (purchase_order_id)
                JOIN purchase_order_line l USING (purchase_order_id, line_no)
                WHERE p.round_id = p_round AND p.state = 'accepted' AND d.quantity_received IS NULL
                    AND l.kind <> 'charge'
            ) THEN 'delivered'
            ELSE 'ordered' END
        INTO reached FROM purchase_order o WHERE o.round_id = p_round;
        UPDATE round SET state = reached, version = version + 1
            WHERE round_id = p_round AND state IN ('closed', 'ordered', 'delivered') AND state <> reached;
        RETURN reached;
    END
    $$
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
