"""Ways to break what holds of bank lines, of what they are matched to and of what counts as paid."""

from typing import Final

_RECEIPT: Final = "(SELECT entry_id FROM entry WHERE kind = 'receipt' ORDER BY number LIMIT 1)"
_PAID: Final = "(SELECT bank_line_id FROM bank_match WHERE posting_number = 'PY-000001' LIMIT 1)"


def _held(purpose: str, school_urn: str = "NULL", supplier_id: str = "NULL") -> str:
    """Money on account that no bank line is matched to and no entry tells of."""
    return f"""
        INSERT INTO held_money (posting_id, bank_line_id, number, purpose, school_urn, supplier_id, held_on,
            amount_pence)
        SELECT gen_random_uuid(), bank_line_id, 'RC-000009', '{purpose}', {school_urn}, {supplier_id}, booked_on, 5
        FROM bank_line LIMIT 1
    """


# check, SQL, what is said, checks broken besides
BANK_BREAKINGS: Final = (
    (
        "bank_matches_are_the_line",
        f"UPDATE bank_line SET amount_pence = amount_pence - 1 WHERE bank_line_id = {_PAID}",
        "is matched, matched to -",
        ("billing.bank_is_the_matched_lines",),
    ),
    (
        "bank_matches_are_what_is_paid",
        "UPDATE bill_receipt SET amount_pence = amount_pence - 1 WHERE number = 'RC-000001'",
        "pence matched, ",
        ("billing.debtors_are_the_open_bills", "billing.payments_add_up"),
    ),
    (
        "bank_lines_set_off_in_pairs",
        """
        INSERT INTO bank_match (bank_match_id, bank_line_id, kind, document_id, document_number, amount_pence, how,
            matched_by)
        SELECT gen_random_uuid(), bank_line_id, 'bank_line', gen_random_uuid(), 'line', amount_pence, 'person', 'X'
        FROM bank_line WHERE state = 'new' LIMIT 1
        """,
        "is set off against one of 0 pence",
        ("billing.bank_matches_are_the_line",),
    ),
    (
        "money_is_on_its_own_account",
        """
        UPDATE bank_match SET kind = 'fund_payment' WHERE bank_match_id =
            (SELECT bank_match_id FROM bank_match WHERE posting_number = 'PY-000001' LIMIT 1)
        """,
        "on the general account is matched to SI-",
        (),
    ),
    (
        "lines_are_set_aside_for_a_reason",
        """
        INSERT INTO bank_match (bank_match_id, bank_line_id, kind, document_number, amount_pence, how, matched_by, why)
        SELECT gen_random_uuid(), bank_line_id, 'set_aside', 'set aside', amount_pence, 'person', 'X', 'No idea.'
        FROM bank_line WHERE state = 'new' LIMIT 1
        """,
        "pence in GBP is set aside",
        ("billing.bank_matches_are_the_line",),
    ),
    (
        "school_money_is_held",
        _held("general", school_urn="900001"),
        "account 2300, school 900001: the ledger says 0 pence, the documents -5",
        ("billing.bank_matches_are_what_is_paid",),
    ),
    (
        "fund_school_money_is_held",
        _held("fund", school_urn="900001"),
        "account 2310, school 900001: the ledger says 0 pence, the documents -5",
        ("billing.bank_matches_are_what_is_paid",),
    ),
    (
        "supplier_money_is_held",
        _held("general", supplier_id="gen_random_uuid()"),
        "the ledger says 0 pence, the documents -5",
        ("billing.bank_matches_are_what_is_paid",),
    ),
    (
        "reconciled_statements_are_matched",
        f"UPDATE bank_line SET state = 'reconciled' WHERE bank_line_id = {_PAID}",
        "pence is reconciled",
        (),
    ),
    (
        "payments_add_up",
        "UPDATE supplier_invoice SET paid_pence = 1 WHERE our_number = 'SI-000002'",
        "SI-000002: 1 pence count as paid, 0 were",
        ("billing.suppliers_are_answered",),
    ),
    (
        "bank_is_the_matched_lines",
        f"UPDATE entry_line SET account = '1250' WHERE entry_id = {_RECEIPT} AND account = '1200'",
        "account 1200, all: the ledger says",
        ("billing.fund_bank_is_the_matched_lines",),
    ),
    (
        "fund_bank_is_the_matched_lines",
        f"UPDATE entry_line SET account = '1250' WHERE entry_id = {_RECEIPT} AND account = '1200'",
        "account 1250, all: the ledger says",
        ("billing.bank_is_the_matched_lines",),
    ),
    (
        "fund_debtors_are_the_open_bills",
        f"UPDATE entry_line SET account = '1110' WHERE entry_id = {_RECEIPT} AND account = '1100'",
        "account 1110, school ",
        ("billing.debtors_are_the_open_bills",),
    ),
)
