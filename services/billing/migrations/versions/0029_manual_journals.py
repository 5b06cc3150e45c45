"""Entries that people post by hand: one proposes, another approves."""

from alembic import op

from chassis.rls import protect

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE manual_journal (
        manual_journal_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        dated_on date NOT NULL,
        why text NOT NULL CHECK (why <> ''),
        pence bigint NOT NULL CHECK (pence > 0),
        state text NOT NULL CHECK (state IN ('proposed', 'posted', 'declined', 'reversed')),
        proposed_by text NOT NULL,
        proposer_id uuid NOT NULL,
        proposed_at timestamptz NOT NULL DEFAULT now(),
        decided_by text,
        decider_id uuid,
        decided_at timestamptz,
        decided_why text,
        reversed_by text,
        reversed_at timestamptz,
        reversed_why text,
        version integer NOT NULL,
        CONSTRAINT manual_journal_decided CHECK ((state = 'proposed') = (decided_at IS NULL)
            AND num_nonnulls(decided_by, decided_at, decided_why) IN (0, 3)),
        CONSTRAINT manual_journal_two_people CHECK (state NOT IN ('posted', 'reversed') OR decider_id <> proposer_id),
        CONSTRAINT manual_journal_reversed CHECK ((state = 'reversed') = (reversed_at IS NOT NULL)
            AND num_nonnulls(reversed_by, reversed_at, reversed_why) IN (0, 3))
    )
    """,
    """
    CREATE TABLE manual_journal_line (
        manual_journal_id uuid NOT NULL REFERENCES manual_journal,
        line_no integer NOT NULL,
        account text NOT NULL REFERENCES account,
        debit_pence bigint NOT NULL CHECK (debit_pence >= 0),
        credit_pence bigint NOT NULL CHECK (credit_pence >= 0),
        PRIMARY KEY (manual_journal_id, line_no),
        CHECK ((debit_pence > 0) <> (credit_pence > 0))
    )
    """,
    """
    CREATE TRIGGER manual_journal_line_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON manual_journal_line
        FOR EACH STATEMENT EXECUTE FUNCTION entries_never_change()
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "manual_journal")
    protect(op, "manual_journal_line")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
