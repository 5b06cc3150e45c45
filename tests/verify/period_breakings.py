"""What breaks the invariants of the books' months."""

from typing import Final

_LONG_AGO: Final = """
    INSERT INTO period VALUES ('1999-12-01', 'closed', 1);
    INSERT INTO period_change (month, version, state, changed_at, changed_by, why, balances)
    VALUES ('1999-12-01', 1, 'closed', '2000-01-02', 'x', '', '{balances}');
"""

# Name of the check, SQL, what is said, which other checks notice, and in how many lines it is said.
PERIOD_BREAKINGS: Final[tuple[tuple[str, str, str, tuple[str, ...], int], ...]] = (
    (
        "reversals_mirror_their_entries",
        (
            "UPDATE entry SET kind = 'reversal', reverses_entry_id = (SELECT entry_id FROM entry WHERE number ="
            " 'J-000001') WHERE number = 'J-000002'"
        ),
        "pence left on account",
        ("billing.documents_are_posted_once",),
        3,
    ),
    (
        "closed_months_stand",
        "UPDATE entry SET dated_on = posted_on + 1 WHERE number = 'J-000001'",
        "J-000001 (SI-000001): dated",
        (),
        1,
    ),
    (
        "closed_months_stand",
        _LONG_AGO.format(balances="{}")
        + "UPDATE entry SET posted_on = '1999-12-05', dated_on = '1999-12-05' WHERE number = 'J-000001'",
        "J-000001 (SI-000001): posted on 1999-12-05",
        ("billing.closed_months_keep_their_balances",),
        1,
    ),
    (
        "closed_months_keep_their_balances",
        _LONG_AGO.format(balances='{"1200": [7, 5]}'),
        "1999-12-01, account 1200: 7 and 5 pence when it closed",
        (),
        1,
    ),
    (
        "periods_are_as_last_changed",
        "INSERT INTO period VALUES ('1999-12-01', 'open', 1)",
        "1999-12-01 is open at version 1; its changes: 0",
        (),
        1,
    ),
    (
        "adjustments_are_released",
        (
            "INSERT INTO adjustment (adjustment_id, number, kind, month, document_id, document_number, description,"
            " pence, posted_by) VALUES (gen_random_uuid(), 'AD-000001', 'accrual', '1999-12-01', gen_random_uuid(),"
            " 'PO-1', '', 100, 'x'); INSERT INTO document_number VALUES ('AD', 1)"
        ),
        "AD-000001 for 100 pence: 0 entries stand",
        (),
        1,
    ),
    (
        "journals_are_posted_as_approved",
        "UPDATE manual_journal_line SET account = '1300' WHERE account = '5200'",
        "MJ-000001 is posted: account 1300 says 1250 pence, its entry 0",
        (),
        2,
    ),
    (
        "manual_journal_numbers_have_no_gaps",
        "UPDATE document_number SET last = 2 WHERE series = 'MJ'",
        "the counter of MJ stands at 2, the last number is 1",
        (),
        1,
    ),
    (
        "adjustment_numbers_have_no_gaps",
        "INSERT INTO document_number VALUES ('AD', 1)",
        "the counter of AD stands at 1, the last number is 0",
        (),
        1,
    ),
)
