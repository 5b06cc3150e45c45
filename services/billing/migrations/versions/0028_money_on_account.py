"""Money that no document is open for is held on account of its school or supplier; lines nothing can settle are set
aside for a reason.

What is held is the sum of `held_money` by purpose and party: positive where the alliance owes it back.
"""

from alembic import op

from chassis.rls import protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    INSERT INTO account (code, name, kind) VALUES
        ('2110', 'Supplier money on account', 'liability'),
        ('2300', 'School money on account', 'liability'),
        ('2310', 'School money on account, fund', 'liability')
    ON CONFLICT (code) DO NOTHING
    """,
    """
    CREATE TABLE held_money (
        posting_id uuid PRIMARY KEY,
        bank_line_id uuid NOT NULL REFERENCES bank_line,
        number text NOT NULL,
        purpose text NOT NULL CHECK (purpose IN ('general', 'fund')),
        school_urn integer,
        supplier_id uuid,
        held_on date NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence <> 0),
        CHECK (num_nonnulls(school_urn, supplier_id) = 1),
        CHECK (purpose = 'general' OR supplier_id IS NULL)
    )
    """,
    "CREATE INDEX held_money_by_line ON held_money (bank_line_id)",
    "CREATE INDEX held_money_by_school ON held_money (school_urn)",
    "CREATE INDEX held_money_by_supplier ON held_money (supplier_id)",
    """
    ALTER TABLE bank_match
        ADD why text NOT NULL DEFAULT '',
        DROP CONSTRAINT bank_match_kind_check,
        DROP CONSTRAINT bank_match_check,
        DROP CONSTRAINT bank_match_check1,
        DROP CONSTRAINT bank_match_amount_pence_check,
        ADD CONSTRAINT bank_match_kind CHECK (kind IN ('bill', 'credit_note', 'supplier_invoice',
            'supplier_credit_note', 'fund_payment', 'account', 'bank_line', 'school_account', 'supplier_account',
            'set_aside')),
        ADD CONSTRAINT bank_match_document CHECK ((document_id IS NULL)
            = (kind IN ('account', 'school_account', 'supplier_account', 'set_aside'))),
        ADD CONSTRAINT bank_match_posting CHECK ((posting_id IS NULL) = (kind IN ('bank_line', 'set_aside'))),
        ADD CONSTRAINT bank_match_amount CHECK (amount_pence <> 0 OR kind = 'set_aside'),
        ADD CONSTRAINT bank_match_why CHECK ((why <> '') = (kind = 'set_aside'))
    """,
    """
    ALTER TABLE entry_line DROP CONSTRAINT entry_line_of_school,
        ADD CONSTRAINT entry_line_of_school CHECK ((account IN ('1100', '1110', '2300', '2310'))
            = (school_urn IS NOT NULL))
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "held_money", school="school_urn", school_reach="read", supplier="supplier_id", supplier_reach="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
