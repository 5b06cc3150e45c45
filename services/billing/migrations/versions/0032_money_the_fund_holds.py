"""What stays on account of a school in the fund is received from it, and no interest."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_FUND_ACCOUNT = """
    CREATE OR REPLACE FUNCTION fund_account(p_from date, p_to date) RETURNS TABLE (brought_forward_pence bigint,
        received_pence bigint, spent_pence bigint, other_pence bigint, balance_pence bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH moved AS (
            SELECT posted_on,
                coalesce(sum(debit_pence - credit_pence) FILTER (WHERE account = '1250'), 0) AS bank,
                coalesce(sum(credit_pence - debit_pence) FILTER (WHERE account IN ('1110', '2310')), 0) AS received,
                coalesce(sum(debit_pence - credit_pence) FILTER (WHERE account = '6100'), 0) AS spent
            FROM entry JOIN entry_line USING (entry_id)
            WHERE posted_on <= p_to
                AND entry_id IN (SELECT entry_id FROM entry_line WHERE account = '1250')
                AND current_setting('bursar.actor', true) IN ('service', 'alliance', 'school')
            GROUP BY posted_on
        )
        SELECT coalesce(sum(bank) FILTER (WHERE posted_on < p_from), 0)::bigint,
            coalesce(sum(received) FILTER (WHERE posted_on >= p_from), 0)::bigint,
            coalesce(sum(spent) FILTER (WHERE posted_on >= p_from), 0)::bigint,
            coalesce(sum(bank - received + spent) FILTER (WHERE posted_on >= p_from), 0)::bigint,
            coalesce(sum(bank), 0)::bigint
        FROM moved
    $$
"""


def upgrade() -> None:
    op.execute(_FUND_ACCOUNT)


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
