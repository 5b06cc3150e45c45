"""Approvals within each school's limits, by two people where it wants that, and each school's budgets.

What a school has reserved and committed follows from its orders and drops; only what it was billed is kept here, as
billing tells of it.
"""

from alembic import op

from chassis.rls import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE approval_limits (
        school_urn integer PRIMARY KEY,
        limits jsonb NOT NULL,
        second_above_pence bigint
    )
    """,
    # `…_for_id` is the approver whose authority was used: oneself, or whoever one stood in for.
    """
    ALTER TABLE school_order
        ADD approved_for_id text,
        ADD first_approved_by_id text,
        ADD first_approved_by text,
        ADD first_approved_for_id text,
        ADD first_approved_at timestamptz,
        ADD CHECK (approved_for_id <> submitted_by_id OR state <> 'approved'),
        ADD CHECK (num_nulls(first_approved_by_id, first_approved_by, first_approved_for_id, first_approved_at)
            IN (0, 4)),
        ADD CHECK (first_approved_by_id IS NULL OR state IN ('submitted', 'approved', 'dropped')),
        ADD CHECK (first_approved_by_id <> submitted_by_id AND first_approved_for_id <> submitted_by_id),
        ADD CHECK (state <> 'approved' OR first_approved_by_id NOT IN (approved_by_id, approved_for_id)
            AND first_approved_for_id NOT IN (approved_by_id, approved_for_id))
    """,
    # The lines as an approver last decided on them: what has changed since is shown to the next.
    """
    CREATE TABLE decided_line (
        round_id uuid NOT NULL,
        school_urn integer NOT NULL,
        offer_id uuid NOT NULL,
        quantity integer NOT NULL,
        flexible integer NOT NULL,
        PRIMARY KEY (round_id, school_urn, offer_id),
        FOREIGN KEY (round_id, school_urn) REFERENCES school_order
    )
    """,
    """
    CREATE TABLE budget_year (
        school_urn integer NOT NULL,
        financial_year text NOT NULL CHECK (financial_year ~ '^[0-9]{4}-[0-9]{2}$'),
        version integer NOT NULL CHECK (version > 0),
        changed_by text NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (school_urn, financial_year)
    )
    """,
    """
    CREATE TABLE budget (
        school_urn integer NOT NULL,
        financial_year text NOT NULL,
        category_code text NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence >= 0),
        hard boolean NOT NULL,
        PRIMARY KEY (school_urn, financial_year, category_code),
        FOREIGN KEY (school_urn, financial_year) REFERENCES budget_year
    )
    """,
    """
    CREATE TABLE bill_amount (
        bill_id uuid NOT NULL,
        position integer NOT NULL,
        school_urn integer NOT NULL,
        number text NOT NULL,
        issue_date date NOT NULL,
        round_id uuid,
        purchase_order_id uuid,
        category_code text NOT NULL,
        net_pence bigint NOT NULL,
        vat_pence bigint NOT NULL,
        PRIMARY KEY (bill_id, position)
    )
    """,
    "CREATE INDEX bill_amount_by_school ON bill_amount (school_urn)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "approval_limits", school="school_urn", school_reach="read", alliance="none")
    protect(op, "decided_line", school="school_urn", alliance="none")
    protect(op, "budget_year", school="school_urn", alliance="none")
    protect(op, "budget", school="school_urn", alliance="none")
    protect(op, "bill_amount", school="school_urn", school_reach="read", alliance="none")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
