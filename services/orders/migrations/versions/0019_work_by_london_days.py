"""How the work of leading contracts is shared, by the London days on which rounds closed."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Runs as the owner, for a school sees its own purchase orders only. It returns no line and no school's share.
_WORKLOAD = """
    CREATE OR REPLACE FUNCTION lead_buyers_work(p_from date, p_to date)
    RETURNS TABLE (lead_urn integer, contracts bigint, rounds bigint, purchase_orders bigint, drops bigint,
        net_pence bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') NOT IN ('school', 'alliance', 'service') THEN
            RETURN;
        END IF;
        RETURN QUERY
            SELECT CAST(c.terms ->> 'lead_urn' AS integer), count(DISTINCT p.contract_id),
                count(DISTINCT p.round_id), count(*), coalesce(sum(d.schools), 0)::bigint, sum(p.net_pence)::bigint
            FROM purchase_order p
            JOIN round r ON r.round_id = p.round_id
            LEFT JOIN contract c ON c.contract_id = p.contract_id
            CROSS JOIN LATERAL (
                SELECT count(*) AS schools FROM school_drop s WHERE s.purchase_order_id = p.purchase_order_id
            ) d
            WHERE CAST(r.closed_at AT TIME ZONE 'Europe/London' AS date) BETWEEN p_from AND p_to
                AND p.state <> 'rejected'
            GROUP BY 1;
    END
    $$
"""


def upgrade() -> None:
    op.execute(_WORKLOAD)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
