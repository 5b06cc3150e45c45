"""Where each drop goes, and what its school said of it: for its supplier, its school and the alliance.

A supplier reads no order; this function gives it of each order in its purchase order the site and the notes alone. The
alliance gets the sites without the notes.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_DROP_ADDRESSES = """
    CREATE FUNCTION drop_addresses(p_purchase_order uuid)
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
                WHEN 'supplier' THEN d.supplier_id = own_supplier
                WHEN 'school' THEN d.school_urn = own_urn
                ELSE kind IN ('alliance', 'service') END;
    END
    $$
"""


def upgrade() -> None:
    op.execute(_DROP_ADDRESSES)


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
