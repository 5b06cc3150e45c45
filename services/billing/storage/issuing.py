"""Bills made of what is billable, each step for all of them at once: a round can have a million lines.

A school's lines outside the scope of VAT go on a bill of their own (EN 16931, BR-O-11).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.bulk import insert_rows

_DUE = text("""
    SELECT m.school_urn, d.vat_class = 'O' AS outside_scope, CAST(sum(m.billable_net_pence) AS bigint) AS net_pence,
        CAST(sum(m.billable_vat_pence) AS bigint) AS vat_pence, min(contract.payment_days) AS payment_days,
        count(*) AS line_count
    FROM match_line m
    JOIN drop_line d ON d.purchase_order_id = m.purchase_order_id AND d.line_no = m.order_line_no
        AND d.school_urn = m.school_urn
    JOIN purchase_order o ON o.purchase_order_id = m.purchase_order_id LEFT JOIN contract USING (contract_id)
    WHERE m.purchase_order_id = ANY(CAST(:orders AS uuid[])) AND m.state = 'billable'
    GROUP BY m.school_urn, outside_scope ORDER BY m.school_urn, outside_scope
""")
_ADD_LINES = text("""
    INSERT INTO bill_line (bill_id, line_no, school_urn, purchase_order_id, purchase_order_number, order_line_no,
        supplier_invoice_id, supplier_invoice_line_no, supplier_name, sku, name, unit, ledger_code, vat_class,
        vat_rate, quantity, unit_price, net_pence, vat_pence)
    SELECT bill.bill_id,
        row_number() OVER (PARTITION BY bill.bill_id ORDER BY o.number COLLATE "C", m.order_line_no,
            i.our_number COLLATE "C", m.line_no),
        m.school_urn, m.purchase_order_id, o.number, m.order_line_no, m.supplier_invoice_id, m.line_no,
        coalesce(supplier.name, ''), line.sku, line.name, line.unit, line.ledger_code, d.vat_class,
        d.vat_rate, m.billable_quantity, least(m.unit_price_ordered, m.unit_price_invoiced), m.billable_net_pence,
        m.billable_vat_pence
    FROM match_line m
    JOIN purchase_order o ON o.purchase_order_id = m.purchase_order_id
    JOIN purchase_order_line line ON line.purchase_order_id = m.purchase_order_id AND line.line_no = m.order_line_no
    JOIN drop_line d ON d.purchase_order_id = m.purchase_order_id AND d.line_no = m.order_line_no
        AND d.school_urn = m.school_urn
    JOIN bill ON bill.bill_id = ANY(CAST(:bills AS uuid[])) AND bill.school_urn = m.school_urn
        AND bill.outside_scope = (d.vat_class = 'O')
    JOIN supplier_invoice i ON i.supplier_invoice_id = m.supplier_invoice_id
    LEFT JOIN supplier ON supplier.supplier_id = m.supplier_id
    WHERE m.purchase_order_id = ANY(CAST(:orders AS uuid[])) AND m.state = 'billable'
""")
# In the order in which the matches stand: in that of the bills each would read another page of table and indexes.
_TAKE_MATCHES = text("""
    UPDATE match_line m SET state = 'billed', bill_id = taken.bill_id
    FROM (
        SELECT t.ctid AS place, b.bill_id
        FROM bill_line b JOIN match_line t ON t.supplier_invoice_id = b.supplier_invoice_id
            AND t.line_no = b.supplier_invoice_line_no AND t.school_urn = b.school_urn
        WHERE b.bill_id = ANY(CAST(:bills AS uuid[])) AND t.purchase_order_id = ANY(CAST(:orders AS uuid[]))
        ORDER BY t.ctid
    ) taken
    WHERE m.ctid = taken.place
""")
_POST = text("""
    WITH posted AS (
        INSERT INTO entry (entry_id, number, kind, document_id, document_number, posted_on, dated_on, description,
            posted_by)
        SELECT gen_random_uuid(), taken.number, 'bill', b.bill_id, b.number, :posted_on, b.issue_date, b.title,
            b.issued_by
        FROM (
            SELECT *, row_number() OVER (ORDER BY number) AS place FROM bill
            WHERE bill_id = ANY(CAST(:bills AS uuid[])) AND gross_pence > 0
        ) b JOIN unnest(CAST(:numbers AS text[])) WITH ORDINALITY AS taken (number, place) USING (place)
        RETURNING entry_id, document_id
    )
    INSERT INTO entry_line (entry_id, line_no, account, school_urn, debit_pence, credit_pence)
    SELECT entry_id, row_number() OVER (PARTITION BY entry_id ORDER BY side.place), account, side.urn, debit, credit
    FROM posted JOIN bill ON bill_id = document_id CROSS JOIN LATERAL (VALUES
        (1, :debtors, school_urn, gross_pence, 0::bigint),
        (2, :clearing_net, NULL, 0::bigint, net_pence),
        (3, :clearing_vat, NULL, 0::bigint, vat_pence)
    ) AS side (place, account, urn, debit, credit)
    WHERE debit + credit > 0
""")
_TELL = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'BillIssued', 2, 'bill:' || bill_id, jsonb_build_object('bill_id', bill_id, 'number', number,
        'school_urn', school_urn, 'round_id', round_id, 'issue_date', issue_date, 'due_date', due_date,
        'net_pence', net_pence, 'vat_pence', vat_pence, 'gross_pence', gross_pence, 'amounts', amounts)
    FROM bill JOIN (
        SELECT bill_id, jsonb_agg(jsonb_build_object('purchase_order_id', purchase_order_id,
            'category_code', category_code, 'net_pence', net, 'vat_pence', vat)
            ORDER BY purchase_order_id, category_code) AS amounts
        FROM (
            SELECT b.bill_id, b.purchase_order_id, l.category_code, sum(b.net_pence) AS net, sum(b.vat_pence) AS vat
            FROM bill_line b JOIN purchase_order_line l
                ON l.purchase_order_id = b.purchase_order_id AND l.line_no = b.order_line_no
            WHERE b.bill_id = ANY(CAST(:bills AS uuid[]))
            GROUP BY b.bill_id, b.purchase_order_id, l.category_code
        ) amount GROUP BY bill_id
    ) told USING (bill_id)
    ORDER BY number
""")


def billable_by_school(connection: Connection, order_ids: Sequence[str]) -> list[Row[Any]]:
    """(school_urn, outside_scope, net_pence, vat_pence, payment_days, line_count) of what can be billed now, by URN.

    `payment_days` are the fewest of the contracts concerned; None while none of them is known.
    """
    return list(connection.execute(_DUE, {"orders": list(order_ids)}))


def add_bills(connection: Connection, rows: Sequence[dict[str, Any]], order_ids: Sequence[str]) -> None:
    """Store bills and move the billable matches of their schools onto them, line by line."""
    insert_rows(connection, "bill", rows)
    names = {"bills": [row["bill_id"] for row in rows], "orders": list(order_ids)}
    added = connection.execute(_ADD_LINES, names).rowcount
    taken = connection.execute(_TAKE_MATCHES, names).rowcount
    if taken != added:  # a match moves in its table only under the lock of its order, which the caller holds
        raise RuntimeError(f"{added} lines were billed, and {taken} matches taken for them.")


def post_bills(
    connection: Connection,
    bill_ids: Sequence[str],
    numbers: Sequence[str],
    posted_on: date,
    *,
    accounts: tuple[str, str, str],
) -> None:
    """Post an entry under each of the journal's `numbers` for the bills that come to anything, by their numbers.

    `accounts` are those of school debtors, clearing net and clearing VAT.
    """
    debtors, net, vat = accounts
    names = {"debtors": debtors, "clearing_net": net, "clearing_vat": vat}
    sent = {"bills": list(bill_ids), "numbers": list(numbers), "posted_on": posted_on}
    connection.execute(_POST, {**sent, **names})


def tell_bills(connection: Connection, bill_ids: Sequence[str]) -> None:
    """Publish BillIssued for each bill, with its amounts by purchase order and category."""
    connection.execute(_TELL, {"bills": list(bill_ids)})
