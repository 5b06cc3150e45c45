"""Suppliers propose price lists for their own contracts; the alliance takes them over, or declines with a reason."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OWN = """
    (SELECT current_setting('bursar.actor', true)) = 'supplier' AND proposed
        AND supplier_id = (SELECT nullif(current_setting('bursar.supplier_id', true), '')::uuid)
"""
# A supplier sees of lists what it proposed itself; comparisons that the alliance made are the alliance's.
_LINE_OF_OWN = """
    (SELECT current_setting('bursar.actor', true)) = 'supplier' AND EXISTS (
        SELECT 1 FROM price_list own WHERE own.price_list_id = price_list_line.price_list_id)
"""
_STATEMENTS = (
    """
    ALTER TABLE price_list
        ADD supplier_id uuid,
        ADD proposed boolean NOT NULL DEFAULT false,
        ADD declined_by text,
        ADD declined_at timestamptz,
        ADD reason text,
        DROP CONSTRAINT price_list_state_check,
        ADD CONSTRAINT price_list_state_check CHECK (state IN ('compared', 'applied', 'declined')),
        ADD CHECK (num_nonnulls(declined_by, declined_at, reason) = CASE state WHEN 'declined' THEN 3 ELSE 0 END),
        ADD CHECK (state <> 'declined' OR proposed)
    """,
    """
    UPDATE price_list SET supplier_id = contract.supplier_id
    FROM contract WHERE contract.contract_id = price_list.contract_id
    """,
    "ALTER TABLE price_list ALTER supplier_id SET NOT NULL",
    f"CREATE POLICY price_list_own ON price_list FOR SELECT USING ({_OWN})",
    f"CREATE POLICY price_list_propose ON price_list FOR INSERT WITH CHECK (state = 'compared' AND {_OWN})",
    f"CREATE POLICY price_list_take_back ON price_list FOR DELETE USING (state = 'compared' AND {_OWN})",
    f"CREATE POLICY price_list_line_own ON price_list_line FOR SELECT USING ({_LINE_OF_OWN})",
    f"CREATE POLICY price_list_line_propose ON price_list_line FOR INSERT WITH CHECK ({_LINE_OF_OWN})",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
