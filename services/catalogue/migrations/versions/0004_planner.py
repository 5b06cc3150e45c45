"""Procurement thresholds and quote tiers, dated; and the addresses of the planner's calendar.

Thresholds with VAT for sub-central authorities: Procurement Act 2023, schedule 1, and the regulations that amend it
from 1 January 2026.
"""

from alembic import op

from chassis.rls import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE procurement_rules (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        version integer NOT NULL DEFAULT 1
    )
    """,
    "INSERT INTO procurement_rules DEFAULT VALUES",
    """
    CREATE TABLE procurement_threshold (
        kind text NOT NULL CHECK (kind IN ('goods_services', 'light_touch', 'works')),
        commences_on date NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence > 0),
        PRIMARY KEY (kind, commences_on)
    )
    """,
    """
    INSERT INTO procurement_threshold (kind, commences_on, amount_pence) VALUES
        ('goods_services', '2024-01-01', 21490400), ('goods_services', '2026-01-01', 20772000),
        ('light_touch', '2024-01-01', 66354000), ('light_touch', '2026-01-01', 66354000),
        ('works', '2024-01-01', 537260900), ('works', '2026-01-01', 519300000)
    """,
    """
    CREATE TABLE quote_tier (
        commences_on date NOT NULL,
        from_pence bigint NOT NULL CHECK (from_pence >= 0),
        requirement text NOT NULL CHECK (requirement <> ''),
        PRIMARY KEY (commences_on, from_pence)
    )
    """,
    """
    INSERT INTO quote_tier (commences_on, from_pence, requirement) VALUES
        ('2024-01-01', 0, 'Below £10,000: show that it is good value'),
        ('2024-01-01', 1000000, '£10,000 to £40,000: three written quotes'),
        ('2024-01-01', 4000001, 'Above £40,000: a formal tender or a framework')
    """,
    # The token itself is told once; only its hash is kept.
    """
    CREATE TABLE planner_feed (
        feed_id uuid PRIMARY KEY,
        token_hash bytea NOT NULL UNIQUE,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        revoked_by text,
        revoked_at timestamptz,
        CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
    )
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in ("procurement_rules", "procurement_threshold", "quote_tier", "planner_feed"):
        protect(op, table, alliance="write")
