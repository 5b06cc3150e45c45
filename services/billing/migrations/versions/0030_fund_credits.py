"""What is credited of the contributions of a fund's year, for everybody who sees the year's totals."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION fund_credited(p_year uuid) RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT coalesce(sum(b.credited_pence), 0)::bigint
            FROM fund_contribution c JOIN fund_year y USING (fund_year_id)
            JOIN bill b ON b.fund_contribution_id = c.fund_contribution_id
            WHERE y.fund_year_id = p_year AND CASE current_setting('bursar.actor', true)
                WHEN 'service' THEN true WHEN 'alliance' THEN true
                WHEN 'school' THEN y.state <> 'draft' ELSE false END
        $$
    """)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
