"""Invariants of billing's books: the ledger, the bank, and what they say of bills and invoices."""

from bursar.verify.check import Check, gapless
from services.billing.domain.ledger import (
    BANK,
    CLEARING_NET,
    CLEARING_VAT,
    SCHOOL_DEBTORS,
    SUPPLIER_CREDITORS,
)

_ENTRIES = (
    Check(
        "entries_balance",
        "Every ledger entry has lines, and its debits equal its credits.",
        """
        SELECT format('%s (%s): debits of %s pence, credits of %s', number, document_number, coalesce(debit, 0),
            coalesce(credit, 0))
        FROM entry LEFT JOIN (
            SELECT entry_id, sum(debit_pence) AS debit, sum(credit_pence) AS credit FROM entry_line GROUP BY entry_id
        ) lines USING (entry_id)
        WHERE debit IS NULL OR debit <> credit
        """,
    ),
    Check(
        "accounts_are_known",
        "Nothing is posted to an account that the chart of accounts lacks.",
        """
        SELECT format('%s line %s: account %s', number, line_no, account)
        FROM entry_line JOIN entry USING (entry_id) WHERE account NOT IN (SELECT code FROM account)
        """,
    ),
    Check(
        "reversals_mirror_their_entries",
        "An entry is reversed once, by its mirror image on the same accounts, schools and suppliers.",
        """
        WITH sides AS (
            SELECT coalesce(e.reverses_entry_id, e.entry_id) AS entry_id, l.account, l.school_urn, l.supplier_id,
                sum(l.debit_pence - l.credit_pence) AS pence
            FROM entry e JOIN entry_line l USING (entry_id)
            WHERE e.kind = 'reversal' OR EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id)
            GROUP BY 1, 2, 3, 4
        )
        SELECT format('%s (%s): %s pence left on account %s', number, document_number, pence, account)
        FROM sides JOIN entry USING (entry_id) WHERE pence <> 0
        """,
    ),
    Check(
        "documents_are_posted_once",
        "Every invoice, bill, credit note, receipt and payment has exactly one entry, of its own amount; what schools"
        " pay suppliers directly has none, and no entry has none of them. What was reversed does not count.",
        """
        WITH document AS (
            SELECT CASE WHEN gross_pence < 0 THEN 'supplier_credit_note' ELSE 'supplier_invoice' END AS kind,
                supplier_invoice_id AS document_id, our_number AS number, abs(gross_pence) AS pence
            FROM supplier_invoice WHERE settlement = 'recharge'
            UNION ALL SELECT 'bill', bill_id, number, gross_pence FROM bill
            UNION ALL SELECT 'credit_note', credit_note_id, number, gross_pence FROM credit_note
            UNION ALL SELECT 'receipt', bank_line_id, number, amount_pence FROM bill_receipt
            UNION ALL SELECT 'payment', bank_line_id, number, amount_pence FROM supplier_payment
        ), posted AS (
            SELECT kind, document_id, count(DISTINCT entry_id) AS entries, sum(debit_pence) AS pence,
                min(entry.document_number) AS number
            FROM entry LEFT JOIN entry_line USING (entry_id)
            WHERE kind IN ('supplier_invoice', 'supplier_credit_note', 'bill', 'credit_note', 'receipt', 'payment')
                AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = entry.entry_id)
            GROUP BY kind, document_id
        )
        SELECT format('%s %s: %s pence, %s entries of %s pence', kind, coalesce(document.number, posted.number),
            coalesce(document.pence::text, 'no'), coalesce(posted.entries, 0), coalesce(posted.pence, 0))
        FROM document FULL JOIN posted USING (kind, document_id)
        WHERE coalesce(posted.pence, 0) IS DISTINCT FROM document.pence::numeric OR posted.entries > 1
        """,
    ),
)


def _control(name: str, holds: str, account: str, party: str, documents: str) -> Check:
    """The balance of an account, party by party, is the balance of the documents: (party, pence owed)."""
    return Check(
        name,
        holds,
        f"""
        WITH posted AS (
            SELECT {party} AS party, sum(debit_pence - credit_pence) AS pence FROM entry_line
            WHERE account = '{account}' GROUP BY 1
        ), owed AS (
            SELECT party, sum(pence) AS pence FROM ({documents}) documents GROUP BY party
        )
        SELECT format('account {account}, %s: the ledger says %s pence, the documents %s', party,
            coalesce(posted.pence, 0), coalesce(owed.pence, 0))
        FROM posted FULL JOIN owed USING (party)
        WHERE coalesce(posted.pence, 0) <> coalesce(owed.pence, 0)
        """,  # noqa: S608 -- accounts and queries of this module
    )


def _waiting(column: str) -> str:
    """What clearing must hold of a column: what is invoiced and not billed, whether matched, held or unmatched.

    Lines that give back are matches of none, so they count here, and what schools got back of it counts against them.
    """
    return f"""
        SELECT 'all'::text AS party, l.{column} AS pence
        FROM supplier_invoice_line l JOIN supplier_invoice USING (supplier_invoice_id)
        WHERE settlement = 'recharge' AND NOT EXISTS (SELECT FROM match_line m
            WHERE m.supplier_invoice_id = l.supplier_invoice_id AND m.line_no = l.line_no)
        UNION ALL
        SELECT 'all', m.{column} - CASE WHEN bill_id IS NULL THEN 0 ELSE billable_{column} - returned_{column} END
        FROM match_line m JOIN supplier_invoice USING (supplier_invoice_id) WHERE settlement = 'recharge'
    """  # noqa: S608 -- columns named below


_CONTROLS = (
    _control(
        "debtors_are_the_open_bills",
        "What the ledger says a school owes is the sum of its bills less its credit notes and what it has paid.",
        SCHOOL_DEBTORS,
        "'school ' || school_urn",
        """
        SELECT 'school ' || school_urn AS party, gross_pence AS pence FROM bill
        UNION ALL SELECT 'school ' || school_urn, -gross_pence FROM credit_note
        UNION ALL SELECT 'school ' || school_urn, -amount_pence FROM bill_receipt
        """,
    ),
    _control(
        "creditors_are_the_open_invoices",
        "What the ledger says is owed to a supplier is the sum of its invoices less its credit notes and what it was"
        " paid; what schools pay it directly is no part of it.",
        SUPPLIER_CREDITORS,
        "'supplier ' || supplier_id",
        """
        SELECT 'supplier ' || supplier_id AS party, -gross_pence AS pence FROM supplier_invoice
        WHERE settlement = 'recharge'
        UNION ALL SELECT 'supplier ' || supplier_id, amount_pence FROM supplier_payment
        """,
    ),
    _control(
        "bank_is_the_matched_lines",
        "What the ledger says is in the bank is the sum of the bank lines that were matched.",
        BANK,
        "'all'::text",
        "SELECT 'all'::text AS party, amount_pence AS pence FROM bank_line WHERE state = 'matched'",
    ),
    _control(
        "net_clearing_is_what_waits",
        "Net clearing holds what is invoiced and not billed: matched, held, not yet matched, or left by an acceptance.",
        CLEARING_NET,
        "'all'::text",
        _waiting("net_pence"),
    ),
    _control(
        "vat_clearing_is_what_waits",
        "VAT clearing holds the VAT that is invoiced and not billed.",
        CLEARING_VAT,
        "'all'::text",
        _waiting("vat_pence"),
    ),
)

_BANK = (
    Check(
        "bank_lines_are_posted_once",
        "A matched bank line is posted once, to the document it is matched to and in full; a new one is not posted.",
        """
        WITH posting AS (
            SELECT bank_line_id, 'bill' AS kind, bill_id AS document_id, amount_pence AS pence FROM bill_receipt
            UNION ALL
            SELECT bank_line_id, 'supplier_invoice', supplier_invoice_id, -amount_pence FROM supplier_payment
        ), posted AS (
            SELECT bank_line_id, count(*) AS postings, min(kind) AS kind, min(document_id::text) AS document_id,
                sum(pence) AS pence
            FROM posting GROUP BY bank_line_id
        )
        SELECT format('line of %s for %s pence (%s): %s, posted %s times for %s pence', booked_on, amount_pence,
            reference, state || coalesce(' to ' || matched_number, ''), coalesce(postings, 0), coalesce(pence, 0))
        FROM bank_line LEFT JOIN posted USING (bank_line_id)
        WHERE CASE state WHEN 'matched' THEN (postings, kind, document_id, pence)
                IS DISTINCT FROM (1, matched_kind, matched_id::text, amount_pence)
            ELSE postings IS NOT NULL END
        """,
    ),
    Check(
        "payments_add_up",
        "What counts as paid of a bill or an invoice is the sum of what was received or paid for it.",
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
        """,
    ),
)

_NUMBERS = (
    gapless("J", "entry", "number"),
    gapless("RC", "bill_receipt", "number"),
    gapless("PY", "supplier_payment", "number"),
)

_PERIODS = (
    Check(
        "closed_months_stand",
        "Nothing was posted in a month after it was closed, nor dated later than the day on which it is posted.",
        """
        SELECT format('%s (%s): posted on %s at %s, the month was closed at %s', number, document_number, posted_on,
            posted_at, closed.changed_at)
        FROM entry JOIN LATERAL (
            SELECT c.changed_at, c.state FROM period_change c
            WHERE c.month >= date_trunc('month', entry.posted_on) AND c.changed_at < entry.posted_at
            ORDER BY c.changed_at DESC LIMIT 1
        ) closed ON closed.state = 'closed'
        UNION ALL
        SELECT format('%s (%s): dated %s and posted on %s', number, document_number, dated_on, posted_on)
        FROM entry WHERE dated_on > posted_on
        """,
    ),
    Check(
        "periods_are_as_last_changed",
        "A month is open or closed as the last change of it says, and every change of it is kept.",
        """
        SELECT format('%s is %s at version %s; its changes: %s, the last %s', month, period.state, period.version,
            count(c.month), (array_agg(c.state ORDER BY c.version DESC))[1])
        FROM period LEFT JOIN period_change c USING (month) GROUP BY month, period.state, period.version
        HAVING count(c.month) <> period.version
            OR (array_agg(c.state ORDER BY c.version DESC))[1] IS DISTINCT FROM period.state
        """,
    ),
)

CHECKS = (*_ENTRIES, *_CONTROLS, *_BANK, *_NUMBERS, *_PERIODS)
