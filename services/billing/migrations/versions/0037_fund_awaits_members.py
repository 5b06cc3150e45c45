"""A year of the fund awaits no governing body whose school has left the alliance before it answered."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TOTALS = """
    CREATE OR REPLACE FUNCTION fund_totals(p_year uuid) RETURNS TABLE (schools bigint, pupils bigint,
        asked_pence bigint, awaiting_schools bigint, awaiting_pence bigint, confirmed_schools bigint,
        confirmed_pence bigint, declined_schools bigint, declined_pence bigint, billed_schools bigint,
        billed_pence bigint, received_pence bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT count(*) FILTER (WHERE c.state <> 'nothing'),
            coalesce(sum(c.pupils), 0)::bigint,
            coalesce(sum(c.amount_pence), 0)::bigint,
            count(*) FILTER (WHERE c.state = 'awaiting' AND NOT gone.gone),
            coalesce(sum(c.amount_pence) FILTER (WHERE c.state = 'awaiting' AND NOT gone.gone), 0)::bigint,
            count(*) FILTER (WHERE c.state = 'confirmed'),
            coalesce(sum(c.amount_pence) FILTER (WHERE c.state = 'confirmed'), 0)::bigint,
            count(*) FILTER (WHERE c.state = 'declined'),
            coalesce(sum(c.amount_pence) FILTER (WHERE c.state = 'declined'), 0)::bigint,
            count(b.bill_id),
            coalesce(sum(b.gross_pence), 0)::bigint,
            coalesce(sum(b.paid_pence), 0)::bigint
        FROM fund_contribution c JOIN fund_year y USING (fund_year_id)
        LEFT JOIN school s ON s.urn = c.school_urn
        CROSS JOIN LATERAL (
            SELECT coalesce(s.left_on < (now() AT TIME ZONE 'Europe/London')::date, false) AS gone
        ) gone
        LEFT JOIN bill b ON b.fund_contribution_id = c.fund_contribution_id
        WHERE y.fund_year_id = p_year AND CASE current_setting('bursar.actor', true)
            WHEN 'service' THEN true WHEN 'alliance' THEN true
            WHEN 'school' THEN y.state <> 'draft' ELSE false END
    $$
"""


def upgrade() -> None:
    op.execute(_TOTALS)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
