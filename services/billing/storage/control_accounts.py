"""Accounts beside the documents that explain them: debtors, creditors, banks and clearing."""

from typing import Any

from sqlalchemy import Connection, Row, text

# Clearing holds what is invoiced and not billed: lines without a match, and of each match what no bill has taken; and
# what people post to it by hand, to write off what stays.
_CONTROL = text("""
    WITH posted AS (
        SELECT account, school_urn, CASE WHEN account IN ('2100', '2110') THEN supplier_id END AS supplier_id,
            sum(debit_pence - credit_pence) AS pence
        FROM entry_line WHERE account IN ('1100', '1110', '1200', '1250', '2100', '2110', '2300', '2310',
            '5100', '5110') GROUP BY 1, 2, 3
    ), document AS (
        SELECT CASE purpose WHEN 'fund' THEN '1110' ELSE '1100' END AS account, school_urn,
            CAST(NULL AS uuid) AS supplier_id, gross_pence AS pence
        FROM bill
        UNION ALL SELECT CASE purpose WHEN 'fund' THEN '1110' ELSE '1100' END, c.school_urn, NULL, -c.gross_pence
        FROM credit_note c JOIN bill USING (bill_id)
        UNION ALL SELECT CASE purpose WHEN 'fund' THEN '1110' ELSE '1100' END, r.school_urn, NULL, -r.amount_pence
        FROM bill_receipt r JOIN bill USING (bill_id)
        UNION ALL SELECT ledger_code, NULL, NULL, amount_pence FROM bank_line JOIN bank_account USING (account)
        WHERE state <> 'new' AND currency = 'GBP'
        UNION ALL SELECT CASE WHEN supplier_id IS NOT NULL THEN '2110' WHEN purpose = 'fund' THEN '2310'
            ELSE '2300' END, school_urn, supplier_id, -amount_pence
        FROM held_money
        UNION ALL SELECT '2100', NULL, supplier_id, -gross_pence FROM supplier_invoice WHERE settlement = 'recharge'
        UNION ALL SELECT '2100', NULL, supplier_id, amount_pence FROM supplier_payment
        UNION ALL SELECT v.account, NULL, NULL, v.pence
        FROM supplier_invoice_line l JOIN supplier_invoice i USING (supplier_invoice_id),
            LATERAL (VALUES ('5100', l.net_pence), ('5110', l.vat_pence)) AS v (account, pence)
        WHERE i.settlement = 'recharge' AND NOT EXISTS (SELECT FROM match_line m
            WHERE m.supplier_invoice_id = l.supplier_invoice_id AND m.line_no = l.line_no)
        UNION ALL SELECT v.account, NULL, NULL, v.pence
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id), LATERAL (VALUES
            ('5100', m.net_pence - CASE WHEN bill_id IS NULL THEN 0
                ELSE billable_net_pence - returned_net_pence END),
            ('5110', m.vat_pence - CASE WHEN bill_id IS NULL THEN 0
                ELSE billable_vat_pence - returned_vat_pence END)) AS v (account, pence)
        WHERE i.settlement = 'recharge'
        UNION ALL SELECT account, NULL, NULL, debit_pence - credit_pence
        FROM manual_journal_line JOIN manual_journal USING (manual_journal_id)
        WHERE state = 'posted' AND account IN ('5100', '5110')
    ), explained AS (
        SELECT account, school_urn, supplier_id, sum(pence) AS pence FROM document GROUP BY 1, 2, 3
    )
    SELECT account, account.name AS account_name, school_urn, CAST(supplier_id AS text) AS supplier_id,
        coalesce(school.name, supplier.name, '') AS party, CAST(ledger_pence AS bigint) AS ledger_pence,
        CAST(documents_pence AS bigint) AS documents_pence
    FROM (
        SELECT coalesce(p.account, d.account) AS account, coalesce(p.school_urn, d.school_urn) AS school_urn,
            coalesce(p.supplier_id, d.supplier_id) AS supplier_id, coalesce(p.pence, 0) AS ledger_pence,
            coalesce(d.pence, 0) AS documents_pence
        FROM posted p FULL JOIN explained d ON d.account = p.account
            AND coalesce(d.school_urn, 0) = coalesce(p.school_urn, 0)
            AND coalesce(CAST(d.supplier_id AS text), '') = coalesce(CAST(p.supplier_id AS text), '')
    ) both_sides
    JOIN account ON account.code = account
    LEFT JOIN school ON school.urn = school_urn LEFT JOIN supplier USING (supplier_id)
    ORDER BY account, party, school_urn, supplier_id
""")


def control_accounts(connection: Connection) -> list[Row[Any]]:
    """By account and school or supplier: debit less credit in pence, by the ledger and by the documents."""
    return list(connection.execute(_CONTROL))
