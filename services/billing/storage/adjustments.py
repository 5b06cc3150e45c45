"""What is to be accrued and prepaid at the end of a month, and what was."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.billing.domain.adjustments import Proposal
from services.billing.storage.bulk import insert_rows

_POSTED: Final = """EXISTS (
    SELECT FROM entry e WHERE e.document_id = {document} AND e.posted_on <= :day
        AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id))"""
# What was received by the end of the day and is on no invoice by then, in units of each order line; a service without
# receipts is delivered by the day. Money is at the price of the order: what is invoiced may cost something else. What a
# supplier credits can be invoiced anew, but for what was upheld against it: nobody owes that any more.
_UNINVOICED = text(f"""
    WITH received AS (
        SELECT r.purchase_order_id, r.line_no, sum(r.quantity_received) AS quantity
        FROM receipt_line r
        WHERE CAST(r.recorded_at AT TIME ZONE 'Europe/London' AS date) <= :day
        GROUP BY r.purchase_order_id, r.line_no
    ), given_back AS (
        SELECT m.purchase_order_id, m.order_line_no, c.quantity - least(c.quantity, m.upheld_quantity) AS quantity
        FROM (
            SELECT c.of_invoice_id, c.of_line_no, c.school_urn, sum(c.quantity) AS quantity
            FROM credit_share c JOIN supplier_invoice i USING (supplier_invoice_id)
            WHERE i.kind = 'credit_note' AND {_POSTED.format(document="i.supplier_invoice_id")}
            GROUP BY c.of_invoice_id, c.of_line_no, c.school_urn
        ) c JOIN match_line m ON m.supplier_invoice_id = c.of_invoice_id AND m.line_no = c.of_line_no
            AND m.school_urn = c.school_urn
    ), invoiced AS (
        SELECT purchase_order_id, order_line_no AS line_no, sum(quantity) AS quantity
        FROM (
            SELECT l.purchase_order_id, l.order_line_no, l.quantity
            FROM supplier_invoice_line l JOIN supplier_invoice i USING (supplier_invoice_id)
            WHERE i.kind = 'invoice' AND i.settlement = 'recharge'
                AND {_POSTED.format(document="i.supplier_invoice_id")}
            UNION ALL SELECT purchase_order_id, order_line_no, -quantity FROM given_back
        ) line GROUP BY purchase_order_id, order_line_no
    )
    SELECT CAST(o.purchase_order_id AS text) AS purchase_order_id, o.number, CAST(o.supplier_id AS text) AS supplier_id,
        o.service_from, o.service_to, l.quantity AS ordered, l.net_pence, l.unit_price,
        CASE WHEN o.service_from IS NULL THEN coalesce(received.quantity, 0) ELSE l.quantity END AS received,
        coalesce(invoiced.quantity, 0) AS invoiced
    FROM purchase_order o JOIN purchase_order_line l USING (purchase_order_id)
    LEFT JOIN contract USING (contract_id)
    LEFT JOIN received USING (purchase_order_id, line_no) LEFT JOIN invoiced USING (purchase_order_id, line_no)
    WHERE coalesce(contract.settlement, 'recharge') = 'recharge' AND o.answer IS DISTINCT FROM 'rejected'
        AND l.kind <> 'charge' AND l.quantity > 0
        AND CASE WHEN o.service_from IS NULL THEN received.quantity > coalesce(invoiced.quantity, 0)
            ELSE o.service_from <= :day AND l.quantity > coalesce(invoiced.quantity, 0) END
    ORDER BY o.number, l.line_no
""")  # noqa: S608 - text of this module
# What of an invoice or bill is credited by the day comes off it, so that the next year bears no charge that is gone.
_OVER_THE_YEAR = text(f"""
    WITH charged AS (
        SELECT 'prepayment' AS kind, i.supplier_invoice_id AS document_id, i.our_number AS number, i.supplier_id,
            l.purchase_order_id, l.net_pence
        FROM supplier_invoice i JOIN supplier_invoice_line l USING (supplier_invoice_id)
        WHERE i.settlement = 'recharge' AND i.kind = 'invoice' AND {_POSTED.format(document="i.supplier_invoice_id")}
        UNION ALL
        SELECT 'prepayment', i.supplier_invoice_id, i.our_number, i.supplier_id, c.purchase_order_id, -c.net_pence
        FROM credit_share c JOIN supplier_invoice i ON i.supplier_invoice_id = c.of_invoice_id
        JOIN supplier_invoice note ON note.supplier_invoice_id = c.supplier_invoice_id
        WHERE i.settlement = 'recharge' AND note.kind = 'credit_note'
            AND {_POSTED.format(document="i.supplier_invoice_id")}
            AND {_POSTED.format(document="note.supplier_invoice_id")}
        UNION ALL
        SELECT 'deferred_income', b.bill_id, b.number, NULL, l.purchase_order_id, l.net_pence
        FROM bill b JOIN bill_line l USING (bill_id) WHERE {_POSTED.format(document="b.bill_id")}
        UNION ALL
        SELECT 'deferred_income', b.bill_id, b.number, NULL, l.purchase_order_id, -c.net_pence
        FROM bill b JOIN credit_note_line c USING (bill_id)
        JOIN bill_line l ON l.bill_id = c.bill_id AND l.line_no = c.bill_line_no
        WHERE {_POSTED.format(document="b.bill_id")} AND {_POSTED.format(document="c.credit_note_id")}
    )
    SELECT kind, CAST(document_id AS text) AS document_id, c.number, CAST(c.supplier_id AS text) AS supplier_id,
        o.title, o.service_from, o.service_to, CAST(sum(c.net_pence) AS bigint) AS net_pence
    FROM charged c JOIN purchase_order o USING (purchase_order_id)
    WHERE o.service_to > :day
    GROUP BY kind, document_id, c.number, c.supplier_id, o.purchase_order_id
    ORDER BY kind, c.number
""")  # noqa: S608 - text of this module
_STANDING = text("""
    SELECT CAST(adjustment_id AS text) AS adjustment_id, number, kind, month, CAST(document_id AS text) AS document_id,
        document_number, CAST(supplier_id AS text) AS supplier_id, description, pence, posted_by, posted_at, undone_by,
        undone_at
    FROM adjustment WHERE month = :month ORDER BY number
""")
_ONE = text("SELECT month, undone_at FROM adjustment WHERE adjustment_id = :adjustment_id FOR UPDATE")
_UNDO = text("UPDATE adjustment SET undone_by = :by, undone_at = now() WHERE adjustment_id = :adjustment_id")
_SCHOOL_YEARS = text("""
    SELECT b.number, CAST(b.bill_id AS text) AS bill_id, b.school_urn, coalesce(s.name, '') AS school_name,
        coalesce(s.financial_year, 'april') AS financial_year, o.title, o.service_from, o.service_to,
        CAST(sum(l.net_pence - coalesce(c.net_pence, 0)) AS bigint) AS net_pence
    FROM bill b JOIN bill_line l USING (bill_id) JOIN purchase_order o ON o.purchase_order_id = l.purchase_order_id
    LEFT JOIN (
        SELECT bill_id, bill_line_no, sum(net_pence) AS net_pence FROM credit_note_line GROUP BY bill_id, bill_line_no
    ) c ON c.bill_id = l.bill_id AND c.bill_line_no = l.line_no
    LEFT JOIN school s ON s.urn = b.school_urn
    WHERE o.service_from IS NOT NULL AND o.service_to >= :from_day AND o.service_from <= :to_day
    GROUP BY b.bill_id, o.purchase_order_id, s.urn ORDER BY s.name, b.number, o.service_from
""")

COLUMNS: Final = ("kind", "month", "document_id", "document_number", "supplier_id", "description", "pence")


def uninvoiced(connection: Connection, day: date) -> list[Row[Any]]:
    """Order lines that were received or delivered by the end of `day` and are not all invoiced."""
    return list(connection.execute(_UNINVOICED, {"day": day}))


def over_the_year(connection: Connection, day: date) -> list[Row[Any]]:
    """Posted invoices and bills for services that go on after `day`: net pence, less credits, by document and order."""
    return list(connection.execute(_OVER_THE_YEAR, {"day": day}))


def of_month(connection: Connection, month: date) -> list[Row[Any]]:
    """What was posted at the end of a month, and what of it was undone."""
    return list(connection.execute(_STANDING, {"month": month}))


def add(connection: Connection, rows: Sequence[tuple[str, str, Proposal]], posted_by: str) -> None:
    """Keep what is posted: (adjustment_id, number, proposal)."""
    insert_rows(
        connection,
        "adjustment",
        [
            {
                "adjustment_id": adjustment_id,
                "number": number,
                "posted_by": posted_by,
                **{name: getattr(proposal, name) for name in COLUMNS},
            }
            for adjustment_id, number, proposal in rows
        ],
    )


def locked(connection: Connection, adjustment_id: str) -> Row[Any] | None:
    """(month, undone_at) of an adjustment, which nobody else undoes meanwhile."""
    return connection.execute(_ONE, {"adjustment_id": adjustment_id}).one_or_none()


def undo(connection: Connection, adjustment_id: str, by: str) -> None:
    """Keep who took it back; it may be proposed again."""
    connection.execute(_UNDO, {"adjustment_id": adjustment_id, "by": by})


def school_years(connection: Connection, from_day: date, to_day: date) -> list[Row[Any]]:
    """Bills for services that touch these days, by school, with its year: net pence, less credits, by order."""
    return list(connection.execute(_SCHOOL_YEARS, {"from_day": from_day, "to_day": to_day}))
