"""Recurring services: plans, schools' subscriptions, drivers' readings, what was charged, and entitlements.

What a period charges goes to the supplier as a purchase order that no round stands behind. So every order line now says
what kind it is: goods have their words from the offer of their round; a charge of the contract or a service bears its
own.
"""

from alembic import op

from chassis.rls import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"

_PLANS = (
    """
    CREATE TABLE subscription_plan (
        plan_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        contract_id uuid NOT NULL REFERENCES contract,
        supplier_id uuid NOT NULL,
        title text NOT NULL CHECK (title <> ''),
        description text NOT NULL DEFAULT '',
        category_code text NOT NULL,
        category_name text NOT NULL,
        ledger_code text NOT NULL,
        driver text NOT NULL CHECK (driver IN ('pupils', 'payslips', 'square_metres', 'sites', 'fixed')),
        unit_price numeric(12, 4) NOT NULL CHECK (unit_price > 0),
        billing_period text NOT NULL CHECK (billing_period IN ('month', 'term', 'quarter', 'year')),
        billed text NOT NULL CHECK (billed IN ('advance', 'arrears')),
        starts_on date NOT NULL,
        ends_on date NOT NULL CHECK (ends_on >= starts_on),
        notice_days integer NOT NULL CHECK (notice_days >= 0),
        vat_class text NOT NULL CHECK (vat_class IN ('S', 'Z', 'E', 'AE', 'O')),
        entitlements jsonb NOT NULL DEFAULT '[]',
        next_run_on date,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX subscription_plan_due ON subscription_plan (next_run_on)",
    """
    CREATE TABLE subscription (
        subscription_id uuid PRIMARY KEY,
        plan_id uuid NOT NULL REFERENCES subscription_plan,
        school_urn integer NOT NULL REFERENCES school,
        starts_on date NOT NULL,
        ends_on date CHECK (ends_on >= starts_on),
        state text NOT NULL CHECK (state IN ('requested', 'declined', 'approved', 'ended')),
        requested_by_id text NOT NULL,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        approved_by_id text,
        approved_by text,
        approved_at timestamptz,
        ended_by text,
        ended_at timestamptz,
        reason text,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (subscription_id, school_urn),
        CHECK (state NOT IN ('approved', 'ended') OR approved_by_id IS NOT NULL),
        CHECK (approved_by_id <> requested_by_id),
        CHECK ((state = 'ended') = (ends_on IS NOT NULL)),
        CHECK ((state = 'declined') = (reason IS NOT NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX subscription_once ON subscription (plan_id, school_urn)
        WHERE state IN ('requested', 'approved')
    """,
    "CREATE INDEX subscription_by_plan ON subscription (plan_id, school_urn)",
    "CREATE INDEX subscription_by_school ON subscription (school_urn)",
    # A reading is never changed: of two on one day the later recorded counts.
    """
    CREATE TABLE driver_reading (
        reading_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plan_id uuid NOT NULL REFERENCES subscription_plan,
        school_urn integer NOT NULL REFERENCES school,
        read_on date NOT NULL,
        quantity integer NOT NULL CHECK (quantity BETWEEN 0 AND 1000000),
        source text NOT NULL CHECK (source <> ''),
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX driver_reading_by_plan ON driver_reading (plan_id, school_urn, read_on, reading_id)",
    """
    CREATE TABLE pupil_count (
        school_urn integer NOT NULL REFERENCES school,
        counted_on date NOT NULL,
        pupils integer NOT NULL CHECK (pupils >= 0),
        source text NOT NULL,
        PRIMARY KEY (school_urn, counted_on)
    )
    """,
    """
    INSERT INTO pupil_count (school_urn, counted_on, pupils, source)
    SELECT urn, joined_on, pupils, 'School record' FROM school WHERE pupils IS NOT NULL
    """,
    """
    CREATE TABLE entitlement_use (
        use_id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL,
        school_urn integer NOT NULL,
        entitlement_code text NOT NULL,
        used_on date NOT NULL,
        quantity numeric(8, 2) NOT NULL CHECK (quantity > 0),
        note text NOT NULL DEFAULT '',
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        cancelled_by text,
        cancelled_at timestamptz,
        FOREIGN KEY (subscription_id, school_urn) REFERENCES subscription (subscription_id, school_urn),
        CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
    )
    """,
    "CREATE INDEX entitlement_use_by_subscription ON entitlement_use (subscription_id)",
)

_ORDERS = (
    """
    ALTER TABLE purchase_order
        ALTER round_id DROP NOT NULL,
        ADD plan_id uuid REFERENCES subscription_plan,
        ADD title text,
        ADD service_from date,
        ADD service_to date,
        ADD CHECK ((round_id IS NULL) = (plan_id IS NOT NULL)),
        ADD CHECK (num_nonnulls(plan_id, title, service_from, service_to) IN (0, 4)),
        ADD CHECK (service_to >= service_from)
    """,
    """
    ALTER TABLE purchase_order_line
        ALTER round_id DROP NOT NULL,
        ALTER offer_id DROP NOT NULL,
        ADD kind text NOT NULL DEFAULT 'goods' CHECK (kind IN ('goods', 'charge', 'service')),
        ADD sku text,
        ADD name text,
        ADD unit text,
        ADD category_code text,
        ADD ledger_code text,
        ADD vat_class text,
        ADD CHECK ((kind = 'goods') = (offer_id IS NOT NULL)),
        ADD CHECK ((kind = 'service') = (round_id IS NULL)),
        ADD CHECK (num_nonnulls(sku, name, unit, category_code, ledger_code, vat_class)
            = CASE kind WHEN 'goods' THEN 0 ELSE 6 END)
    """,
    "ALTER TABLE school_drop ALTER round_id DROP NOT NULL",
)

_RUNS = (
    # A period is billed, and a year trued up, once: whoever comes second finds the row.
    """
    CREATE TABLE subscription_run (
        run_id uuid PRIMARY KEY,
        plan_id uuid NOT NULL REFERENCES subscription_plan,
        supplier_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('period', 'true_up')),
        period_from date NOT NULL,
        period_to date NOT NULL CHECK (period_to >= period_from),
        due_on date NOT NULL,
        ran_at timestamptz NOT NULL,
        ran_by text NOT NULL,
        purchase_order_id uuid UNIQUE REFERENCES purchase_order,
        UNIQUE (plan_id, kind, period_from)
    )
    """,
    # net_pence = full_pence - charged_pence; parts is the proof: days, quantity, reading and source of each stretch.
    """
    CREATE TABLE subscription_charge (
        run_id uuid NOT NULL REFERENCES subscription_run,
        subscription_id uuid NOT NULL,
        plan_id uuid NOT NULL REFERENCES subscription_plan,
        school_urn integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('period', 'true_up')),
        period_from date NOT NULL,
        period_to date NOT NULL CHECK (period_to >= period_from),
        covered_from date,
        covered_to date CHECK (covered_to >= covered_from),
        year_days integer NOT NULL CHECK (year_days IN (365, 366)),
        unit_price numeric(12, 4) NOT NULL,
        parts jsonb NOT NULL,
        full_pence bigint NOT NULL CHECK (full_pence >= 0),
        charged_pence bigint NOT NULL CHECK (charged_pence >= 0),
        net_pence bigint NOT NULL CHECK (net_pence = full_pence - charged_pence),
        PRIMARY KEY (run_id, subscription_id, kind, period_from),
        FOREIGN KEY (subscription_id, school_urn) REFERENCES subscription (subscription_id, school_urn),
        CHECK (kind = 'true_up' OR charged_pence = 0)
    )
    """,
    "CREATE INDEX subscription_charge_by_plan ON subscription_charge (plan_id, school_urn)",
)


def upgrade() -> None:
    for statement in (*_PLANS, *_ORDERS, *_RUNS):
        op.execute(statement)
    for table in ("subscription_plan", "subscription_run"):
        alliance = "write" if table == "subscription_plan" else "read"
        protect(op, table, supplier="supplier_id", supplier_reach="read", alliance=alliance)
        op.execute(f"CREATE POLICY {table}_read_by_schools ON {table} FOR SELECT USING ({_ACTOR} = 'school')")
    protect(op, "subscription", school="school_urn", alliance="read")
    protect(op, "driver_reading", school="school_urn", alliance="write")
    protect(op, "pupil_count", school="school_urn", school_reach="read", alliance="read")
    protect(op, "entitlement_use", school="school_urn", alliance="read")
    protect(op, "subscription_charge", school="school_urn", school_reach="read", alliance="read")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
