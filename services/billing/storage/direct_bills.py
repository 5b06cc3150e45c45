"""Bills that suppliers make out to schools themselves: their own invoices, matched, and shown to the school."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, text

_ADD = text("""
    INSERT INTO direct_bill (supplier_invoice_id, number, school_urn, supplier_id, supplier_name, purchase_order_id,
        purchase_order_number, round_id, title)
    VALUES (:invoice, :number, :urn, :supplier, :supplier_name, :order, :order_number, CAST(:round AS uuid), :title)
""")
# What agrees with order and receipt counts, by purchase order and category; told only where it is new.
_TELL = text("""
    WITH amount AS (
        SELECT m.supplier_invoice_id, m.purchase_order_id, l.category_code, sum(m.billable_net_pence) AS net,
            sum(m.billable_vat_pence) AS vat
        FROM match_line m JOIN purchase_order_line l
            ON l.purchase_order_id = m.purchase_order_id AND l.line_no = m.order_line_no
        WHERE m.supplier_invoice_id = ANY(CAST(:invoices AS uuid[])) AND m.state = 'billable'
        GROUP BY m.supplier_invoice_id, m.purchase_order_id, l.category_code
    ), agreed AS (
        SELECT d.supplier_invoice_id, coalesce(jsonb_agg(jsonb_build_object('purchase_order_id',
            a.purchase_order_id, 'category_code', category_code, 'net_pence', net, 'vat_pence', vat)
            ORDER BY a.purchase_order_id, category_code) FILTER (WHERE net IS NOT NULL), '[]') AS amounts
        FROM direct_bill d LEFT JOIN amount a USING (supplier_invoice_id)
        WHERE d.supplier_invoice_id = ANY(CAST(:invoices AS uuid[])) GROUP BY d.supplier_invoice_id
    ), told AS (
        UPDATE direct_bill d SET told_amounts = agreed.amounts FROM agreed
        WHERE d.supplier_invoice_id = agreed.supplier_invoice_id AND d.told_amounts IS DISTINCT FROM agreed.amounts
        RETURNING d.*
    )
    INSERT INTO event_log (type, version, key, body)
    SELECT 'DirectBillRecorded', 1, 'bill:' || supplier_invoice_id, jsonb_build_object(
        'bill_id', supplier_invoice_id, 'number', d.number, 'school_urn', d.school_urn,
        'supplier_id', d.supplier_id, 'supplier_name', d.supplier_name, 'supplier_invoice_number', i.number,
        'round_id', d.round_id, 'issue_date', i.issue_date, 'due_date', coalesce(i.due_date, i.issue_date + 30),
        'net_pence', i.net_pence, 'vat_pence', i.vat_pence, 'gross_pence', i.gross_pence, 'amounts', d.told_amounts)
    FROM told d JOIN supplier_invoice i USING (supplier_invoice_id) ORDER BY d.number
""")
_NOTE_PAYMENT = text("""
    INSERT INTO direct_bill_payment (payment_id, bill_id, school_urn, paid_on, paid_pence, noted_by)
    VALUES (:payment, :bill, :urn, :paid_on, :pence, :by) ON CONFLICT (bill_id) WHERE withdrawn_at IS NULL DO NOTHING
""")
_WITHDRAW_PAYMENT = text("""
    UPDATE direct_bill_payment SET withdrawn_by = :by, withdrawn_at = clock_timestamp()
    WHERE bill_id = :bill AND withdrawn_at IS NULL
""")
# What is held, what the supplier has credited and what is left to pay of each; a school sees nothing but its own.
# Paid is what the school itself says it has paid. A line that gives back within an invoice is in its total already, so
# only credit notes are credited.
BILLS = """
    SELECT CAST(d.supplier_invoice_id AS text) AS bill_id, d.number, i.number AS payment_reference, d.school_urn,
        coalesce(school.name, '') AS school_name, CAST(d.round_id AS text) AS round_id, round.title AS round_title,
        CAST(CASE WHEN d.round_id IS NULL THEN d.purchase_order_id END AS text) AS purchase_order_id, d.title,
        i.issue_date, coalesce(i.due_date, i.issue_date + 30) AS due_date, i.net_pence, i.vat_pence, i.gross_pence,
        coalesce(p.paid_pence, 0) AS paid_pence, p.paid_on, p.noted_by AS paid_noted_by,
        coalesce(c.credited, 0) AS credited_pence, 'direct' AS settlement,
        d.supplier_name AS pay_to, coalesce(m.held, true) AS held, 'general' AS purpose, EXISTS (
            SELECT FROM bill_dispute x WHERE x.bill_id = d.supplier_invoice_id AND x.state = 'open') AS disputed
    FROM direct_bill d JOIN supplier_invoice i USING (supplier_invoice_id) LEFT JOIN round USING (round_id)
    LEFT JOIN school ON school.urn = d.school_urn
    LEFT JOIN direct_bill_payment p ON p.bill_id = d.supplier_invoice_id AND p.withdrawn_at IS NULL
    LEFT JOIN LATERAL (
        SELECT bool_or(state = 'held') AS held FROM match_line
        WHERE match_line.supplier_invoice_id = d.supplier_invoice_id
    ) m ON true
    LEFT JOIN LATERAL (
        SELECT CAST(sum(share.net_pence + share.vat_pence) AS bigint) AS credited
        FROM credit_share share JOIN supplier_invoice note USING (supplier_invoice_id)
        WHERE share.of_invoice_id = d.supplier_invoice_id AND note.kind = 'credit_note'
    ) c ON true
"""
_OF_SCHOOL = text(f"{BILLS} WHERE d.school_urn = :urn ORDER BY i.issue_date, d.number")
# A line that gives back has no match of its own: it stands as the supplier wrote it.
_LINES = text("""
    SELECT m.line_no, d.purchase_order_number, d.supplier_name, '' AS sku, l.name, '' AS unit, '' AS ledger_code,
        m.quantity_invoiced AS quantity,
        m.unit_price_invoiced AS unit_price, m.net_pence, m.vat_pence, l.vat_class, l.vat_rate, m.state, m.reasons,
        CAST(m.supplier_invoice_id AS text) AS supplier_invoice_id, false AS taken_off
    FROM match_line m JOIN direct_bill d USING (supplier_invoice_id)
    JOIN supplier_invoice_line l USING (supplier_invoice_id, line_no)
    WHERE m.supplier_invoice_id = :bill
    UNION ALL
    SELECT l.line_no, d.purchase_order_number, d.supplier_name, '', l.name, '', '', l.quantity, l.unit_price,
        l.net_pence, l.vat_pence, l.vat_class, l.vat_rate, 'credited', CAST('{}' AS text[]),
        CAST(l.supplier_invoice_id AS text), false
    FROM supplier_invoice_line l JOIN direct_bill d USING (supplier_invoice_id)
    WHERE l.supplier_invoice_id = :bill AND (l.net_pence < 0 OR l.quantity < 0)
    ORDER BY line_no
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
    """The lines of a bill that is settled directly, each with its match; what gives back is negative."""
    return list(connection.execute(_LINES, {"bill": bill_id}))


def bills_of_school(connection: Connection, urn: int) -> list[Row[Any]]:
    """Every bill that the school pays its suppliers itself."""
    return list(connection.execute(_OF_SCHOOL, {"urn": urn}))


def tell_direct_bills(connection: Connection, invoice_ids: Collection[str]) -> None:
    """Publish DirectBillRecorded of those of the invoices that are schools' own bills and say something new."""
    if invoice_ids:
        connection.execute(_TELL, {"invoices": sorted(invoice_ids)})


def note_payment(connection: Connection, bill: Row[Any], paid_on: date, pence: int, by: str) -> bool:
    """Note that the school has paid so much of its bill on that day; False if it is noted as paid already."""
    names = {"bill": bill.bill_id, "urn": bill.school_urn, "paid_on": paid_on, "pence": pence, "by": by}
    return connection.execute(_NOTE_PAYMENT, {"payment": str(uuid4()), **names}).rowcount == 1


def withdraw_payment(connection: Connection, bill_id: str, by: str) -> bool:
    """Take the note of a payment back; False if there is none."""
    return connection.execute(_WITHDRAW_PAYMENT, {"bill": bill_id, "by": by}).rowcount == 1
