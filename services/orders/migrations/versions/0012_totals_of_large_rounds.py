"""Sums over the orders of a round: with flexible units, and fast with a hundred thousand lines.

Where statistics are older than a rush of orders, the planner takes loops within loops for cheap; here they never are.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # The conditions of a wish belong to its proof: nobody but the school may read its order.
    "ALTER TABLE close_share ADD max_unit_price numeric(12, 4), ADD min_schools integer",
    "DROP FUNCTION round_totals",
    """
    CREATE FUNCTION round_totals(p_round uuid)
    RETURNS TABLE (offer_id uuid, quantity bigint, schools bigint, flexible bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') = '' THEN
            RETURN;
        END IF;
        RETURN QUERY
            SELECT l.offer_id, sum(l.quantity), count(*), sum(l.flexible)
            FROM order_line l JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
            WHERE l.round_id = p_round AND o.round_id = p_round AND o.state IN ('submitted', 'approved')
            GROUP BY l.offer_id;
    END
    $$
    """,
    # A unit price in hundredths of a penny is a whole number, and so quicker to multiply and round.
    """
    CREATE OR REPLACE FUNCTION order_nets(p_round uuid)
    RETURNS TABLE (school_urn integer, net_pence bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
    DECLARE
        kind text := coalesce(current_setting('bursar.actor', true), '');
        own integer := nullif(current_setting('bursar.school_urn', true), '')::integer;
    BEGIN
        IF kind NOT IN ('school', 'alliance', 'service') THEN
            RETURN;
        END IF;
        IF EXISTS (SELECT 1 FROM round r WHERE r.round_id = p_round AND r.closed_at IS NOT NULL) THEN
            RETURN QUERY
                SELECT d.school_urn, sum(l.net_pence)::bigint
                FROM school_drop d JOIN drop_line l USING (purchase_order_id, school_urn)
                WHERE d.round_id = p_round AND (kind <> 'school' OR d.school_urn = own)
                GROUP BY d.school_urn;
            RETURN;
        END IF;
        RETURN QUERY
            WITH total AS MATERIALIZED (
                SELECT t.offer_id, t.quantity FROM round_totals(p_round) t WHERE kind <> 'school'
                UNION ALL
                SELECT t.offer_id, t.quantity FROM offer_totals(p_round, ARRAY(
                    SELECT l.offer_id FROM order_line l WHERE l.round_id = p_round AND l.school_urn = own)) t
                WHERE kind = 'school'
            ), price AS MATERIALIZED (
                SELECT total.offer_id, (tier.unit_price * 10000)::bigint AS hundredths
                FROM total JOIN round_tier tier ON tier.round_id = p_round AND tier.offer_id = total.offer_id
                    AND total.quantity >= tier.applies_from AND total.quantity < tier.applies_below
            ), line AS (
                SELECT l.school_urn, (l.quantity * price.hundredths + 50) / 100 AS net_pence
                FROM order_line l
                JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
                JOIN price ON price.offer_id = l.offer_id
                WHERE l.round_id = p_round AND o.round_id = p_round AND o.state IN ('submitted', 'approved')
                    AND (kind <> 'school' OR l.school_urn = own)
                UNION ALL
                SELECT l.school_urn, (l.quantity * (tier.unit_price * 10000)::bigint + 50) / 100
                FROM order_line l
                JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
                LEFT JOIN total ON total.offer_id = l.offer_id
                JOIN round_tier tier ON tier.round_id = l.round_id AND tier.offer_id = l.offer_id
                    AND coalesce(total.quantity, 0) + l.quantity >= tier.applies_from
                    AND coalesce(total.quantity, 0) + l.quantity < tier.applies_below
                WHERE l.round_id = p_round AND o.round_id = p_round AND o.state NOT IN ('submitted', 'approved')
                    AND (kind <> 'school' OR l.school_urn = own)
            )
            SELECT line.school_urn, sum(line.net_pence)::bigint FROM line GROUP BY line.school_urn;
    END
    $$
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
