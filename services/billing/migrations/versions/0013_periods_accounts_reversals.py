"""Months that close, a chart of accounts as a table, and entries that are reversed and posted again.

The books are closed up to the end of the latest closed month: nothing is posted there, whoever writes. Whoever posts
holds the lock of the months in share, whoever closes or reopens one holds it alone, so no posting slips into a month
while it closes.
"""

from alembic import op

from chassis.rls import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PERIODS = (
    """
    CREATE TABLE period (
        month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
        state text NOT NULL CHECK (state IN ('open', 'closed')),
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE period_change (
        month date NOT NULL REFERENCES period,
        version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'closed')),
        changed_at timestamptz NOT NULL DEFAULT now(),
        changed_by text NOT NULL,
        person_id uuid,
        why text NOT NULL,
        open_points jsonb NOT NULL DEFAULT '[]',
        PRIMARY KEY (month, version),
        CHECK (state = 'closed' OR why <> '')
    )
    """,
    """
    CREATE FUNCTION months_are_locked() RETURNS void LANGUAGE sql AS
        $$ SELECT pg_advisory_xact_lock_shared(x'6d6f6e7468'::bigint) $$
    """,
)

_ACCOUNTS = (
    """
    CREATE TABLE account (
        code text PRIMARY KEY CHECK (code ~ '^[A-Z0-9]{1,12}$'),
        name text NOT NULL CHECK (name <> ''),
        kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'income', 'expense', 'equity')),
        cfr_code text CHECK (cfr_code <> ''),
        academies_code text CHECK (academies_code <> '')
    )
    """,
    """
    INSERT INTO account (code, name, kind, cfr_code) VALUES
        ('1100', 'School debtors', 'asset', NULL),
        ('1110', 'Fund debtors', 'asset', NULL),
        ('1200', 'Bank', 'asset', NULL),
        ('1250', 'Bank, fund', 'asset', NULL),
        ('1300', 'Prepayments', 'asset', NULL),
        ('2100', 'Supplier creditors', 'liability', NULL),
        ('2150', 'Accruals and deferred income', 'liability', NULL),
        ('3100', 'Fund balance', 'equity', NULL),
        ('4100', 'Fund contributions', 'income', NULL),
        ('5100', 'Recharge clearing, net', 'expense', NULL),
        ('5110', 'Recharge clearing, VAT', 'expense', NULL),
        ('5200', 'Bank charges', 'expense', 'E22'),
        ('5300', 'Interest received', 'income', 'I08b'),
        ('6100', 'Fund spending', 'expense', NULL)
    """,
)

_ENTRIES = (
    "ALTER TABLE entry DISABLE TRIGGER entry_stands",
    """
    ALTER TABLE entry ADD dated_on date, ADD turn integer NOT NULL DEFAULT 1 CHECK (turn > 0),
        ADD reverses_entry_id uuid CONSTRAINT entry_reversed_once UNIQUE REFERENCES entry
    """,
    "UPDATE entry SET dated_on = posted_on",
    "ALTER TABLE entry ENABLE TRIGGER entry_stands",
    """
    ALTER TABLE entry ALTER dated_on SET NOT NULL, DROP CONSTRAINT entry_kind_check,
        ADD CONSTRAINT entry_kind_check CHECK (kind ~ '^[a-z_]{1,40}$'),
        ADD CONSTRAINT entry_reversal CHECK ((kind = 'reversal') = (reverses_entry_id IS NOT NULL)),
        DROP CONSTRAINT entry_once
    """,
    "CREATE UNIQUE INDEX entry_once ON entry (document_id, kind, turn) WHERE kind <> 'reversal'",
    "CREATE INDEX entry_by_day ON entry (posted_on)",
    """
    ALTER TABLE entry_line DROP CONSTRAINT entry_line_check1,
        ADD CONSTRAINT entry_line_of_school CHECK ((account IN ('1100', '1110')) = (school_urn IS NOT NULL))
    """,
)

_TRIGGERS = (
    """
    CREATE FUNCTION entries_go_into_open_months() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        closed_until date;
        shut date;
    BEGIN
        PERFORM months_are_locked();
        SELECT max(month) + interval '1 month' INTO closed_until FROM period WHERE state = 'closed';
        SELECT min(posted_on) INTO shut FROM posted WHERE posted_on < closed_until;
        IF shut IS NOT NULL THEN
            RAISE EXCEPTION 'The month of % is closed', shut
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entries_go_into_open_months';
        END IF;
        IF EXISTS (SELECT FROM posted WHERE posted_at <> now()) THEN
            RAISE EXCEPTION 'An entry is posted at the time of its transaction'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_are_posted_now';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER entry_month AFTER INSERT ON entry REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION entries_go_into_open_months()
    """,
    """
    CREATE FUNCTION entry_lines_come_with_their_entry() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        unknown text;
    BEGIN
        IF EXISTS (SELECT FROM posted JOIN entry USING (entry_id) WHERE entry.posted_at <> now()) THEN
            RAISE EXCEPTION 'A ledger entry is never changed or removed: post another one that corrects it'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entries_never_change';
        END IF;
        SELECT min(account) INTO unknown FROM (SELECT DISTINCT account FROM posted) used
        WHERE NOT EXISTS (SELECT FROM account WHERE code = used.account);
        IF unknown IS NOT NULL THEN
            RAISE EXCEPTION 'The chart of accounts has no account %', unknown
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'entry_line_account';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER entry_line_together AFTER INSERT ON entry_line REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION entry_lines_come_with_their_entry()
    """,
    "DROP TRIGGER entry_balances ON entry_line",
    """
    CREATE OR REPLACE FUNCTION entry_must_balance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF (SELECT sum(debit_pence - credit_pence) FROM entry_line WHERE entry_id = NEW.entry_id) IS DISTINCT FROM 0
        THEN
            RAISE EXCEPTION 'Ledger entry % does not balance', NEW.entry_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_must_balance()
    """,
)


def upgrade() -> None:
    for statement in (*_PERIODS, *_ACCOUNTS, *_ENTRIES, *_TRIGGERS):
        op.execute(statement)
    protect(op, "period", everyone_reads=True)
    protect(op, "period_change")
    protect(op, "account", everyone_reads=True)
    op.execute(
        "CREATE TRIGGER period_change_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON period_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION entries_never_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
