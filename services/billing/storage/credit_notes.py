"""What suppliers' credits give back, match by match, and the credit notes that schools get for it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.credits import CreditShare
from services.billing.domain.match_facts import Amount, Key
from services.billing.storage.bulk import insert_rows

_CREDITED = text("""
    SELECT CAST(of_invoice_id AS text), of_line_no, school_urn, CAST(sum(quantity) AS integer),
        CAST(sum(net_pence) AS bigint), CAST(sum(vat_pence) AS bigint)
    FROM credit_share WHERE purchase_order_id = :order GROUP BY of_invoice_id, of_line_no, school_urn
""")
_PLACED = text("""
    SELECT DISTINCT CAST(supplier_invoice_id AS text), line_no FROM credit_share WHERE purchase_order_id = :order
""")
_DUE = text("""
    SELECT CAST(bill_id AS text) AS bill_id, m.school_urn, bill.number AS bill_number, bill.title,
        CAST(bill.round_id AS text) AS round_id, CAST(sum(due_net_pence) AS bigint) AS net_pence,
        CAST(sum(due_vat_pence) AS bigint) AS vat_pence
    FROM match_line m JOIN bill USING (bill_id)
    WHERE m.purchase_order_id = ANY(CAST(:orders AS uuid[])) AND due_net_pence + due_vat_pence > 0
    GROUP BY bill_id, m.school_urn, bill.number, bill.title, bill.round_id ORDER BY bill.number
""")
_ADD_LINES = text("""
    INSERT INTO credit_note_line (credit_note_id, line_no, school_urn, bill_id, bill_line_no, quantity, net_pence,
        vat_pence)
    SELECT note.credit_note_id, row_number() OVER (PARTITION BY note.credit_note_id ORDER BY b.line_no), m.school_urn,
        b.bill_id, b.line_no, m.due_quantity, m.due_net_pence, m.due_vat_pence
    FROM match_line m
    JOIN credit_note note ON note.bill_id = m.bill_id AND note.credit_note_id = ANY(CAST(:notes AS uuid[]))
    JOIN bill_line b ON b.bill_id = m.bill_id AND b.supplier_invoice_id = m.supplier_invoice_id
        AND b.supplier_invoice_line_no = m.line_no
    WHERE m.purchase_order_id = ANY(CAST(:orders AS uuid[])) AND m.due_net_pence + m.due_vat_pence > 0
""")
_RETURN = text("""
    UPDATE match_line SET returned_quantity = returned_quantity + due_quantity,
        returned_net_pence = returned_net_pence + due_net_pence,
        returned_vat_pence = returned_vat_pence + due_vat_pence,
        due_quantity = 0, due_net_pence = 0, due_vat_pence = 0
    WHERE purchase_order_id = ANY(CAST(:orders AS uuid[])) AND due_net_pence + due_vat_pence > 0
""")
_CREDIT_BILLS = text("""
    UPDATE bill SET credited_pence = credited_pence + note.gross_pence
    FROM credit_note note
    WHERE note.bill_id = bill.bill_id AND note.credit_note_id = ANY(CAST(:notes AS uuid[]))
""")
_AMOUNTS = text("""
    SELECT CAST(credit_note_id AS text) AS credit_note_id, json_agg(json_build_object(
        'purchase_order_id', purchase_order_id, 'category_code', category_code, 'net_pence', net_pence,
        'vat_pence', vat_pence) ORDER BY purchase_order_id, category_code) AS amounts
    FROM (
        SELECT c.credit_note_id, b.purchase_order_id, l.category_code, sum(c.net_pence) AS net_pence,
            sum(c.vat_pence) AS vat_pence
        FROM credit_note_line c
        JOIN bill_line b ON b.bill_id = c.bill_id AND b.line_no = c.bill_line_no
        JOIN purchase_order_line l ON l.purchase_order_id = b.purchase_order_id AND l.line_no = b.order_line_no
        WHERE c.credit_note_id = ANY(CAST(:notes AS uuid[]))
        GROUP BY c.credit_note_id, b.purchase_order_id, l.category_code
    ) amount GROUP BY credit_note_id
""")
_LINES = text("""
    SELECT c.line_no, c.bill_line_no, c.quantity, c.net_pence, c.vat_pence, b.purchase_order_number, b.supplier_name,
        b.sku, b.name, b.unit, b.unit_price, b.vat_class, b.vat_rate, b.ledger_code
    FROM credit_note_line c JOIN bill_line b ON b.bill_id = c.bill_id AND b.line_no = c.bill_line_no
    WHERE c.credit_note_id = :note ORDER BY c.line_no
""")
_LIST = """
    SELECT CAST(c.credit_note_id AS text) AS credit_note_id, c.number, CAST(c.bill_id AS text) AS bill_id,
        bill.number AS bill_number, c.school_urn, coalesce(school.name, '') AS school_name, c.title, c.issue_date,
        c.net_pence, c.vat_pence, c.gross_pence, c.issued_by
    FROM credit_note c JOIN bill USING (bill_id) LEFT JOIN school ON school.urn = c.school_urn
"""
_PAGE = text(
    f"{_LIST} WHERE c.number > :after AND c.school_urn = coalesce(CAST(:urn AS integer), c.school_urn)"
    " AND c.bill_id = coalesce(CAST(:bill AS uuid), c.bill_id) ORDER BY c.number LIMIT :limit"
)
_THESE = text(f"{_LIST} WHERE c.credit_note_id = ANY(CAST(:notes AS uuid[])) ORDER BY c.number")


def credited(connection: Connection, order_id: str) -> dict[Key, Amount]:
    """What suppliers have given back of each match of a purchase order."""
    rows = connection.execute(_CREDITED, {"order": order_id})
    return {(row[0], row[1], row[2]): Amount(row[3], row[4], row[5]) for row in rows}


def placed(connection: Connection, order_id: str) -> set[tuple[str, int]]:
    """The lines (document, number) that give back and whose shares are known."""
    return {(row[0], row[1]) for row in connection.execute(_PLACED, {"order": order_id})}


def add_shares(connection: Connection, order_id: str, supplier_id: str, shares: Iterable[CreditShare]) -> None:
    """Keep what credits give back of which matches; that is never shared anew."""
    rows = [
        {
            "supplier_invoice_id": share.invoice_id,
            "line_no": share.line_no,
            "of_invoice_id": share.on[0],
            "of_line_no": share.on[1],
            "school_urn": share.on[2],
            "supplier_id": supplier_id,
            "purchase_order_id": order_id,
            "quantity": share.amount.quantity,
            "net_pence": share.amount.net_pence,
            "vat_pence": share.amount.vat_pence,
        }
        for share in shares
    ]
    insert_rows(connection, "credit_share", rows)


def due_by_bill(connection: Connection, order_ids: Sequence[str]) -> list[Row[Any]]:
    """(bill_id, school_urn, bill_number, title, net_pence, vat_pence) of what schools are to get back, by bill."""
    return list(connection.execute(_DUE, {"orders": list(order_ids)}))


def add_credit_notes(connection: Connection, rows: Sequence[dict[str, Any]], order_ids: Sequence[str]) -> None:
    """Store credit notes, if any, with a line for each bill line that is credited."""
    if not rows:
        return
    insert_rows(connection, "credit_note", rows)
    names = {"notes": [row["credit_note_id"] for row in rows], "orders": list(order_ids)}
    connection.execute(_ADD_LINES, names)
    connection.execute(_RETURN, names)


def count_on_bills(connection: Connection, note_ids: Sequence[str]) -> None:
    """Count credit notes on their bills."""
    connection.execute(_CREDIT_BILLS, {"notes": list(note_ids)})


def amounts_by_category(connection: Connection, note_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """By credit note, what it gives back of each purchase order and category, in positive pence."""
    rows = connection.execute(_AMOUNTS, {"notes": list(note_ids)})
    return {row.credit_note_id: row.amounts for row in rows}


def list_credit_notes(
    connection: Connection, *, school_urn: int | None, bill_id: str | None, after: str, limit: int
) -> list[Row[Any]]:
    """Credit notes that the actor may see, by number."""
    names = {"urn": school_urn, "bill": bill_id, "after": after, "limit": limit}
    return list(connection.execute(_PAGE, names))


def get_credit_notes(connection: Connection, credit_note_ids: Sequence[str]) -> list[Row[Any]]:
    """These credit notes, by number."""
    return list(connection.execute(_THESE, {"notes": list(credit_note_ids)}))


def credit_note_lines(connection: Connection, credit_note_id: str) -> list[Row[Any]]:
    """The lines of one credit note, each with what the bill's line says."""
    return list(connection.execute(_LINES, {"note": credit_note_id}))
