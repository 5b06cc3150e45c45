"""Payment runs to suppliers: proposed by one person, approved by another, written to a file once.

What a run pays is fixed from its approval on: triggers hold it, whoever writes. Everything here is the alliance's;
a supplier reads the advice of what it is paid, and the items behind it.
"""

from alembic import op

from chassis.rls import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE payment_originator (
        bank_account_id uuid PRIMARY KEY REFERENCES bank_account,
        service_user_number text NOT NULL CHECK (service_user_number ~ '^[0-9]{6}$'),
        sort_code text NOT NULL CHECK (sort_code ~ '^[0-9]{6}$'),
        account_number text NOT NULL CHECK (account_number ~ '^[0-9]{8}$'),
        account_name text NOT NULL CHECK (account_name ~ '^[A-Z0-9./& -]{1,18}$'),
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE supplier_account_change (
        supplier_id uuid PRIMARY KEY,
        bank_details_id uuid NOT NULL,
        step text NOT NULL CHECK (step IN ('proposed', 'confirmed')),
        account_ending text NOT NULL,
        effective_on date
    )
    """,
    """
    CREATE TABLE payment_run (
        payment_run_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('proposed', 'approved', 'exported', 'paid', 'cancelled')),
        bank_account_id uuid REFERENCES bank_account,
        pay_on date NOT NULL,
        due_by date NOT NULL,
        total_pence bigint NOT NULL CHECK (total_pence >= 0),
        made_by text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        makers uuid[] NOT NULL CHECK (cardinality(makers) > 0),
        approved_by text,
        approved_by_id uuid,
        approved_at timestamptz,
        exported_at timestamptz,
        cancelled_by text,
        cancelled_at timestamptz,
        cancelled_why text CHECK (cancelled_why <> ''),
        version integer NOT NULL DEFAULT 1,
        CONSTRAINT payment_run_of_two_people CHECK (approved_by_id <> ALL (makers)),
        CHECK (num_nonnulls(approved_by, approved_by_id, approved_at) IN (0, 3)),
        CHECK (num_nonnulls(cancelled_by, cancelled_at, cancelled_why) = CASE state WHEN 'cancelled' THEN 3 ELSE 0 END),
        CONSTRAINT payment_run_in_order CHECK (CASE state
            WHEN 'proposed' THEN approved_at IS NULL AND exported_at IS NULL
            WHEN 'approved' THEN approved_at IS NOT NULL AND exported_at IS NULL
            WHEN 'exported' THEN approved_at IS NOT NULL AND exported_at IS NOT NULL
            WHEN 'paid' THEN approved_at IS NOT NULL AND exported_at IS NOT NULL
            ELSE true END)
    )
    """,
    """
    CREATE TABLE payment_run_item (
        payment_run_id uuid NOT NULL REFERENCES payment_run,
        supplier_invoice_id uuid NOT NULL REFERENCES supplier_invoice,
        supplier_id uuid NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence <> 0),
        account_name text,
        sort_code text CHECK (sort_code ~ '^[0-9]{6}$'),
        account_number text CHECK (account_number ~ '^[0-9]{8}$'),
        reference text CHECK (reference ~ '^[A-Z0-9./& -]{1,18}$'),
        left_out_why text CHECK (left_out_why <> ''),
        left_out_by text,
        live boolean NOT NULL,
        paid_before_pence bigint,
        PRIMARY KEY (payment_run_id, supplier_invoice_id),
        CHECK ((left_out_why IS NULL) = (left_out_by IS NULL)),
        CHECK (left_out_why IS NULL OR NOT live),
        CHECK (left_out_why IS NOT NULL OR num_nulls(account_name, sort_code, account_number, reference) = 0)
    )
    """,
    "CREATE UNIQUE INDEX payment_run_item_once ON payment_run_item (supplier_invoice_id) WHERE live",
    "CREATE INDEX payment_run_item_by_supplier ON payment_run_item (supplier_id)",
    """
    CREATE TABLE payment_run_export (
        payment_run_id uuid NOT NULL REFERENCES payment_run,
        seq integer NOT NULL CHECK (seq > 0),
        format text NOT NULL CHECK (format IN ('bacs', 'csv')),
        exported_by text NOT NULL,
        person_id uuid,
        exported_at timestamptz NOT NULL DEFAULT now(),
        why text NOT NULL,
        sha256 bytea NOT NULL,
        PRIMARY KEY (payment_run_id, seq),
        CHECK (seq = 1 OR why <> '')
    )
    """,
    """
    CREATE TABLE remittance_advice (
        remittance_advice_id uuid PRIMARY KEY,
        payment_run_id uuid NOT NULL REFERENCES payment_run,
        supplier_id uuid NOT NULL,
        reference text NOT NULL UNIQUE,
        pay_on date NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence > 0),
        account_ending text NOT NULL,
        withdrawn_at timestamptz,
        UNIQUE (payment_run_id, supplier_id)
    )
    """,
    "CREATE INDEX remittance_advice_by_supplier ON remittance_advice (supplier_id, reference)",
)

_TRIGGERS = (
    """
    CREATE FUNCTION payment_items_stand_once_approved() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - ARRAY['live', 'paid_before_pence'])
                = (to_jsonb(OLD) - ARRAY['live', 'paid_before_pence']) THEN
            RETURN NEW;
        END IF;
        IF (SELECT state FROM payment_run WHERE payment_run_id = coalesce(NEW.payment_run_id, OLD.payment_run_id))
                <> 'proposed' THEN
            RAISE EXCEPTION 'What a payment run pays is fixed once it is approved'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_items_stand_once_approved';
        END IF;
        RETURN coalesce(NEW, OLD);
    END
    $$
    """,
    """
    CREATE TRIGGER payment_item_stands BEFORE INSERT OR UPDATE OR DELETE ON payment_run_item
    FOR EACH ROW EXECUTE FUNCTION payment_items_stand_once_approved()
    """,
    """
    CREATE FUNCTION payment_runs_stand_once_approved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state <> 'proposed' AND (NEW.total_pence, NEW.pay_on, NEW.makers, NEW.approved_by_id)
                IS DISTINCT FROM (OLD.total_pence, OLD.pay_on, OLD.makers, OLD.approved_by_id) THEN
            RAISE EXCEPTION 'A payment run is fixed once it is approved'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_runs_stand_once_approved';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER payment_run_stands BEFORE UPDATE ON payment_run
    FOR EACH ROW EXECUTE FUNCTION payment_runs_stand_once_approved()
    """,
    """
    CREATE FUNCTION payment_run_adds_up() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM payment_run r WHERE r.payment_run_id = NEW.payment_run_id AND r.total_pence <> (
                SELECT coalesce(sum(amount_pence), 0) FROM payment_run_item i
                WHERE i.payment_run_id = r.payment_run_id AND left_out_why IS NULL)
        ) THEN
            RAISE EXCEPTION 'A payment run must add up to its items'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_run_adds_up';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER payment_run_sum AFTER INSERT OR UPDATE ON payment_run
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payment_run_adds_up()
    """,
)


def upgrade() -> None:
    for statement in (*_STATEMENTS, *_TRIGGERS):
        op.execute(statement)
    for table in ("payment_originator", "supplier_account_change", "payment_run", "payment_run_export"):
        protect(op, table)
    for table in ("payment_run_item", "remittance_advice"):
        protect(op, table, supplier="supplier_id", supplier_reach="read")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
