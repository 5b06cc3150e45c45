"""Orders as billing knows them, supplier invoices and their matches, bills, the ledger and the bank.

A school reads its own bills, matches and receipts; a supplier its own invoices and what was ordered of it, never a
bill; ledger and bank are the alliance's. The ledger takes a supplier's own invoice from that supplier's transaction,
and lets nobody change an entry.
"""

from alembic import op

from chassis.rls import protect
from chassis.schema import install

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"
_SUPPLIER = "(SELECT nullif(current_setting('bursar.supplier_id', true), '')::uuid)"

_DIRECTORY = (
    """
    CREATE TABLE school (
        urn integer PRIMARY KEY,
        name text NOT NULL,
        joined_on date NOT NULL,
        left_on date
    )
    """,
    """
    CREATE TABLE supplier (
        supplier_id uuid PRIMARY KEY,
        name text NOT NULL
    )
    """,
    """
    CREATE TABLE contract (
        contract_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL,
        title text NOT NULL,
        reference text NOT NULL,
        settlement text NOT NULL
    )
    """,
    """
    CREATE TABLE round (
        round_id uuid PRIMARY KEY,
        number text NOT NULL,
        title text NOT NULL,
        closed_at timestamptz
    )
    """,
)

_ORDERS = (
    """
    CREATE TABLE purchase_order (
        purchase_order_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        round_id uuid NOT NULL REFERENCES round,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        issued_at timestamptz NOT NULL,
        answer text CHECK (answer IN ('accepted', 'rejected')),
        settled_at timestamptz
    )
    """,
    "CREATE INDEX purchase_order_by_round ON purchase_order (round_id)",
    """
    CREATE TABLE purchase_order_line (
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        line_no integer NOT NULL,
        supplier_id uuid NOT NULL,
        sku text NOT NULL,
        name text NOT NULL,
        unit text NOT NULL,
        ledger_code text NOT NULL,
        vat_class text NOT NULL,
        unit_price numeric(12, 4) NOT NULL,
        quantity integer NOT NULL,
        net_pence bigint NOT NULL,
        PRIMARY KEY (purchase_order_id, line_no)
    )
    """,
    """
    CREATE TABLE drop_line (
        purchase_order_id uuid NOT NULL,
        line_no integer NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        quantity integer NOT NULL,
        net_pence bigint NOT NULL,
        received integer CHECK (received >= 0),
        PRIMARY KEY (purchase_order_id, line_no, school_urn),
        FOREIGN KEY (purchase_order_id, line_no) REFERENCES purchase_order_line
    )
    """,
    """
    CREATE TABLE receipt_line (
        receipt_id uuid NOT NULL,
        line_no integer NOT NULL,
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        quantity_received integer NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (receipt_id, line_no),
        FOREIGN KEY (purchase_order_id, line_no, school_urn) REFERENCES drop_line
    )
    """,
    "CREATE INDEX receipt_line_by_drop ON receipt_line (purchase_order_id, line_no, school_urn)",
)

_INVOICES = (
    """
    CREATE TABLE supplier_invoice (
        supplier_invoice_id uuid PRIMARY KEY,
        our_number text NOT NULL UNIQUE,
        supplier_id uuid NOT NULL,
        number text NOT NULL CHECK (number <> ''),
        folded_number text NOT NULL,
        issue_date date NOT NULL,
        due_date date,
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        currency text NOT NULL CHECK (currency = 'GBP'),
        net_pence bigint NOT NULL CHECK (net_pence >= 0),
        vat_pence bigint NOT NULL CHECK (vat_pence >= 0),
        gross_pence bigint NOT NULL CHECK (gross_pence = net_pence + vat_pence),
        paid_pence bigint NOT NULL DEFAULT 0 CHECK (paid_pence BETWEEN 0 AND gross_pence),
        vat_accepted boolean NOT NULL,
        registered_by text NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT now(),
        original bytea NOT NULL,
        original_type text NOT NULL,
        original_sha256 bytea NOT NULL,
        CONSTRAINT supplier_invoice_once UNIQUE (supplier_id, folded_number)
    )
    """,
    "CREATE INDEX supplier_invoice_by_order ON supplier_invoice (purchase_order_id)",
    """
    CREATE TABLE supplier_invoice_line (
        supplier_invoice_id uuid NOT NULL REFERENCES supplier_invoice,
        line_no integer NOT NULL,
        supplier_id uuid NOT NULL,
        purchase_order_id uuid NOT NULL,
        order_line_no integer NOT NULL,
        school_urn integer,
        name text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_price numeric(12, 4) NOT NULL,
        net_pence bigint NOT NULL,
        vat_pence bigint NOT NULL,
        vat_class text NOT NULL,
        vat_rate numeric(5, 2) NOT NULL,
        PRIMARY KEY (supplier_invoice_id, line_no),
        FOREIGN KEY (purchase_order_id, order_line_no) REFERENCES purchase_order_line
    )
    """,
)

_BILLS = (
    """
    CREATE TABLE bill (
        bill_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        payment_reference text NOT NULL UNIQUE CHECK (payment_reference ~ '^[A-Z0-9./& -]{1,18}$'),
        school_urn integer NOT NULL,
        round_id uuid NOT NULL REFERENCES round,
        issue_date date NOT NULL,
        due_date date NOT NULL,
        net_pence bigint NOT NULL CHECK (net_pence >= 0),
        vat_pence bigint NOT NULL CHECK (vat_pence >= 0),
        gross_pence bigint NOT NULL CHECK (gross_pence = net_pence + vat_pence),
        paid_pence bigint NOT NULL DEFAULT 0 CHECK (paid_pence BETWEEN 0 AND gross_pence),
        issued_by text NOT NULL,
        UNIQUE (bill_id, school_urn)
    )
    """,
    "CREATE INDEX bill_by_school ON bill (school_urn, number)",
    "CREATE INDEX bill_by_round ON bill (round_id)",
    """
    CREATE TABLE match_line (
        supplier_invoice_id uuid NOT NULL,
        line_no integer NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        purchase_order_id uuid NOT NULL,
        order_line_no integer NOT NULL,
        quantity_ordered integer NOT NULL,
        quantity_received integer NOT NULL,
        quantity_invoiced integer NOT NULL,
        unit_price_ordered numeric(12, 4) NOT NULL,
        unit_price_invoiced numeric(12, 4) NOT NULL,
        net_pence bigint NOT NULL,
        vat_pence bigint NOT NULL,
        reasons text[] NOT NULL,
        state text NOT NULL CHECK (state IN ('billable', 'held', 'billed')),
        billable_quantity integer NOT NULL,
        billable_net_pence bigint NOT NULL,
        billable_vat_pence bigint NOT NULL,
        accepted_reasons text[] NOT NULL DEFAULT '{}',
        bill_id uuid,
        PRIMARY KEY (supplier_invoice_id, line_no, school_urn),
        FOREIGN KEY (supplier_invoice_id, line_no) REFERENCES supplier_invoice_line,
        FOREIGN KEY (bill_id, school_urn) REFERENCES bill (bill_id, school_urn),
        CHECK ((state = 'billed') = (bill_id IS NOT NULL)),
        CHECK ((state = 'held') = (billable_quantity = 0)),
        CHECK (billable_quantity <= quantity_invoiced),
        CHECK (billable_net_pence <= net_pence AND billable_vat_pence <= vat_pence)
    )
    """,
    "CREATE INDEX match_line_by_order ON match_line (purchase_order_id, order_line_no, school_urn)",
    "CREATE INDEX match_line_by_bill ON match_line (bill_id)",
    """
    CREATE TABLE match_acceptance (
        supplier_invoice_id uuid NOT NULL,
        line_no integer NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        accepted_by text NOT NULL,
        person_id uuid,
        reasons text[] NOT NULL,
        why text NOT NULL CHECK (why <> ''),
        PRIMARY KEY (supplier_invoice_id, line_no, school_urn, accepted_at),
        FOREIGN KEY (supplier_invoice_id, line_no) REFERENCES supplier_invoice_line
    )
    """,
    """
    CREATE TABLE bill_line (
        bill_id uuid NOT NULL,
        line_no integer NOT NULL,
        school_urn integer NOT NULL,
        purchase_order_id uuid NOT NULL,
        purchase_order_number text NOT NULL,
        order_line_no integer NOT NULL,
        supplier_invoice_id uuid NOT NULL,
        supplier_name text NOT NULL,
        sku text NOT NULL,
        name text NOT NULL,
        unit text NOT NULL,
        ledger_code text NOT NULL,
        vat_class text NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        unit_price numeric(12, 4) NOT NULL,
        net_pence bigint NOT NULL,
        vat_pence bigint NOT NULL,
        PRIMARY KEY (bill_id, line_no),
        FOREIGN KEY (bill_id, school_urn) REFERENCES bill (bill_id, school_urn)
    )
    """,
    "CREATE INDEX bill_line_by_drop ON bill_line (purchase_order_id, order_line_no, school_urn)",
)

_BANK = (
    """
    CREATE TABLE bank_statement (
        bank_statement_id uuid PRIMARY KEY,
        account text NOT NULL,
        sha256 bytea NOT NULL,
        from_on date,
        to_on date,
        lines integer NOT NULL,
        imported_by text NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT bank_statement_once UNIQUE (account, sha256)
    )
    """,
    """
    CREATE TABLE bank_line (
        bank_line_id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        bank_statement_id uuid NOT NULL REFERENCES bank_statement,
        account text NOT NULL,
        booked_on date NOT NULL,
        amount_pence bigint NOT NULL,
        currency text NOT NULL,
        counterparty text NOT NULL,
        reference text NOT NULL,
        fingerprint text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('new', 'matched')),
        explanation text NOT NULL,
        matched_kind text CHECK (matched_kind IN ('bill', 'supplier_invoice')),
        matched_id uuid,
        matched_number text,
        CHECK (num_nonnulls(matched_kind, matched_id, matched_number) = CASE state WHEN 'matched' THEN 3 ELSE 0 END)
    )
    """,
    """
    CREATE TABLE bill_receipt (
        bank_line_id uuid PRIMARY KEY REFERENCES bank_line,
        number text NOT NULL UNIQUE,
        bill_id uuid NOT NULL,
        school_urn integer NOT NULL,
        received_on date NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence > 0),
        FOREIGN KEY (bill_id, school_urn) REFERENCES bill (bill_id, school_urn)
    )
    """,
    "CREATE INDEX bill_receipt_by_school ON bill_receipt (school_urn)",
    """
    CREATE TABLE supplier_payment (
        bank_line_id uuid PRIMARY KEY REFERENCES bank_line,
        number text NOT NULL UNIQUE,
        supplier_invoice_id uuid NOT NULL REFERENCES supplier_invoice,
        supplier_id uuid NOT NULL,
        paid_on date NOT NULL,
        amount_pence bigint NOT NULL CHECK (amount_pence > 0)
    )
    """,
)

_LEDGER = (
    """
    CREATE TABLE entry (
        entry_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('supplier_invoice', 'bill', 'receipt', 'payment')),
        document_id uuid NOT NULL,
        document_number text NOT NULL,
        posted_on date NOT NULL,
        description text NOT NULL,
        supplier_id uuid,
        posted_by text NOT NULL,
        posted_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT entry_once UNIQUE (kind, document_id)
    )
    """,
    """
    CREATE TABLE entry_line (
        entry_id uuid NOT NULL REFERENCES entry,
        line_no integer NOT NULL,
        account text NOT NULL,
        school_urn integer,
        supplier_id uuid,
        debit_pence bigint NOT NULL CHECK (debit_pence >= 0),
        credit_pence bigint NOT NULL CHECK (credit_pence >= 0),
        PRIMARY KEY (entry_id, line_no),
        CHECK ((debit_pence = 0) <> (credit_pence = 0)),
        CHECK ((account = '1100') = (school_urn IS NOT NULL)),
        CHECK (account <> '2100' OR supplier_id IS NOT NULL)
    )
    """,
    "CREATE INDEX entry_line_by_account ON entry_line (account, school_urn)",
    """
    CREATE FUNCTION entry_must_balance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        IF (SELECT sum(debit_pence - credit_pence) FROM entry_line WHERE entry_id = NEW.entry_id) <> 0 THEN
            RAISE EXCEPTION 'Ledger entry % does not balance', NEW.entry_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_must_balance()
    """,
    """
    CREATE FUNCTION entries_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'A ledger entry is never changed or removed: post another one that corrects it'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entries_never_change';
    END
    $$
    """,
)

_TABLES = (*_DIRECTORY, *_ORDERS, *_INVOICES, *_BILLS, *_BANK, *_LEDGER)


def upgrade() -> None:
    install(op)
    for statement in _TABLES:
        op.execute(statement)
    for table in ("entry", "entry_line"):
        op.execute(
            f"CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION entries_never_change()"
        )
    _protect()


def _protect() -> None:
    protect(op, "school", school="urn", school_reach="read", alliance="read", everyone_reads=True)
    protect(op, "supplier", supplier="supplier_id", supplier_reach="read", alliance="read")
    protect(op, "contract", supplier="supplier_id", supplier_reach="read", alliance="read")
    protect(op, "round", alliance="read", everyone_reads=True)
    protect(op, "purchase_order", supplier="supplier_id")
    protect(op, "purchase_order_line", supplier="supplier_id", supplier_reach="read", alliance="read")
    for table in ("drop_line", "receipt_line"):
        protect(
            op,
            table,
            school="school_urn",
            school_reach="read",
            supplier="supplier_id",
            supplier_reach="read",
            alliance="read",
        )
    protect(op, "supplier_invoice", supplier="supplier_id")
    protect(op, "supplier_invoice_line", supplier="supplier_id")
    protect(op, "match_line", school="school_urn", school_reach="read", supplier="supplier_id")
    protect(
        op, "match_acceptance", school="school_urn", school_reach="read", supplier="supplier_id", supplier_reach="read"
    )
    protect(op, "bill", school="school_urn", school_reach="read")
    protect(op, "bill_line", school="school_urn", school_reach="read")
    protect(op, "bank_statement")
    protect(op, "bank_line")
    protect(op, "bill_receipt", school="school_urn", school_reach="read")
    protect(op, "supplier_payment", supplier="supplier_id", supplier_reach="read")
    protect(op, "entry")
    protect(op, "entry_line")
    own = f"{_ACTOR} = 'supplier' AND supplier_id = {_SUPPLIER}"
    op.execute(f"CREATE POLICY entry_own_invoice ON entry FOR INSERT WITH CHECK ({own} AND kind = 'supplier_invoice')")
    op.execute(f"CREATE POLICY entry_line_own_invoice ON entry_line FOR INSERT WITH CHECK ({own})")


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
