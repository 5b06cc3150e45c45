"""Invariants of suppliers' documents as they came, and of what was answered to them."""

from bursar.verify.check import Check, Link

LINKS = (Link("supplier_invoice_answer", "supplier_invoice", ("supplier_invoice_id",), ("supplier_id",)),)

CHECKS = (
    Check(
        "documents_are_as_they_came",
        "The file of a supplier's invoice has the hash that it came with.",
        """
        SELECT format('%s: its file has changed', our_number) FROM supplier_invoice
        WHERE sha256(original) <> original_sha256
        """,
    ),
    Check(
        "suppliers_are_answered",
        "What a supplier was told last of a document, if it was told anything yet, is what its match and payments say.",
        """
        SELECT format('%s is %s, and the supplier was told that it is %s', our_number, state, told) FROM (
            SELECT our_number, CASE
                    WHEN paid_pence > 0 THEN CASE WHEN paid_pence + coalesce(m.credited, 0) >= gross_pence THEN 'paid'
                        ELSE 'part_paid' END
                    WHEN rejected_why IS NOT NULL THEN 'rejected'
                    WHEN m.queried THEN 'under_query'
                    WHEN m.held OR EXISTS (
                        SELECT FROM supplier_invoice_line l
                        WHERE l.supplier_invoice_id = i.supplier_invoice_id
                            AND NOT EXISTS (SELECT FROM match_line x
                                WHERE x.supplier_invoice_id = l.supplier_invoice_id AND x.line_no = l.line_no)
                            AND NOT EXISTS (SELECT FROM credit_share x
                                WHERE x.supplier_invoice_id = l.supplier_invoice_id AND x.line_no = l.line_no)
                    ) THEN 'received'
                    ELSE 'accepted' END AS state, (
                SELECT a.state FROM supplier_invoice_answer a WHERE a.supplier_invoice_id = i.supplier_invoice_id
                ORDER BY seq DESC LIMIT 1) AS told
            FROM supplier_invoice i LEFT JOIN LATERAL (
                SELECT bool_or(state = 'held') AS held, bool_or(state = 'held' AND (
                        disputed OR NOT reasons <@ ARRAY['awaiting_receipts', 'not_received'])) AS queried,
                    sum(credited_net_pence + credited_vat_pence) AS credited
                FROM match_line WHERE match_line.supplier_invoice_id = i.supplier_invoice_id
            ) m ON true
        ) answered WHERE state <> told
        """,
    ),
)
