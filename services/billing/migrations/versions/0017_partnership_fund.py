"""The partnership fund: a year's budget, the schools' contributions, what their governors decided, and what is spent.

A school reads and decides its own contribution, and nobody another's; what all of them come to is published by two
functions, never their rows. A contribution is billed on an ordinary bill, which says what it is for. Suppliers see
nothing of the fund.
"""

from alembic import op

from chassis.rls import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"

_PUPILS = (
    """
    CREATE TABLE pupil_count (
        school_urn integer NOT NULL,
        counted_on date NOT NULL,
        pupils integer NOT NULL CHECK (pupils >= 0),
        source text NOT NULL,
        PRIMARY KEY (school_urn, counted_on)
    )
    """,
)

_YEARS = (
    """
    CREATE TABLE fund_year (
        fund_year_id uuid PRIMARY KEY,
        title text NOT NULL CHECK (title <> ''),
        from_on date NOT NULL,
        to_on date NOT NULL CHECK (to_on > from_on),
        basis_on date NOT NULL,
        from_balance_pence bigint NOT NULL CHECK (from_balance_pence >= 0),
        answer_by date NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'proposed', 'closed', 'cancelled')),
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        proposed_by text,
        proposed_at timestamptz,
        reminded_at timestamptz,
        ended_by text,
        ended_at timestamptz,
        why text,
        carried_pence bigint,
        version integer NOT NULL DEFAULT 1,
        CONSTRAINT fund_years_apart
            EXCLUDE USING gist (daterange(from_on, to_on, '[]') WITH &&) WHERE (state <> 'cancelled'),
        CHECK (state <> 'cancelled' OR why <> ''),
        CHECK ((state = 'closed') = (carried_pence IS NOT NULL)),
        CHECK (state = 'draft' OR state = 'cancelled' OR proposed_at IS NOT NULL)
    )
    """,
    """
    CREATE TABLE fund_line (
        fund_year_id uuid NOT NULL REFERENCES fund_year,
        line_no integer NOT NULL,
        name text NOT NULL CHECK (name <> ''),
        amount_pence bigint NOT NULL CHECK (amount_pence > 0),
        PRIMARY KEY (fund_year_id, line_no)
    )
    """,
    """
    CREATE TABLE fund_cap (
        fund_year_id uuid NOT NULL REFERENCES fund_year,
        school_urn integer NOT NULL,
        cap_pence bigint NOT NULL CHECK (cap_pence >= 0),
        PRIMARY KEY (fund_year_id, school_urn)
    )
    """,
)

_CONTRIBUTIONS = (
    """
    CREATE TABLE fund_contribution (
        fund_contribution_id uuid PRIMARY KEY,
        fund_year_id uuid NOT NULL REFERENCES fund_year,
        school_urn integer NOT NULL,
        pupils integer NOT NULL CHECK (pupils >= 0),
        pupils_on date NOT NULL,
        pupils_source text NOT NULL,
        cap_pence bigint,
        amount_pence bigint NOT NULL CHECK (amount_pence BETWEEN 0 AND coalesce(cap_pence, amount_pence)),
        state text NOT NULL CHECK (state IN ('nothing', 'awaiting', 'confirmed', 'declined')),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (fund_year_id, school_urn),
        UNIQUE (fund_contribution_id, school_urn),
        CHECK ((state = 'nothing') = (amount_pence = 0))
    )
    """,
    "CREATE INDEX fund_contribution_by_school ON fund_contribution (school_urn)",
    """
    CREATE TABLE fund_decision (
        fund_contribution_id uuid NOT NULL,
        version integer NOT NULL,
        school_urn integer NOT NULL,
        decision text NOT NULL CHECK (decision IN ('confirmed', 'declined')),
        governor text NOT NULL CHECK (governor <> ''),
        decided_on date NOT NULL,
        minute_reference text NOT NULL CHECK (minute_reference <> ''),
        why text NOT NULL,
        recorded_by text NOT NULL,
        person_id uuid,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (fund_contribution_id, version),
        FOREIGN KEY (fund_contribution_id, school_urn) REFERENCES fund_contribution (fund_contribution_id, school_urn),
        CHECK (decision = 'confirmed' OR why <> '')
    )
    """,
    """
    CREATE FUNCTION fund_contribution_stands() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF (NEW.fund_year_id, NEW.school_urn, NEW.pupils, NEW.pupils_on, NEW.pupils_source, NEW.amount_pence)
                IS DISTINCT FROM
                (OLD.fund_year_id, OLD.school_urn, OLD.pupils, OLD.pupils_on, OLD.pupils_source, OLD.amount_pence)
                OR NEW.cap_pence IS DISTINCT FROM OLD.cap_pence THEN
            RAISE EXCEPTION 'What was asked of a school for the fund is never changed'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'fund_contribution_stands';
        END IF;
        IF NEW.state <> OLD.state AND EXISTS (
                SELECT FROM bill WHERE fund_contribution_id = OLD.fund_contribution_id) THEN
            RAISE EXCEPTION 'A contribution that is billed stays confirmed'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'fund_contribution_billed';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER fund_contribution_stands BEFORE UPDATE ON fund_contribution
    FOR EACH ROW EXECUTE FUNCTION fund_contribution_stands()
    """,
    """
    CREATE TRIGGER fund_decision_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON fund_decision
    FOR EACH STATEMENT EXECUTE FUNCTION entries_never_change()
    """,
)

_SPENDING = (
    """
    CREATE TABLE fund_payment (
        fund_payment_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        fund_year_id uuid NOT NULL,
        line_no integer NOT NULL,
        pay_on date NOT NULL,
        payee text NOT NULL CHECK (payee <> ''),
        purpose text NOT NULL CHECK (purpose <> ''),
        evidence text NOT NULL CHECK (evidence <> ''),
        amount_pence bigint NOT NULL CHECK (amount_pence > 0),
        paid_pence bigint NOT NULL DEFAULT 0 CHECK (paid_pence BETWEEN 0 AND amount_pence),
        withdrawn_why text CHECK (withdrawn_why <> ''),
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (fund_year_id, line_no) REFERENCES fund_line,
        CHECK (withdrawn_why IS NULL OR paid_pence = 0)
    )
    """,
    "CREATE INDEX fund_payment_by_line ON fund_payment (fund_year_id, line_no)",
)

_BILLS = (
    """
    ALTER TABLE bill
        ADD purpose text NOT NULL DEFAULT 'general' CHECK (purpose IN ('general', 'fund')),
        ADD fund_contribution_id uuid CONSTRAINT bill_contribution_once UNIQUE,
        ADD FOREIGN KEY (fund_contribution_id, school_urn)
            REFERENCES fund_contribution (fund_contribution_id, school_urn),
        DROP CONSTRAINT bill_check2,
        ADD CONSTRAINT bill_of_one_thing CHECK (num_nonnulls(round_id, purchase_order_id, fund_contribution_id) = 1),
        ADD CONSTRAINT bill_purpose CHECK ((purpose = 'fund') = (fund_contribution_id IS NOT NULL))
    """,
    """
    ALTER TABLE bill_line
        ALTER purchase_order_id DROP NOT NULL,
        ALTER purchase_order_number DROP NOT NULL,
        ALTER order_line_no DROP NOT NULL,
        ALTER supplier_invoice_id DROP NOT NULL,
        ALTER supplier_invoice_line_no DROP NOT NULL,
        ADD CONSTRAINT bill_line_of_order CHECK (num_nonnulls(purchase_order_id, purchase_order_number, order_line_no,
            supplier_invoice_id, supplier_invoice_line_no) IN (0, 5))
    """,
)

_SUMS = (
    """
    CREATE FUNCTION fund_totals(p_year uuid) RETURNS TABLE (schools bigint, pupils bigint, asked_pence bigint,
        awaiting_schools bigint, awaiting_pence bigint, confirmed_schools bigint, confirmed_pence bigint,
        declined_schools bigint, declined_pence bigint, billed_schools bigint, billed_pence bigint,
        received_pence bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT count(*) FILTER (WHERE c.state <> 'nothing'),
            coalesce(sum(c.pupils), 0)::bigint,
            coalesce(sum(c.amount_pence), 0)::bigint,
            count(*) FILTER (WHERE c.state = 'awaiting'),
            coalesce(sum(c.amount_pence) FILTER (WHERE c.state = 'awaiting'), 0)::bigint,
            count(*) FILTER (WHERE c.state = 'confirmed'),
            coalesce(sum(c.amount_pence) FILTER (WHERE c.state = 'confirmed'), 0)::bigint,
            count(*) FILTER (WHERE c.state = 'declined'),
            coalesce(sum(c.amount_pence) FILTER (WHERE c.state = 'declined'), 0)::bigint,
            count(b.bill_id),
            coalesce(sum(b.gross_pence), 0)::bigint,
            coalesce(sum(b.paid_pence), 0)::bigint
        FROM fund_contribution c JOIN fund_year y USING (fund_year_id)
        LEFT JOIN bill b ON b.fund_contribution_id = c.fund_contribution_id
        WHERE y.fund_year_id = p_year AND CASE current_setting('bursar.actor', true)
            WHEN 'service' THEN true WHEN 'alliance' THEN true
            WHEN 'school' THEN y.state <> 'draft' ELSE false END
    $$
    """,
    """
    CREATE FUNCTION fund_account(p_from date, p_to date) RETURNS TABLE (brought_forward_pence bigint,
        received_pence bigint, spent_pence bigint, other_pence bigint, balance_pence bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH moved AS (
            SELECT posted_on,
                coalesce(sum(debit_pence - credit_pence) FILTER (WHERE account = '1250'), 0) AS bank,
                coalesce(sum(credit_pence - debit_pence) FILTER (WHERE account = '1110'), 0) AS received,
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
    """,
)


def upgrade() -> None:
    for statement in (*_PUPILS, *_YEARS, *_CONTRIBUTIONS, *_SPENDING, *_BILLS, *_SUMS):
        op.execute(statement)
    protect(op, "pupil_count", school="school_urn", school_reach="read", alliance="read")
    for table in ("fund_year", "fund_line", "fund_payment"):
        protect(op, table, everyone_reads=True)
    protect(op, "fund_cap")
    protect(op, "fund_contribution", school="school_urn")
    protect(op, "fund_decision", school="school_urn", alliance="read")
    op.execute(f"""
        CREATE POLICY fund_year_told ON fund_year AS RESTRICTIVE FOR SELECT USING (
            CASE {_ACTOR} WHEN 'service' THEN true WHEN 'alliance' THEN true
            WHEN 'school' THEN state <> 'draft' ELSE false END)
    """)
    told = "fund_year_id IN (SELECT fund_year_id FROM fund_year)"
    for table in ("fund_line", "fund_payment"):
        op.execute(f"CREATE POLICY {table}_told ON {table} AS RESTRICTIVE FOR SELECT USING ({told})")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
