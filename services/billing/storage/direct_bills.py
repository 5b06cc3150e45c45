"""Bills that suppliers make out to schools themselves: their own invoices, matched, and shown to the school."""

from typing import Any

from sqlalchemy import Connection, Row, text

_ADD = text("""
    INSERT INTO direct_bill (supplier_invoice_id, number, school_urn, supplier_id, supplier_name, purchase_order_id,
        purchase_order_number, round_id, title)
    VALUES (:invoice, :number, :urn, :supplier, :supplier_name, :order, :order_number, CAST(:round AS uuid), :title)
""")
# What is held, what the supplier has credited and what is left to pay of each; a school sees nothing but its own.
BILLS = """
    SELECT CAST(d.supplier_invoice_id AS text) AS bill_id, d.number, i.number AS payment_reference, d.school_urn,
        coalesce(school.name, '') AS school_name, CAST(d.round_id AS text) AS round_id, round.title AS round_title,
        CAST(CASE WHEN d.round_id IS NULL THEN d.purchase_order_id END AS text) AS purchase_order_id, d.title,
        i.issue_date, coalesce(i.due_date, i.issue_date + 30) AS due_date, i.net_pence, i.vat_pence, i.gross_pence,
        CAST(0 AS bigint) AS paid_pence, coalesce(m.credited, 0) AS credited_pence, 'direct' AS settlement,
        d.supplier_name AS pay_to, coalesce(m.held, true) AS held, 'general' AS purpose, EXISTS (
            SELECT FROM bill_dispute x WHERE x.bill_id = d.supplier_invoice_id AND x.state = 'open') AS disputed
    FROM direct_bill d JOIN supplier_invoice i USING (supplier_invoice_id) LEFT JOIN round USING (round_id)
    LEFT JOIN school ON school.urn = d.school_urn
    LEFT JOIN LATERAL (
        SELECT bool_or(state = 'held') AS held,
            CAST(sum(credited_net_pence + credited_vat_pence) AS bigint) AS credited
        FROM match_line WHERE match_line.supplier_invoice_id = d.supplier_invoice_id
    ) m ON true
"""
_OF_SCHOOL = text(f"{BILLS} WHERE d.school_urn = :urn ORDER BY i.issue_date, d.number")
_LINES = text("""
    SELECT m.line_no, d.purchase_order_number, d.supplier_name, '' AS sku, l.name, '' AS unit, '' AS ledger_code,
        m.quantity_invoiced AS quantity,
        m.unit_price_invoiced AS unit_price, m.net_pence, m.vat_pence, l.vat_class, l.vat_rate, m.state, m.reasons,
        CAST(m.supplier_invoice_id AS text) AS supplier_invoice_id
    FROM match_line m JOIN direct_bill d USING (supplier_invoice_id)
    JOIN supplier_invoice_line l USING (supplier_invoice_id, line_no)
    WHERE m.supplier_invoice_id = :bill ORDER BY m.line_no
""")


def add_direct_bill(connection: Connection, invoice_id: str, number: str, order: Row[Any], urn: int | None) -> None:
    """Show an invoice to its buyer as its bill, under a number of ours."""
    connection.execute(
        _ADD,
        {
            "invoice": invoice_id,
            "number": number,
            "urn": urn,
            "supplier": order.supplier_id,
            "supplier_name": order.supplier_name,
            "order": order.purchase_order_id,
            "order_number": order.number,
            "round": order.round_id,
            "title": order.title,
        },
    )


def direct_bill_lines(connection: Connection, bill_id: str) -> list[Row[Any]]:
    """The lines of a bill that is settled directly, each with its match."""
    return list(connection.execute(_LINES, {"bill": bill_id}))


def bills_of_school(connection: Connection, urn: int) -> list[Row[Any]]:
    """Every bill that the school pays its suppliers itself."""
    return list(connection.execute(_OF_SCHOOL, {"urn": urn}))
