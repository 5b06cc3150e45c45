"""Invariants of billing's books: the ledger, the bank, and what they say of bills and invoices."""

from bursar.verify import bank
from bursar.verify.check import Check, gapless
from services.billing.domain.ledger import (
    BANK,
    CLEARING_NET,
    CLEARING_VAT,
    FUND_BANK,
    FUND_DEBTORS,
    FUND_SCHOOL_MONEY,
    SCHOOL_DEBTORS,
    SCHOOL_MONEY,
    SUPPLIER_CREDITORS,
    SUPPLIER_MONEY,
)

_BANK_KINDS = ", ".join(f"'{kind}'" for kind in bank.KINDS)

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
        "documents_are_posted_once",
        "Every invoice, bill, credit note, receipt and payment has exactly one entry, of its own amount; what schools"
        " pay suppliers directly has none, and no entry has none of them. What was reversed does not count.",
        f"""
        WITH document AS (
            SELECT CASE WHEN gross_pence < 0 THEN 'supplier_credit_note' ELSE 'supplier_invoice' END AS kind,
                supplier_invoice_id AS document_id, our_number AS number, abs(gross_pence) AS pence
            FROM supplier_invoice WHERE settlement = 'recharge'
            UNION ALL SELECT 'bill', bill_id, number, gross_pence FROM bill
            UNION ALL SELECT 'credit_note', credit_note_id, number, gross_pence FROM credit_note
            UNION ALL {bank.POSTED}
        ), posted AS (
            SELECT kind, document_id, count(DISTINCT entry_id) AS entries,
                sum(debit_pence) FILTER (WHERE account NOT IN ('1400', '2200')) AS pence,
                min(entry.document_number) AS number
            FROM entry LEFT JOIN entry_line USING (entry_id)
            WHERE kind IN ('supplier_invoice', 'supplier_credit_note', 'bill', 'credit_note', {_BANK_KINDS})
                AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = entry.entry_id)
            GROUP BY kind, document_id
        )
        SELECT format('%s %s: %s pence, %s entries of %s pence', kind, coalesce(document.number, posted.number),
            coalesce(document.pence::text, 'no'), coalesce(posted.entries, 0), coalesce(posted.pence, 0))
        FROM document FULL JOIN posted USING (kind, document_id)
        WHERE coalesce(posted.pence, 0) IS DISTINCT FROM document.pence::numeric OR posted.entries > 1
        """,  # noqa: S608 -- queries of these modules
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


def _waiting(column: str, account: str) -> str:
    """What clearing must hold of a column: what is invoiced and not billed, whether matched, held or unmatched.

    Lines that give back are matches of none, so they count here, and what schools got back of it counts against them.
    What people wrote off by hand counts as they posted it.
    """
    return f"""
        SELECT 'all'::text AS party, l.{column} AS pence
        FROM supplier_invoice_line l JOIN supplier_invoice USING (supplier_invoice_id)
        WHERE settlement = 'recharge' AND NOT EXISTS (SELECT FROM match_line m
            WHERE m.supplier_invoice_id = l.supplier_invoice_id AND m.line_no = l.line_no)
        UNION ALL
        SELECT 'all', m.{column} - CASE WHEN bill_id IS NULL THEN 0 ELSE billable_{column} - returned_{column} END
        FROM match_line m JOIN supplier_invoice USING (supplier_invoice_id) WHERE settlement = 'recharge'
        UNION ALL
        SELECT 'all', debit_pence - credit_pence FROM manual_journal_line JOIN manual_journal USING (manual_journal_id)
        WHERE state = 'posted' AND account = '{account}'
    """  # noqa: S608 -- columns named below


_JOURNALS = (
    Check(
        "journals_are_posted_as_approved",
        "A journal that a second person approved has one standing entry, of its own lines, and no other journal has.",
        """
        WITH told AS (
            SELECT manual_journal_id, account, sum(debit_pence - credit_pence) AS pence
            FROM manual_journal_line JOIN manual_journal USING (manual_journal_id) WHERE state = 'posted' GROUP BY 1, 2
        ), posted AS (
            SELECT document_id AS manual_journal_id, account, sum(debit_pence - credit_pence) AS pence
            FROM entry JOIN entry_line USING (entry_id)
            WHERE kind = 'journal'
                AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = entry.entry_id)
            GROUP BY 1, 2
        )
        SELECT format('%s is %s: account %s says %s pence, its entry %s', number, state, account,
            coalesce(told.pence, 0), coalesce(posted.pence, 0))
        FROM told FULL JOIN posted USING (manual_journal_id, account) LEFT JOIN manual_journal USING (manual_journal_id)
        WHERE coalesce(told.pence, 0) <> coalesce(posted.pence, 0)
        """,
    ),
)

_CONTROLS = (
    *(
        _control(
            name,
            f"What the ledger says a school owes {whom} is the sum of its bills less its credit notes and what it has"
            " paid.",
            account,
            "'school ' || school_urn",
            f"""
            SELECT 'school ' || school_urn AS party, gross_pence AS pence FROM bill WHERE purpose = '{purpose}'
            UNION ALL SELECT 'school ' || c.school_urn, -c.gross_pence FROM credit_note c JOIN bill USING (bill_id)
            WHERE purpose = '{purpose}'
            UNION ALL SELECT 'school ' || r.school_urn, -r.amount_pence FROM bill_receipt r JOIN bill USING (bill_id)
            WHERE purpose = '{purpose}'
            """,  # noqa: S608 -- the two purposes
        )
        for name, whom, purpose, account in (
            ("debtors_are_the_open_bills", "the alliance", "general", SCHOOL_DEBTORS),
            ("fund_debtors_are_the_open_bills", "the fund", "fund", FUND_DEBTORS),
        )
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
    *(
        _control(
            f"{name}_is_the_matched_lines",
            f"What the ledger says is in the {purpose} bank account is the sum of its bank lines that are matched.",
            account,
            "'all'::text",
            f"""
            SELECT 'all'::text AS party, amount_pence AS pence FROM bank_line JOIN bank_account USING (account)
            WHERE state <> 'new' AND currency = 'GBP' AND purpose = '{purpose}'
            """,  # noqa: S608 -- the two purposes
        )
        for name, purpose, account in (("bank", "general", BANK), ("fund_bank", "fund", FUND_BANK))
    ),
    *(
        _control(
            name,
            f"What the ledger says is on account of {whose} is what bank lines left there and nobody used since.",
            account,
            "coalesce('school ' || school_urn, 'supplier ' || supplier_id)",
            f"""
            SELECT coalesce('school ' || school_urn, 'supplier ' || supplier_id) AS party, -amount_pence AS pence
            FROM held_money WHERE {held}
            """,  # noqa: S608 -- conditions named below
        )
        for name, whose, account, held in (
            ("school_money_is_held", "a school", SCHOOL_MONEY, "school_urn IS NOT NULL AND purpose = 'general'"),
            ("fund_school_money_is_held", "a school in the fund", FUND_SCHOOL_MONEY, "purpose = 'fund'"),
            ("supplier_money_is_held", "a supplier", SUPPLIER_MONEY, "supplier_id IS NOT NULL"),
        )
    ),
    _control(
        "net_clearing_is_what_waits",
        "Net clearing holds what is invoiced and not billed: matched, held, not yet matched, or left by an acceptance.",
        CLEARING_NET,
        "'all'::text",
        _waiting("net_pence", CLEARING_NET),
    ),
    _control(
        "vat_clearing_is_what_waits",
        "VAT clearing holds the VAT that is invoiced and not billed.",
        CLEARING_VAT,
        "'all'::text",
        _waiting("vat_pence", CLEARING_VAT),
    ),
)

_NUMBERS = (gapless("J", "entry", "number"), gapless("MJ", "manual_journal", "number"))

CHECKS = (*_ENTRIES, *_JOURNALS, *_CONTROLS, *bank.CHECKS, *_NUMBERS)
