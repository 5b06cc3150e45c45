"""Invariants of the bank: what its lines are matched to, what counts as paid because of it, and what is signed off."""

from bursar.verify.check import Check, Link, gapless

LINKS = (
    Link("bank_line", "bank_statement", ("bank_statement_id",)),
    Link("bank_match", "bank_line", ("bank_line_id",)),
    Link("bill_receipt", "bill", ("bill_id",), ("school_urn",)),
    Link("bill_receipt", "bank_line", ("bank_line_id",)),
    Link("supplier_payment", "supplier_invoice", ("supplier_invoice_id",), ("supplier_id",)),
    Link("supplier_payment", "bank_line", ("bank_line_id",)),
)

POSTED = """
    SELECT CASE split_part(min(posting_number), '-', 1) WHEN 'RC' THEN 'receipt' WHEN 'RF' THEN 'refund'
            WHEN 'PY' THEN 'payment' WHEN 'FS' THEN 'fund_payment' ELSE 'bank_charge' END AS kind,
        posting_id AS document_id, min(posting_number) AS number,
        greatest(sum(amount_pence), 0) + greatest(sum(CASE WHEN held THEN 0 ELSE -amount_pence END), 0)
            + greatest(sum(CASE WHEN held THEN -amount_pence ELSE 0 END), 0) AS pence
    FROM (SELECT *, kind IN ('school_account', 'supplier_account') AS held FROM bank_match) bank_match
    WHERE undone_at IS NULL AND posting_id IS NOT NULL GROUP BY posting_id
"""
"""What bank lines post, as documents of the ledger: the debits of money, of documents and of what is on account."""

KINDS = ("receipt", "refund", "payment", "fund_payment", "bank_charge")

_MATCHES = (
    Check(
        "bank_matches_are_the_line",
        "What a matched or reconciled bank line is matched to comes to its amount, to the penny; a new one has none.",
        """
        SELECT format('line of %s for %s pence (%s) is %s, matched to %s pence', booked_on, amount_pence, reference,
            state, coalesce(matched.pence, 0))
        FROM bank_line LEFT JOIN (
            SELECT bank_line_id, sum(amount_pence) AS pence FROM bank_match WHERE undone_at IS NULL
            GROUP BY bank_line_id
        ) matched USING (bank_line_id)
        WHERE CASE state WHEN 'new' THEN matched.pence IS NOT NULL
            ELSE matched.pence IS DISTINCT FROM amount_pence::numeric END
        """,
    ),
    Check(
        "bank_matches_are_what_is_paid",
        "What was received, paid or held on account under a posting is what its bank line is matched to, school by"
        " school and supplier by supplier.",
        """
        WITH matched AS (
            SELECT posting_id, bank_line_id, coalesce(school_urn::text, supplier_id::text) AS party,
                sum(amount_pence) AS pence
            FROM bank_match
            WHERE undone_at IS NULL AND num_nonnulls(school_urn, supplier_id) = 1 GROUP BY 1, 2, 3
        ), paid AS (
            SELECT receipt_id AS posting_id, bank_line_id, school_urn::text AS party, sum(amount_pence) AS pence
            FROM bill_receipt GROUP BY 1, 2, 3
            UNION ALL
            SELECT payment_id, bank_line_id, supplier_id::text, -sum(amount_pence) FROM supplier_payment
            GROUP BY 1, 2, 3
            UNION ALL
            SELECT posting_id, bank_line_id, coalesce(school_urn::text, supplier_id::text), amount_pence
            FROM held_money
        ), settled AS (
            SELECT posting_id, bank_line_id, party, sum(pence) AS pence FROM paid GROUP BY 1, 2, 3
        )
        SELECT format('posting %s of %s: %s pence matched, %s received or paid', posting_id, party,
            coalesce(matched.pence, 0), coalesce(settled.pence, 0))
        FROM matched FULL JOIN settled USING (posting_id, bank_line_id, party)
        WHERE coalesce(matched.pence, 0) <> coalesce(settled.pence, 0)
        """,
    ),
    Check(
        "bank_lines_set_off_in_pairs",
        "A line that is set off against another is matched to it alone, and the other to it, for the opposite amount,"
        " on accounts of one purpose.",
        """
        SELECT format('line of %s for %s pence is set off against one of %s pence', bank_line.booked_on, m.amount_pence,
            coalesce(other.amount_pence, 0))
        FROM bank_match m JOIN bank_line USING (bank_line_id)
        LEFT JOIN bank_match other ON other.bank_line_id = m.document_id AND other.document_id = m.bank_line_id
            AND other.undone_at IS NULL
        LEFT JOIN bank_line beside ON beside.bank_line_id = m.document_id
        LEFT JOIN bank_account mine ON mine.account = bank_line.account
        LEFT JOIN bank_account theirs ON theirs.account = beside.account
        WHERE m.kind = 'bank_line' AND m.undone_at IS NULL AND (other.amount_pence IS DISTINCT FROM -m.amount_pence
            OR mine.purpose IS DISTINCT FROM theirs.purpose)
        """,
    ),
    Check(
        "money_is_on_its_own_account",
        "Money of the fund’s bank account pays the fund’s bills and spending alone, and no other money does.",
        """
        SELECT format('line of %s for %s pence on the %s account is matched to %s', l.booked_on, m.amount_pence,
            coalesce(a.purpose, 'unknown'), m.document_number)
        FROM bank_match m JOIN bank_line l USING (bank_line_id) LEFT JOIN bank_account a ON a.account = l.account
        LEFT JOIN credit_note c ON m.kind = 'credit_note' AND c.credit_note_id = m.document_id
        LEFT JOIN bill b ON b.bill_id = CASE m.kind WHEN 'bill' THEN m.document_id ELSE c.bill_id END
        LEFT JOIN held_money h ON m.kind = 'school_account' AND h.posting_id = m.posting_id
        WHERE m.undone_at IS NULL AND m.kind NOT IN ('account', 'bank_line', 'set_aside') AND a.purpose IS DISTINCT FROM
            CASE WHEN m.kind = 'fund_payment' THEN 'fund' ELSE coalesce(b.purpose, h.purpose, 'general') END
        """,
    ),
    Check(
        "lines_are_set_aside_for_a_reason",
        "Only a bank line of £0.00 or in another currency is set aside, alone and with a reason.",
        """
        SELECT format('line of %s for %s pence in %s is set aside', booked_on, l.amount_pence, currency)
        FROM bank_match m JOIN bank_line l USING (bank_line_id)
        WHERE m.undone_at IS NULL AND m.kind = 'set_aside' AND (currency = 'GBP' AND l.amount_pence <> 0 OR why = ''
            OR EXISTS (SELECT FROM bank_match other WHERE other.bank_line_id = m.bank_line_id
                AND other.undone_at IS NULL AND other.bank_match_id <> m.bank_match_id))
        """,
    ),
    Check(
        "reconciled_statements_are_matched",
        "On a reconciled statement every line is reconciled, and on no other is one.",
        """
        SELECT format('statement of %s, %s to %s: line of %s for %s pence is %s', s.account, from_on, to_on, booked_on,
            amount_pence, state)
        FROM bank_line JOIN bank_statement s USING (bank_statement_id)
        WHERE (state = 'reconciled') <> (reconciled_at IS NOT NULL)
        """,
    ),
    Check(
        "payments_add_up",
        "What counts as paid of a bill, an invoice or a payment of the fund is the sum of what was received or paid.",
        """
        SELECT format('%s: %s pence count as paid, %s were', number, paid_pence, coalesce(payments.pence, 0))
        FROM bill LEFT JOIN (
            SELECT bill_id, sum(amount_pence) AS pence FROM bill_receipt GROUP BY bill_id
        ) payments USING (bill_id)
        WHERE paid_pence <> coalesce(payments.pence, 0)
        UNION ALL
        SELECT format('%s: %s pence count as paid, %s were', our_number, paid_pence, coalesce(payments.pence, 0))
        FROM supplier_invoice LEFT JOIN (
            SELECT supplier_invoice_id, sum(amount_pence) AS pence FROM supplier_payment GROUP BY supplier_invoice_id
        ) payments USING (supplier_invoice_id)
        WHERE paid_pence <> coalesce(payments.pence, 0)
        UNION ALL
        SELECT format('%s: %s pence count as paid, %s were', number, paid_pence, coalesce(payments.pence, 0))
        FROM fund_payment LEFT JOIN (
            SELECT document_id AS fund_payment_id, -sum(amount_pence) AS pence FROM bank_match
            WHERE kind = 'fund_payment' AND undone_at IS NULL GROUP BY document_id
        ) payments USING (fund_payment_id)
        WHERE paid_pence <> coalesce(payments.pence, 0)
        """,
    ),
)


def _numbers(series: str) -> Check:
    """The numbers under which bank lines were ever posted, undone ones too: several documents can share one."""
    posted = f"(SELECT DISTINCT posting_number FROM bank_match WHERE posting_number LIKE '{series}-%') posted"  # noqa: S608
    return gapless(series, f"bank_{series.lower()}", "posting_number", of=posted)


CHECKS = (*_MATCHES, *(_numbers(series) for series in ("RC", "RF", "PY", "FS", "BC")))
