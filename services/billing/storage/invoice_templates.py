"""What of a purchase order was received and not invoiced yet, as an invoice sheet is filled in with it."""

from sqlalchemy import Connection, Row, text

from contracts.money import PRICE_STEP
from services.billing.domain.invoice_template import TemplateLine

_ORDER = text("""
    SELECT number, coalesce(settlement, 'recharge') AS settlement
    FROM purchase_order LEFT JOIN contract USING (contract_id) WHERE purchase_order_id = :order
""")
# A charge is one unit, due until it was invoiced; schools whose VAT differs make lines of their own.
_LINES = text("""
    WITH invoiced AS (
        SELECT order_line_no AS line_no, school_urn, sum(quantity_invoiced - credited_quantity) AS quantity
        FROM match_line WHERE purchase_order_id = :order GROUP BY order_line_no, school_urn
    )
    SELECT l.line_no, l.sku, l.name, l.unit,
        CASE l.kind WHEN 'charge' THEN 1 ELSE sum(d.quantity) END AS ordered,
        CASE l.kind WHEN 'charge' THEN 1 ELSE sum(coalesce(d.received, 0)) END AS received,
        CASE l.kind WHEN 'charge' THEN CASE WHEN sum(coalesce(invoiced.quantity, 0)) > 0 THEN 0 ELSE 1 END
            ELSE sum(greatest(coalesce(d.received, 0) - coalesce(invoiced.quantity, 0), 0)) END AS due,
        CASE l.kind WHEN 'charge' THEN sum(d.net_pence) / 100.0 ELSE l.unit_price END AS unit_price,
        d.vat_class, d.vat_rate
    FROM purchase_order_line l JOIN drop_line d USING (purchase_order_id, line_no)
    LEFT JOIN invoiced ON invoiced.line_no = d.line_no AND invoiced.school_urn = d.school_urn
    WHERE l.purchase_order_id = :order AND (CAST(:urn AS integer) IS NULL OR d.school_urn = :urn)
    GROUP BY l.purchase_order_id, l.line_no, d.vat_class, d.vat_rate
    HAVING sum(d.quantity) > 0 OR l.kind = 'charge'
    ORDER BY l.line_no, d.vat_class, d.vat_rate DESC
""")


def get_order(connection: Connection, order_id: str) -> Row[str, str] | None:
    """(number, settlement) of a purchase order, if the actor may see it."""
    return connection.execute(_ORDER, {"order": order_id}).one_or_none()


def template_lines(connection: Connection, order_id: str, urn: int | None) -> list[TemplateLine]:
    """The lines of an order by VAT rate, of all its schools or of one."""
    rows = connection.execute(_LINES, {"order": order_id, "urn": urn})
    return [
        TemplateLine(
            line_no=row.line_no,
            sku=row.sku,
            name=row.name,
            unit=row.unit,
            ordered=int(row.ordered),
            received=int(row.received),
            due=int(row.due),
            unit_price=row.unit_price.quantize(PRICE_STEP),
            vat_class=row.vat_class,
            vat_rate=row.vat_rate,
        )
        for row in rows
    ]
