"""What answers to suppliers are made of, and the answers given."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.invoice_answer import HeldMatch
from services.billing.storage.bulk import insert_rows

MOST_REASONS = 100

# A line that gives back within an invoice is in its total already, so only credit notes are credited.
_FACTS = text("""
    SELECT CAST(i.supplier_invoice_id AS text) AS supplier_invoice_id, i.our_number, i.number, i.kind,
        CAST(i.supplier_id AS text) AS supplier_id, CAST(i.purchase_order_id AS text) AS purchase_order_id,
        o.number AS purchase_order_number, i.gross_pence, i.paid_pence, i.rejected_why, i.issue_date,
        coalesce(c.credited, 0) AS credited_pence, coalesce(m.held, false) AS held,
        coalesce(m.queried, false) AS queried, NOT EXISTS (
            SELECT FROM supplier_invoice_line l WHERE l.supplier_invoice_id = i.supplier_invoice_id AND NOT EXISTS (
                SELECT FROM match_line WHERE match_line.supplier_invoice_id = l.supplier_invoice_id
                    AND match_line.line_no = l.line_no)
            AND NOT EXISTS (
                SELECT FROM credit_share c WHERE c.supplier_invoice_id = l.supplier_invoice_id
                    AND c.line_no = l.line_no)
        ) AS matched, coalesce(last.seq, 0) AS last_seq, last.state AS last_state
    FROM supplier_invoice i JOIN purchase_order o ON o.purchase_order_id = i.purchase_order_id
    LEFT JOIN LATERAL (
        SELECT bool_or(state = 'held') AS held,
            bool_or(state = 'held' AND (disputed OR NOT reasons <@ ARRAY['awaiting_receipts', 'not_received']))
                AS queried
        FROM match_line WHERE match_line.supplier_invoice_id = i.supplier_invoice_id
    ) m ON true
    LEFT JOIN LATERAL (
        SELECT CAST(sum(share.net_pence + share.vat_pence) AS bigint) AS credited
        FROM credit_share share JOIN supplier_invoice note USING (supplier_invoice_id)
        WHERE share.of_invoice_id = i.supplier_invoice_id AND note.kind = 'credit_note'
    ) c ON true
    LEFT JOIN LATERAL (
        SELECT seq, state FROM supplier_invoice_answer a WHERE a.supplier_invoice_id = i.supplier_invoice_id
        ORDER BY seq DESC LIMIT 1
    ) last ON true
    WHERE i.supplier_invoice_id = ANY(CAST(:invoices AS uuid[])) ORDER BY i.our_number
""")
_HELD = text("""
    SELECT m.line_no, m.school_urn, coalesce(school.name, '') AS school_name, m.reasons, m.disputed,
        m.quantity_ordered, m.quantity_received, m.quantity_invoiced, m.unit_price_ordered, m.unit_price_invoiced
    FROM match_line m LEFT JOIN school ON school.urn = m.school_urn
    WHERE m.supplier_invoice_id = :invoice AND m.state = 'held' ORDER BY m.line_no, m.school_urn LIMIT :most
""")
_OF_ORDERS = text("""
    SELECT DISTINCT CAST(supplier_invoice_id AS text) FROM supplier_invoice_line
    WHERE purchase_order_id = ANY(CAST(:orders AS uuid[]))
""")
_ANSWERS = text("""
    SELECT seq, state, reasons, answered_at FROM supplier_invoice_answer
    WHERE supplier_invoice_id = :invoice ORDER BY seq
""")


def facts(connection: Connection, invoice_ids: Collection[str]) -> list[Row[Any]]:
    """What the answer to each of these documents is made of, and the last one given."""
    return list(connection.execute(_FACTS, {"invoices": list(invoice_ids)}))


def held_matches(connection: Connection, invoice_id: str) -> list[HeldMatch]:
    """What of an invoice is held, the first hundred lines and schools."""
    rows = connection.execute(_HELD, {"invoice": invoice_id, "most": MOST_REASONS})
    return [HeldMatch(row[0], row[1], row[2], tuple(row[3]), *row[4:]) for row in rows]


def invoices_of_orders(connection: Connection, order_ids: Collection[str]) -> list[str]:
    """The documents that stand on these purchase orders."""
    return list(connection.execute(_OF_ORDERS, {"orders": list(order_ids)}).scalars())


def answers_of(connection: Connection, invoice_id: str) -> list[Row[Any]]:
    """Every answer given to one document, the first first."""
    return list(connection.execute(_ANSWERS, {"invoice": invoice_id}))


def add_answers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep answers: supplier_invoice_id, seq, supplier_id, state, reasons."""
    insert_rows(connection, "supplier_invoice_answer", [dict(row) for row in rows])
