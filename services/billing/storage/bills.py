"""Schools' bills."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.storage.bulk import insert_rows
from services.billing.storage.direct_bills import BILLS as DIRECT_BILLS

_DUE = text("""
    SELECT school_urn, CAST(sum(billable_net_pence) AS bigint) AS net_pence,
        CAST(sum(billable_vat_pence) AS bigint) AS vat_pence
    FROM match_line WHERE purchase_order_id = ANY(CAST(:orders AS uuid[])) AND state = 'billable'
    GROUP BY school_urn ORDER BY school_urn
""")
_TAKE_MATCHES = text("""
    UPDATE match_line SET state = 'billed', bill_id = bill.bill_id
    FROM bill
    WHERE bill.bill_id = ANY(CAST(:bills AS uuid[])) AND bill.school_urn = match_line.school_urn
        AND match_line.purchase_order_id = ANY(CAST(:orders AS uuid[])) AND match_line.state = 'billable'
""")
_ADD_LINES = text("""
    INSERT INTO bill_line (bill_id, line_no, school_urn, purchase_order_id, purchase_order_number, order_line_no,
        supplier_invoice_id, supplier_invoice_line_no, supplier_name, sku, name, unit, ledger_code, vat_class,
        vat_rate, quantity, unit_price, net_pence, vat_pence)
    SELECT m.bill_id,
        row_number() OVER (PARTITION BY m.bill_id ORDER BY o.number, m.order_line_no, i.our_number, m.line_no),
        m.school_urn, m.purchase_order_id, o.number, m.order_line_no, m.supplier_invoice_id, m.line_no,
        coalesce(supplier.name, ''), line.sku, line.name, line.unit, line.ledger_code, d.vat_class,
        d.vat_rate, m.billable_quantity, least(m.unit_price_ordered, m.unit_price_invoiced), m.billable_net_pence,
        m.billable_vat_pence
    FROM match_line m
    JOIN purchase_order o ON o.purchase_order_id = m.purchase_order_id
    JOIN purchase_order_line line ON line.purchase_order_id = m.purchase_order_id AND line.line_no = m.order_line_no
    JOIN drop_line d ON d.purchase_order_id = m.purchase_order_id AND d.line_no = m.order_line_no
        AND d.school_urn = m.school_urn
    JOIN supplier_invoice i ON i.supplier_invoice_id = m.supplier_invoice_id
    LEFT JOIN supplier ON supplier.supplier_id = m.supplier_id
    WHERE m.bill_id = ANY(CAST(:bills AS uuid[]))
""")
_AMOUNTS = text("""
    SELECT CAST(bill_id AS text) AS bill_id, json_agg(json_build_object(
        'purchase_order_id', purchase_order_id, 'category_code', category_code, 'net_pence', net_pence,
        'vat_pence', vat_pence) ORDER BY purchase_order_id, category_code) AS amounts
    FROM (
        SELECT b.bill_id, b.purchase_order_id, l.category_code, sum(b.net_pence) AS net_pence,
            sum(b.vat_pence) AS vat_pence
        FROM bill_line b JOIN purchase_order_line l
            ON l.purchase_order_id = b.purchase_order_id AND l.line_no = b.order_line_no
        WHERE b.bill_id = ANY(CAST(:bills AS uuid[]))
        GROUP BY b.bill_id, b.purchase_order_id, l.category_code
    ) amount GROUP BY bill_id
""")
_BILLS = """
    SELECT CAST(bill_id AS text) AS bill_id, bill.number, payment_reference, school_urn,
        coalesce(school.name, '') AS school_name, CAST(bill.round_id AS text) AS round_id, round.title AS round_title,
        CAST(bill.purchase_order_id AS text) AS purchase_order_id, bill.title, issue_date, due_date, net_pence,
        vat_pence, gross_pence, paid_pence, credited_pence, 'recharge' AS settlement, '' AS pay_to, false AS held
    FROM bill LEFT JOIN round USING (round_id) LEFT JOIN school ON school.urn = bill.school_urn
"""


def _page(of: str, bill: str) -> str:
    """One kind of bill, from a number on."""
    return f"""({of} WHERE {bill}.number > :after
        AND {bill}.school_urn = coalesce(CAST(:urn AS integer), {bill}.school_urn)
        AND (CAST(:round AS uuid) IS NULL OR {bill}.round_id = CAST(:round AS uuid))
        AND (CAST(:order AS uuid) IS NULL OR {bill}.purchase_order_id = CAST(:order AS uuid))
        ORDER BY {bill}.number LIMIT :limit)"""


_PAGE = text(f"{_page(_BILLS, 'bill')} UNION ALL {_page(DIRECT_BILLS, 'd')} ORDER BY number LIMIT :limit")
_THESE = text(f"""
    {_BILLS} WHERE bill_id = ANY(CAST(:bills AS uuid[])) UNION ALL
    {DIRECT_BILLS} WHERE d.supplier_invoice_id = ANY(CAST(:bills AS uuid[])) ORDER BY number
""")
_LINES = text("""
    SELECT bill_line.*, CAST(NULL AS text) AS state, CAST('{}' AS text[]) AS reasons
    FROM bill_line WHERE bill_id = :bill ORDER BY line_no
""")


def billable_by_school(connection: Connection, order_ids: list[str]) -> list[Row[Any]]:
    """(school_urn, net_pence, vat_pence) of what can be billed now, by URN."""
    return list(connection.execute(_DUE, {"orders": order_ids}))


def add_bills(connection: Connection, rows: Sequence[dict[str, Any]], order_ids: list[str]) -> None:
    """Store bills and move the billable matches of their schools onto them, line by line."""
    insert_rows(connection, "bill", rows)
    names = {"bills": [row["bill_id"] for row in rows], "orders": order_ids}
    connection.execute(_TAKE_MATCHES, names)
    connection.execute(_ADD_LINES, names)


def amounts_by_category(connection: Connection, bill_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """By bill, what it charges of each purchase order and category: net_pence and vat_pence, which add up to it."""
    rows = connection.execute(_AMOUNTS, {"bills": list(bill_ids)})
    return {row.bill_id: row.amounts for row in rows}


def list_bills(
    connection: Connection,
    *,
    school_urn: int | None,
    round_id: str | None,
    purchase_order_id: str | None,
    after: str,
    limit: int,
) -> list[Row[Any]]:
    """Bills that the actor may see, by number."""
    names = {"urn": school_urn, "round": round_id, "order": purchase_order_id, "after": after, "limit": limit}
    return list(connection.execute(_PAGE, names))


def get_bills(connection: Connection, bill_ids: Sequence[str]) -> list[Row[Any]]:
    """These bills, by number."""
    return list(connection.execute(_THESE, {"bills": list(bill_ids)}))


def bill_lines(connection: Connection, bill_id: str) -> list[Row[Any]]:
    """The lines of one bill."""
    return list(connection.execute(_LINES, {"bill": bill_id}))
