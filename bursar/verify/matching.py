"""Invariants of what people decide of matches, of receipts that are asked for, and of the reverse charge."""

from bursar.verify.check import Check, Link

LINKS = (Link("receipt_chase", "supplier_invoice", ("supplier_invoice_id",)),)

CHECKS = (
    Check(
        "matches_stand_as_decided",
        "What counts of a match as accepted, disputed or asked to be credited is what somebody decided last.",
        """
        WITH decided AS (
            SELECT m.*, (
                SELECT decision FROM match_decision d WHERE d.supplier_invoice_id = m.supplier_invoice_id
                    AND d.line_no = m.line_no AND d.school_urn = m.school_urn AND decision <> 'credit_requested'
                ORDER BY decided_at DESC LIMIT 1
            ) AS judged, (
                SELECT decision FROM match_decision d WHERE d.supplier_invoice_id = m.supplier_invoice_id
                    AND d.line_no = m.line_no AND d.school_urn = m.school_urn
                    AND decision IN ('credit_requested', 'withdrawn') ORDER BY decided_at DESC LIMIT 1
            ) AS asked
            FROM match_line m WHERE disputed OR credit_requested OR accepted_reasons <> '{}'
        )
        SELECT format('%s line %s, school %s: stands as %s, last decided was %s', our_number, line_no, school_urn,
            concat_ws(', ', CASE WHEN cardinality(accepted_reasons) > 0 THEN 'accepted' END,
                CASE WHEN disputed THEN 'disputed' END, CASE WHEN credit_requested THEN 'credit_requested' END),
            concat_ws(', ', coalesce(judged, 'nothing'), asked))
        FROM decided JOIN supplier_invoice USING (supplier_invoice_id)
        WHERE disputed AND judged IS DISTINCT FROM 'disputed'
            OR accepted_reasons <> '{}' AND state <> 'billed' AND judged IS DISTINCT FROM 'accepted'
            OR credit_requested AND asked IS DISTINCT FROM 'credit_requested'
        """,
    ),
    # 20 % is the standard rate since 4 January 2011, the earliest day of an invoice.
    Check(
        "reverse_charge_is_accounted_for",
        "The VAT of the reverse charge on what is recharged is due to HMRC and back from it, and for nothing else.",
        """
        WITH charged AS (
            SELECT supplier_invoice_id, round(sum(l.net_pence) * 20 / 100.0) AS pence
            FROM supplier_invoice_line l JOIN supplier_invoice USING (supplier_invoice_id)
            WHERE l.vat_class = 'AE' AND settlement = 'recharge' GROUP BY supplier_invoice_id
        ), posted AS (
            SELECT e.document_id AS supplier_invoice_id, sum(l.debit_pence - l.credit_pence)
                    FILTER (WHERE account = '1400') AS input,
                sum(l.credit_pence - l.debit_pence) FILTER (WHERE account = '2200') AS output
            FROM entry e JOIN entry_line l USING (entry_id)
            WHERE kind IN ('supplier_invoice', 'supplier_credit_note') AND account IN ('1400', '2200')
                AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id)
            GROUP BY e.document_id
        )
        SELECT format('%s: %s pence back from HMRC and %s due to it, %s of the reverse charge', our_number,
            coalesce(input, 0), coalesce(output, 0), coalesce(pence, 0))
        FROM charged FULL JOIN posted USING (supplier_invoice_id) JOIN supplier_invoice USING (supplier_invoice_id)
        WHERE (coalesce(input, 0), coalesce(output, 0)) IS DISTINCT FROM (coalesce(pence, 0), coalesce(pence, 0))
        """,
    ),
)
