"""Rounds, schools' orders, purchase orders and receipts, each row tied to its school or supplier."""

from alembic import op

from chassis.rls import protect
from chassis.schema import install

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ACTOR = "(SELECT current_setting('bursar.actor', true))"
_SCHOOL = "(SELECT nullif(current_setting('bursar.school_urn', true), '')::integer)"

COPIES = (
    """
    CREATE TABLE school (
        urn integer PRIMARY KEY,
        name text NOT NULL,
        phase text NOT NULL,
        postcode text NOT NULL,
        town text NOT NULL,
        joined_on date NOT NULL,
        left_on date
    )
    """,
    "CREATE TABLE supplier (supplier_id uuid PRIMARY KEY, name text NOT NULL)",
    """
    CREATE TABLE contract (
        contract_id uuid PRIMARY KEY,
        supplier_id uuid NOT NULL,
        title text NOT NULL,
        reference text NOT NULL
    )
    """,
    """
    CREATE TABLE offer (
        offer_id uuid PRIMARY KEY,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        category_code text NOT NULL,
        category_name text NOT NULL,
        ledger_code text NOT NULL,
        sku text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        unit text NOT NULL,
        pack_size integer NOT NULL,
        vat_class text NOT NULL,
        tiers jsonb NOT NULL,
        phases text[] NOT NULL,
        withdrawn boolean NOT NULL DEFAULT false
    )
    """,
    "CREATE INDEX offer_by_contract ON offer (contract_id)",
)

ROUNDS = (
    """
    CREATE TABLE round (
        round_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        title text NOT NULL,
        state text NOT NULL CHECK (
            state IN ('draft', 'open', 'closed', 'ordered', 'delivered', 'settled', 'cancelled')),
        contract_ids uuid[] NOT NULL,
        offer_ids uuid[] NOT NULL,
        opens_at timestamptz,
        closes_at timestamptz NOT NULL,
        delivery_from date NOT NULL,
        delivery_to date NOT NULL CHECK (delivery_to >= delivery_from),
        closed_at timestamptz,
        closed_by text,
        offers_version integer NOT NULL DEFAULT 0,
        version integer NOT NULL DEFAULT 1,
        CHECK ((state = 'draft') = (opens_at IS NULL)),
        CHECK ((state IN ('draft', 'open')) = (closed_at IS NULL))
    )
    """,
    "CREATE INDEX round_due ON round (closes_at) WHERE state = 'open'",
    """
    CREATE TABLE round_offer (
        round_id uuid NOT NULL REFERENCES round,
        offer_id uuid NOT NULL,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        category_code text NOT NULL,
        category_name text NOT NULL,
        ledger_code text NOT NULL,
        sku text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        unit text NOT NULL,
        pack_size integer NOT NULL,
        vat_class text NOT NULL,
        phases text[] NOT NULL,
        withdrawn boolean NOT NULL DEFAULT false,
        PRIMARY KEY (round_id, offer_id)
    )
    """,
    "CREATE INDEX round_offer_by_offer ON round_offer (offer_id)",
    # A tier applies to totals in [applies_from, applies_below): the first one from nothing at all.
    """
    CREATE TABLE round_tier (
        round_id uuid NOT NULL,
        offer_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        from_quantity bigint NOT NULL,
        applies_from bigint NOT NULL,
        applies_below bigint NOT NULL CHECK (applies_below > applies_from),
        unit_price numeric(12, 4) NOT NULL CHECK (unit_price >= 0),
        PRIMARY KEY (round_id, offer_id, from_quantity),
        FOREIGN KEY (round_id, offer_id) REFERENCES round_offer
    )
    """,
)

ORDERS = (
    """
    CREATE TABLE school_order (
        round_id uuid NOT NULL REFERENCES round,
        school_urn integer NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'dropped')),
        version integer NOT NULL CHECK (version > 0),
        reference text UNIQUE,
        submitted_by_id text,
        submitted_by text,
        submitted_at timestamptz,
        approved_by_id text,
        approved_by text,
        approved_at timestamptz,
        return_reason text,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (round_id, school_urn),
        CHECK (state NOT IN ('submitted', 'approved') OR (reference IS NOT NULL AND submitted_by_id IS NOT NULL)),
        CHECK (state <> 'approved' OR approved_by_id <> submitted_by_id)
    )
    """,
    "CREATE INDEX school_order_by_school ON school_order (school_urn)",
    """
    CREATE TABLE order_line (
        round_id uuid NOT NULL,
        school_urn integer NOT NULL,
        offer_id uuid NOT NULL,
        quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
        PRIMARY KEY (round_id, school_urn, offer_id),
        FOREIGN KEY (round_id, school_urn) REFERENCES school_order,
        FOREIGN KEY (round_id, offer_id) REFERENCES round_offer
    )
    """,
    "CREATE INDEX order_line_by_offer ON order_line (round_id, offer_id) INCLUDE (school_urn, quantity)",
    """
    CREATE TABLE order_history (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        round_id uuid NOT NULL,
        school_urn integer NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        person_id text,
        person text,
        action text NOT NULL,
        detail text NOT NULL DEFAULT '',
        FOREIGN KEY (round_id, school_urn) REFERENCES school_order
    )
    """,
    "CREATE INDEX order_history_of_order ON order_history (round_id, school_urn, id)",
)

PURCHASE_ORDERS = (
    """
    CREATE TABLE purchase_order (
        purchase_order_id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE,
        round_id uuid NOT NULL REFERENCES round,
        contract_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('issued', 'accepted', 'rejected')),
        reason text,
        issued_at timestamptz NOT NULL,
        acknowledged_at timestamptz,
        acknowledged_by text,
        settled_at timestamptz,
        net_pence bigint NOT NULL,
        vat_pence bigint NOT NULL,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (round_id, contract_id, supplier_id),
        CHECK ((state = 'issued') = (acknowledged_at IS NULL)),
        CHECK (settled_at IS NULL OR state = 'accepted')
    )
    """,
    "CREATE INDEX purchase_order_by_supplier ON purchase_order (supplier_id)",
    """
    CREATE TABLE purchase_order_line (
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        line_no integer NOT NULL CHECK (line_no > 0),
        round_id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        offer_id uuid NOT NULL,
        unit_price numeric(12, 4) NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        net_pence bigint NOT NULL,
        PRIMARY KEY (purchase_order_id, line_no),
        UNIQUE (round_id, offer_id),
        FOREIGN KEY (round_id, offer_id) REFERENCES round_offer
    )
    """,
    """
    CREATE TABLE school_drop (
        purchase_order_id uuid NOT NULL REFERENCES purchase_order,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        round_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'awaited' CHECK (state IN ('awaited', 'part', 'received')),
        PRIMARY KEY (purchase_order_id, school_urn),
        FOREIGN KEY (round_id, school_urn) REFERENCES school_order
    )
    """,
    "CREATE INDEX school_drop_by_school ON school_drop (school_urn)",
    # quantity_received is NULL until the school has recorded something about the line. Only the close adds rows; it
    # checks all of them against their purchase orders at once, where foreign keys would look each one up (that took
    # longer than the rest of the close).
    """
    CREATE TABLE drop_line (
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        line_no integer NOT NULL,
        supplier_id uuid NOT NULL,
        quantity integer NOT NULL CHECK (quantity > 0),
        net_pence bigint NOT NULL,
        quantity_received integer CHECK (quantity_received BETWEEN 0 AND quantity),
        PRIMARY KEY (purchase_order_id, school_urn, line_no)
    )
    """,
    """
    CREATE TABLE receipt (
        receipt_id uuid PRIMARY KEY,
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        note text NOT NULL DEFAULT '',
        UNIQUE (receipt_id, purchase_order_id, school_urn),
        FOREIGN KEY (purchase_order_id, school_urn) REFERENCES school_drop
    )
    """,
    """
    CREATE TABLE receipt_line (
        receipt_id uuid NOT NULL,
        line_no integer NOT NULL,
        purchase_order_id uuid NOT NULL,
        school_urn integer NOT NULL,
        supplier_id uuid NOT NULL,
        quantity_received integer NOT NULL CHECK (quantity_received >= 0),
        PRIMARY KEY (receipt_id, line_no),
        FOREIGN KEY (receipt_id, purchase_order_id, school_urn)
            REFERENCES receipt (receipt_id, purchase_order_id, school_urn),
        FOREIGN KEY (purchase_order_id, school_urn, line_no) REFERENCES drop_line
    )
    """,
)

# Functions that run as the owner: sums across schools, the lock that a school may not take itself, and the step of
# a round that follows from what suppliers and schools have said. None returns another school's lines.
FUNCTIONS = (
    # The round, held against a close (which locks it FOR UPDATE) until the caller's transaction ends.
    """
    CREATE FUNCTION hold_round(p_round uuid) RETURNS SETOF round
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') NOT IN ('school', 'alliance', 'service') THEN
            RETURN;
        END IF;
        RETURN QUERY SELECT * FROM round WHERE round_id = p_round AND state <> 'draft' FOR KEY SHARE;
    END
    $$
    """,
    """
    CREATE FUNCTION round_totals(p_round uuid)
    RETURNS TABLE (offer_id uuid, quantity bigint, schools bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') = '' THEN
            RETURN;
        END IF;
        RETURN QUERY
            SELECT l.offer_id, sum(l.quantity), count(*)
            FROM order_line l JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
            WHERE l.round_id = p_round AND o.state IN ('submitted', 'approved')
            GROUP BY l.offer_id;
    END
    $$
    """,
    # A number that grows whenever an order of the round changes: totals read under it stay true as long as it stands.
    """
    CREATE FUNCTION round_stamp(p_round uuid) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        RETURN (SELECT coalesce(sum(o.version), 0) FROM school_order o WHERE o.round_id = p_round);
    END
    $$
    """,
    # The same totals for a few offers only: what pricing one order needs.
    """
    CREATE FUNCTION offer_totals(p_round uuid, p_offers uuid[])
    RETURNS TABLE (offer_id uuid, quantity bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') = '' THEN
            RETURN;
        END IF;
        RETURN QUERY
            SELECT l.offer_id, sum(l.quantity)
            FROM order_line l JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
            WHERE l.round_id = p_round AND l.offer_id = ANY (p_offers) AND o.state IN ('submitted', 'approved')
            GROUP BY l.offer_id;
    END
    $$
    """,
    # Each order's net in pence at the tiers that stand now, with its own units counted; after the close, as locked.
    # A school gets its own only.
    """
    CREATE FUNCTION order_nets(p_round uuid)
    RETURNS TABLE (school_urn integer, net_pence bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        kind text := coalesce(current_setting('bursar.actor', true), '');
        own integer := nullif(current_setting('bursar.school_urn', true), '')::integer;
    BEGIN
        IF kind NOT IN ('school', 'alliance', 'service') THEN
            RETURN;
        END IF;
        RETURN QUERY
            WITH total AS (
                SELECT t.offer_id, t.quantity FROM round_totals(p_round) t
            ), live AS (
                SELECT l.school_urn, sum(round(l.quantity * tier.unit_price * 100))::bigint AS net_pence
                FROM order_line l
                JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
                LEFT JOIN total t ON t.offer_id = l.offer_id
                CROSS JOIN LATERAL (SELECT coalesce(t.quantity, 0)
                    + CASE WHEN o.state IN ('submitted', 'approved') THEN 0 ELSE l.quantity END AS quantity) reached
                JOIN round_tier tier ON tier.round_id = l.round_id AND tier.offer_id = l.offer_id
                    AND reached.quantity >= tier.applies_from AND reached.quantity < tier.applies_below
                WHERE l.round_id = p_round AND (kind <> 'school' OR l.school_urn = own)
                GROUP BY l.school_urn
            ), locked AS (
                SELECT d.school_urn, sum(l.net_pence)::bigint AS net_pence
                FROM school_drop d JOIN drop_line l USING (purchase_order_id, school_urn)
                WHERE d.round_id = p_round AND (kind <> 'school' OR d.school_urn = own)
                GROUP BY d.school_urn
            )
            SELECT coalesce(locked.school_urn, live.school_urn), coalesce(locked.net_pence, live.net_pence)
            FROM live FULL JOIN locked ON locked.school_urn = live.school_urn;
    END
    $$
    """,
    # A closed round is ordered once every supplier has answered and one has accepted, cancelled if all reject; it is
    # delivered once every line of every accepted drop is recorded, and settled once billing says so of every accepted
    # purchase order.
    """
    CREATE FUNCTION advance_round(p_round uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        reached text;
    BEGIN
        IF coalesce(current_setting('bursar.actor', true), '') = '' THEN
            RETURN NULL;
        END IF;
        PERFORM 1 FROM round WHERE round_id = p_round FOR UPDATE;
        SELECT CASE
            WHEN count(*) FILTER (WHERE o.state = 'issued') > 0 THEN 'closed'
            WHEN count(*) FILTER (WHERE o.state = 'accepted') = 0 THEN 'cancelled'
            WHEN count(*) FILTER (WHERE o.state = 'accepted' AND o.settled_at IS NULL) = 0 THEN 'settled'
            WHEN NOT EXISTS (
                SELECT 1 FROM purchase_order p JOIN drop_line l USING (purchase_order_id)
                WHERE p.round_id = p_round AND p.state = 'accepted' AND l.quantity_received IS NULL
            ) THEN 'delivered'
            ELSE 'ordered' END
        INTO reached FROM purchase_order o WHERE o.round_id = p_round;
        UPDATE round SET state = reached, version = version + 1
            WHERE round_id = p_round AND state IN ('closed', 'ordered', 'delivered') AND state <> reached;
        RETURN reached;
    END
    $$
    """,
)


def upgrade() -> None:
    install(op)
    for statement in (*COPIES, *ROUNDS, *ORDERS, *PURCHASE_ORDERS, *FUNCTIONS):
        op.execute(statement)
    _protect_copies()
    _protect_rounds()
    _protect_orders()
    _protect_purchase_orders()


def _protect_copies() -> None:
    protect(op, "school", alliance="read", everyone_reads=True)
    protect(op, "supplier", alliance="read", everyone_reads=True)
    for table in ("contract", "offer"):
        protect(op, table, supplier="supplier_id", supplier_reach="read", alliance="read")
        _schools_read(table)


def _protect_rounds() -> None:
    protect(op, "round", alliance="write")
    op.execute(
        f"CREATE POLICY round_read_once_open ON round FOR SELECT"
        f" USING ({_ACTOR} IN ('school', 'supplier') AND state <> 'draft')"
    )
    for table in ("round_offer", "round_tier"):
        protect(op, table, supplier="supplier_id", supplier_reach="read", alliance="write")
        _schools_read(table)


def _protect_orders() -> None:
    """The alliance sees how far each order is, never its lines or history, and writes neither."""
    protect(op, "school_order", school="school_urn", alliance="read")
    protect(op, "order_line", school="school_urn", alliance="none")
    protect(op, "order_history", school="school_urn", alliance="none")


def _protect_purchase_orders() -> None:
    """A school sees the purchase orders in which it has a drop, and of their lines those that it ordered."""
    protect(op, "purchase_order", supplier="supplier_id", alliance="read")
    protect(op, "purchase_order_line", supplier="supplier_id", supplier_reach="read", alliance="read")
    for table, own in (("purchase_order", "school_drop"), ("purchase_order_line", "drop_line")):
        same_line = "" if own == "school_drop" else f" AND own.line_no = {table}.line_no"
        mine = f"own.purchase_order_id = {table}.purchase_order_id{same_line} AND own.school_urn = {_SCHOOL}"
        op.execute(
            f"CREATE POLICY {table}_read_by_schools ON {table} FOR SELECT"  # noqa: S608
            f" USING ({_ACTOR} = 'school' AND EXISTS (SELECT 1 FROM {own} own WHERE {mine}))"
        )
    for table in ("school_drop", "drop_line", "receipt", "receipt_line"):
        protect(op, table, school="school_urn", supplier="supplier_id", supplier_reach="read", alliance="read")


def _schools_read(table: str) -> None:
    op.execute(f"CREATE POLICY {table}_read_by_schools ON {table} FOR SELECT USING ({_ACTOR} = 'school')")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
