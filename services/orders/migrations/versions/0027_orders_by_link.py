"""What somebody without an account reaches by the link of one order: that order, and nothing else of its supplier.

Such an actor is of no supplier here (chassis.database), so every table and function stays shut unless it is opened for
the one order. Of round and contract only those behind the order are opened, for the names of articles and the title.
"""

from alembic import op

from chassis.rls import open_to_links

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_READ = (
    "purchase_order_line",
    "school_drop",
    "drop_line",
    "receipt",
    "receipt_line",
    "amendment",
    "amendment_step",
    "purchase_order_document",
)
_WRITTEN = ("purchase_order", "purchase_order_answer", "despatch", "despatch_line")

_LINKED_ORDER = """
    CREATE FUNCTION linked_order() RETURNS uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT CAST(substring(current_setting('bursar.limited_to', true), '^purchase_order:(.+)$') AS uuid)
    $$
"""
_BEHIND = "(SELECT {column} FROM purchase_order WHERE purchase_order_id = (SELECT linked_order()))"
_POLICIES = (
    f"""
    CREATE POLICY contract_linked ON contract FOR SELECT
    USING (contract_id = {_BEHIND.format(column="contract_id")})
    """,
    f"""
    CREATE POLICY round_offer_linked ON round_offer FOR SELECT
    USING (round_id = {_BEHIND.format(column="round_id")} AND contract_id = {_BEHIND.format(column="contract_id")})
    """,
    f"""
    CREATE POLICY supplier_details_linked ON supplier_details FOR SELECT
    USING (supplier_id = {_BEHIND.format(column="supplier_id")})
    """,
)
# The three functions that ask for the supplier of an order ask for the one order of a link as well.
_FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION drop_addresses(p_purchase_order uuid)
    RETURNS TABLE (school_urn integer, site_name text, address text, postcode text, instructions text, note text,
        line_notes jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        kind text := coalesce(current_setting('bursar.actor', true), '');
        own_urn integer := nullif(current_setting('bursar.school_urn', true), '')::integer;
        own_supplier uuid := nullif(current_setting('bursar.supplier_id', true), '')::uuid;
    BEGIN
        RETURN QUERY
            SELECT d.school_urn, site.name, site.address, site.postcode, site.instructions,
                CASE kind WHEN 'alliance' THEN '' ELSE o.note END,
                CASE kind WHEN 'alliance' THEN NULL ELSE (
                    SELECT jsonb_object_agg(p.line_no, l.note)
                    FROM order_line l JOIN purchase_order_line p ON p.offer_id = l.offer_id
                    WHERE l.round_id = d.round_id AND l.school_urn = d.school_urn AND l.note <> ''
                        AND p.purchase_order_id = d.purchase_order_id) END
            FROM school_drop d
            JOIN school_order o ON o.round_id = d.round_id AND o.school_urn = d.school_urn
            LEFT JOIN LATERAL (
                SELECT s.* FROM delivery_site s
                WHERE s.school_urn = d.school_urn
                    AND (s.site_id = o.site_id OR (o.site_id IS NULL AND s.main AND NOT s.removed))
                ORDER BY s.site_id LIMIT 1) site ON true
            WHERE d.purchase_order_id = p_purchase_order AND CASE kind
                WHEN 'supplier' THEN d.supplier_id = own_supplier OR d.purchase_order_id = linked_order()
                WHEN 'school' THEN d.school_urn = own_urn
                ELSE kind IN ('alliance', 'service') END;
    END
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION hold_drops(p_purchase_order uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        PERFORM 1 FROM school_drop d
        WHERE d.purchase_order_id = p_purchase_order
            AND CASE coalesce(current_setting('bursar.actor', true), '')
                WHEN 'service' THEN true
                WHEN 'supplier' THEN d.supplier_id = nullif(current_setting('bursar.supplier_id', true), '')::uuid
                    OR d.purchase_order_id = linked_order()
                ELSE false END
        ORDER BY d.school_urn FOR UPDATE;
    END
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION promise_days(p_purchase_order uuid, p_days jsonb) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        kind text := coalesce(current_setting('bursar.actor', true), '');
        own uuid := nullif(current_setting('bursar.supplier_id', true), '')::uuid;
    BEGIN
        UPDATE drop_line d SET promised_on = day.promised_on
        FROM jsonb_to_recordset(p_days) AS day(line_no integer, school_urn integer, promised_on date)
        WHERE d.purchase_order_id = p_purchase_order AND d.line_no = day.line_no AND d.school_urn = day.school_urn
            AND CASE kind WHEN 'service' THEN true
                WHEN 'supplier' THEN d.supplier_id = own OR d.purchase_order_id = linked_order()
                ELSE false END;
    END
    $$
    """,
)


def upgrade() -> None:
    op.execute(_LINKED_ORDER)
    for table in _READ:
        open_to_links(op, table, "purchase_order")
    for table in _WRITTEN:
        open_to_links(op, table, "purchase_order", reach="write")
    for statement in (*_POLICIES, *_FUNCTIONS):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
