"""What is open between the alliance, its schools and its suppliers, each document with its sign."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, text

from services.billing.domain.open_item import OpenItem, Purpose

# A bill that is paid and then credited leaves its school a credit, which stands on the latest credit notes.
_BILLS = """
    SELECT 'bill' AS kind, CAST(b.bill_id AS text) AS document_id, b.number, b.payment_reference AS reference,
        coalesce(school.name, 'school ' || b.school_urn) AS party, b.school_urn, CAST(NULL AS text) AS supplier_id,
        b.gross_pence - b.paid_pence - b.credited_pence AS open_pence, b.due_date AS due_on, '' AS their_number
    FROM bill b LEFT JOIN school ON school.urn = b.school_urn
    WHERE b.paid_pence + b.credited_pence < b.gross_pence AND b.purpose = :purpose
"""
_CREDIT_NOTES = """
    SELECT 'credit_note', CAST(credit_note_id AS text), number, number, party, school_urn, NULL, -open_pence,
        issue_date, ''
    FROM (
        SELECT c.credit_note_id, c.number, c.school_urn, c.issue_date,
            coalesce(school.name, 'school ' || c.school_urn) AS party,
            least(c.gross_pence, b.paid_pence + b.credited_pence - b.gross_pence - coalesce(sum(c.gross_pence) OVER (
                PARTITION BY c.bill_id ORDER BY c.number DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS open_pence
        FROM credit_note c JOIN bill b USING (bill_id) LEFT JOIN school ON school.urn = c.school_urn
        WHERE b.paid_pence + b.credited_pence > b.gross_pence AND b.purpose = :purpose
    ) given WHERE open_pence > 0
"""
# What a supplier credits lowers what is open of the invoices it credits. Beyond that, and where it is placed on no
# invoice yet, the credit note itself is owed to us. A line that gives back within an invoice is in its total already.
_SUPPLIERS = """
    SELECT 'supplier_invoice', CAST(i.supplier_invoice_id AS text), i.our_number, i.our_number,
        coalesce(supplier.name, ''), NULL, CAST(i.supplier_id AS text),
        i.paid_pence + coalesce(given.pence, 0) - i.gross_pence, i.due_date, i.number
    FROM supplier_invoice i LEFT JOIN supplier USING (supplier_id)
    LEFT JOIN credited given ON given.of_invoice_id = i.supplier_invoice_id
    WHERE i.gross_pence > 0 AND i.settlement = 'recharge'
        AND i.paid_pence + coalesce(given.pence, 0) < i.gross_pence AND :purpose = 'general'
    UNION ALL
    SELECT 'supplier_credit_note', CAST(i.supplier_invoice_id AS text), i.our_number, i.our_number,
        coalesce(supplier.name, ''), NULL, CAST(i.supplier_id AS text), open_pence, i.issue_date, i.number
    FROM (
        SELECT i.*, CAST(i.paid_pence - i.gross_pence - coalesce(share.pence, 0) + coalesce(share.over, 0) AS bigint)
            AS open_pence
        FROM supplier_invoice i LEFT JOIN (
            SELECT supplier_invoice_id, sum(pence) AS pence, sum(greatest(0, least(pence, over - later))) AS over
            FROM placed GROUP BY supplier_invoice_id
        ) share USING (supplier_invoice_id)
        WHERE i.gross_pence < 0 AND i.settlement = 'recharge'
    ) i LEFT JOIN supplier USING (supplier_id)
    WHERE open_pence > 0 AND :purpose = 'general'
"""
_FUND = """
    SELECT 'fund_payment', CAST(fund_payment_id AS text), number, number, payee, NULL, NULL, paid_pence - amount_pence,
        pay_on, ''
    FROM fund_payment WHERE withdrawn_why IS NULL AND paid_pence < amount_pence AND :purpose = 'fund'
"""
# A run whose file is written is paid in one line, or in one for each supplier under the reference of its advice.
_RUNS = """
    SELECT CASE WHEN total THEN 'payment_run' ELSE 'remittance' END, CAST(document_id AS text), number, number, party,
        NULL, CASE WHEN total THEN NULL ELSE CAST(supplier_id AS text) END, -open_pence, pay_on, ''
    FROM (
        SELECT GROUPING(p.reference) = 1 AS total, r.pay_on, min(CAST(p.supplier_id AS text)) AS supplier_id,
            CASE WHEN GROUPING(p.reference) = 1 THEN r.payment_run_id
                ELSE CAST(min(CAST(a.remittance_advice_id AS text)) AS uuid) END AS document_id,
            CASE WHEN GROUPING(p.reference) = 1 THEN r.number ELSE p.reference END AS number,
            CASE WHEN GROUPING(p.reference) = 0 THEN min(coalesce(s.name, ''))
                WHEN count(DISTINCT p.supplier_id) = 1 THEN '1 supplier'
                ELSE count(DISTINCT p.supplier_id) || ' suppliers' END AS party,
            CAST(sum(p.amount_pence) AS bigint) AS open_pence,
            bool_and(i.paid_pence = p.paid_before_pence AND NOT EXISTS (SELECT FROM bank_match m
                WHERE m.document_id = p.supplier_invoice_id AND m.payment_run_id = p.payment_run_id
                    AND m.undone_at IS NULL)) AS unpaid
        FROM payment_run r JOIN payment_run_item p USING (payment_run_id)
        JOIN supplier_invoice i USING (supplier_invoice_id)
        JOIN bank_account b ON b.bank_account_id = r.bank_account_id AND b.purpose = :purpose
        LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
        LEFT JOIN remittance_advice a ON a.payment_run_id = r.payment_run_id AND a.supplier_id = p.supplier_id
        WHERE r.state = 'exported' AND p.left_out_why IS NULL
        GROUP BY GROUPING SETS ((r.payment_run_id), (r.payment_run_id, p.reference))
    ) run WHERE unpaid AND document_id IS NOT NULL
"""
# What was paid by a run comes back within days, if at all; it is looked for among two months of runs.
_RETURNS = """
    SELECT 'returned_remittance', CAST(a.remittance_advice_id AS text), a.reference, a.reference, coalesce(s.name, ''),
        NULL, CAST(a.supplier_id AS text), a.amount_pence, a.pay_on, ''
    FROM remittance_advice a JOIN payment_run r USING (payment_run_id)
    JOIN bank_account b ON b.bank_account_id = r.bank_account_id AND b.purpose = :purpose
    LEFT JOIN supplier s ON s.supplier_id = a.supplier_id
    WHERE r.state IN ('exported', 'paid') AND a.pay_on > current_date - 60 AND NOT EXISTS (
        SELECT FROM payment_run_item p WHERE p.payment_run_id = a.payment_run_id AND p.supplier_id = a.supplier_id
            AND p.left_out_why IS NULL AND -p.amount_pence IS DISTINCT FROM (
                SELECT sum(m.amount_pence) FROM bank_match m WHERE m.document_id = p.supplier_invoice_id
                    AND m.payment_run_id = p.payment_run_id AND m.undone_at IS NULL))
"""
_HELD = """
    SELECT CASE WHEN h.school_urn IS NULL THEN 'supplier_account' ELSE 'school_account' END,
        coalesce(CAST(h.school_urn AS text), CAST(h.supplier_id AS text)), 'on account', '',
        coalesce(min(school.name), min(supplier.name), ''), h.school_urn, CAST(h.supplier_id AS text),
        -sum(h.amount_pence), max(h.held_on), ''
    FROM held_money h LEFT JOIN school ON school.urn = h.school_urn LEFT JOIN supplier USING (supplier_id)
    WHERE h.purpose = :purpose GROUP BY h.school_urn, h.supplier_id HAVING sum(h.amount_pence) <> 0
"""
_OPEN = text(f"""
    WITH given_back AS (
        SELECT supplier_invoice_id, of_invoice_id, sum(c.net_pence + c.vat_pence) AS pence
        FROM credit_share c JOIN supplier_invoice note USING (supplier_invoice_id)
        WHERE note.gross_pence < 0 GROUP BY supplier_invoice_id, of_invoice_id
    ), credited AS (
        SELECT of_invoice_id, CAST(sum(pence) AS bigint) AS pence FROM given_back GROUP BY of_invoice_id
    ), placed AS (
        SELECT c.supplier_invoice_id, c.pence, greatest(0, i.paid_pence + credited.pence - i.gross_pence) AS over,
            coalesce(sum(c.pence) OVER (PARTITION BY c.of_invoice_id ORDER BY c.supplier_invoice_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
        FROM given_back c JOIN credited USING (of_invoice_id)
        JOIN supplier_invoice i ON i.supplier_invoice_id = c.of_invoice_id
    )
    SELECT kind, document_id, number, reference, party, school_urn, supplier_id,
        CAST(open_pence AS bigint) AS open_pence, due_on, their_number
    FROM ({_BILLS} UNION ALL {_CREDIT_NOTES} UNION ALL {_SUPPLIERS} UNION ALL {_FUND} UNION ALL
        {_RUNS} UNION ALL {_RETURNS} UNION ALL {_HELD}) open
    WHERE CAST(:documents AS text[]) IS NULL OR document_id = ANY(CAST(:documents AS text[]))
    ORDER BY kind = 'returned_remittance', due_on, number
""")  # noqa: S608 -- queries of this module
_RUN_ITEMS = text("""
    SELECT CAST(paid.document_id AS text) AS document_id, i.kind,
        CAST(p.supplier_invoice_id AS text) AS supplier_invoice_id, i.our_number,
        CAST(p.supplier_id AS text) AS supplier_id, p.amount_pence, CAST(p.payment_run_id AS text) AS payment_run_id
    FROM (
        SELECT payment_run_id AS document_id, payment_run_id, CAST(NULL AS uuid) AS supplier_id FROM payment_run
        UNION ALL SELECT remittance_advice_id, payment_run_id, supplier_id FROM remittance_advice
    ) paid JOIN payment_run_item p ON p.payment_run_id = paid.payment_run_id
        AND (paid.supplier_id IS NULL OR p.supplier_id = paid.supplier_id)
    JOIN supplier_invoice i USING (supplier_invoice_id)
    WHERE p.left_out_why IS NULL AND paid.document_id = ANY(CAST(:documents AS uuid[]))
    ORDER BY p.supplier_id, i.our_number
""")


def open_items(connection: Connection, purpose: Purpose, document_ids: Collection[str] | None = None) -> list[OpenItem]:
    """Everything that money of this purpose can settle, the longest due first, then what may come back; of these
    documents alone if given.

    Money on the fund's account settles what is owed to or by the fund, and no other.
    """
    documents = None if document_ids is None else list(document_ids)
    rows = connection.execute(_OPEN, {"purpose": purpose, "documents": documents})
    return [OpenItem._make(row) for row in rows]


def paid_by_runs(connection: Connection, document_ids: Collection[str]) -> list[Row[Any]]:
    """What these payment runs, or the parts of them for one supplier, pay: an invoice or a credit note a row."""
    return list(connection.execute(_RUN_ITEMS, {"documents": list(document_ids)}))
