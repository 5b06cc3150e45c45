"""Ways to break what holds of paying suppliers, and of exports for accounts programs."""

from typing import Final

_RUN: Final = "00000000-0000-4000-8000-0000000000c1"
_MAKER: Final = "00000000-0000-4000-8000-0000000000c2"
_APPROVER: Final = "00000000-0000-4000-8000-0000000000c3"
_TONER: Final = "our_number = 'SI-000001'"


def _run(state: str, total: int = 100, approver: str = _APPROVER, *, live: bool = True, paid: int = 0) -> str:
    """A run over 100 pence of the first invoice, in this state, with its file and advice where it has them."""
    approved = f"'Ann', '{approver}', now()" if state != "proposed" else "NULL, NULL, NULL"
    with_bank = state in ("exported", "paid")
    made = f"""
        UPDATE document_number SET last = 2 WHERE series = 'PR';
        INSERT INTO payment_run (payment_run_id, number, state, pay_on, due_by, total_pence, made_by, makers,
            approved_by, approved_by_id, approved_at, exported_at, originator)
        VALUES ('{_RUN}', 'PR-000002', '{state}', '2026-12-01', '2026-12-01', {total}, 'Mags', ARRAY['{_MAKER}'::uuid],
            {approved}, {"now(), '{}'" if with_bank else "NULL, NULL"});
        INSERT INTO payment_run_item (payment_run_id, supplier_invoice_id, supplier_id, amount_pence, account_name,
            sort_code, account_number, reference, live, paid_before_pence)
        SELECT '{_RUN}', supplier_invoice_id, supplier_id, 100, 'X', '200000', '55779911', 'PR-000002/01', {live},
            {f"paid_pence - {paid}" if with_bank else "NULL"}
        FROM supplier_invoice WHERE {_TONER};
    """
    return made if not with_bank else f"{made} {_FILE} {_ADVICE}"


_FILE: Final = f"""
    INSERT INTO payment_run_export (payment_run_id, seq, format, exported_by, why, sha256)
    VALUES ('{_RUN}', 1, 'bacs', 'Mags', '', '');
"""
_ADVICE: Final = f"""
    INSERT INTO remittance_advice (remittance_advice_id, payment_run_id, supplier_id, reference, pay_on, amount_pence,
        account_ending)
    SELECT gen_random_uuid(), '{_RUN}', supplier_id, 'PR-000002/01', '2026-12-01', 100, '9911'
    FROM supplier_invoice WHERE {_TONER};
"""

# check, SQL, what is said, checks broken besides
PAYMENT_BREAKINGS: Final = (
    ("payment_runs_add_up", _run("proposed", total=5), "PR-000002: 5 pence, its items come to 100", ()),
    (
        "payment_runs_are_of_two_people",
        "ALTER TABLE payment_run DROP CONSTRAINT payment_run_of_two_people;" + _run("approved", approver=_MAKER),
        "PR-000002 is approved, approved by Ann, made by Mags",
        (),
    ),
    ("invoices_are_in_one_live_run", _run("proposed", live=False), "PR-000002 is proposed, its items are free", ()),
    (
        "payment_runs_are_paid_by_the_bank",
        _run("exported", paid=100),
        "PR-000002 is exported, 1 of 1 items are paid",
        (),
    ),
    (
        "invoices_are_paid_once",
        _run("paid", live=False, paid=100)
        + f"""
        UPDATE bank_match SET payment_run_id = '{_RUN}'
        WHERE document_id = (SELECT supplier_invoice_id FROM supplier_invoice WHERE {_TONER})
        """,
        "SI-000001: PR-000002 says 100 pence, the bank paid",
        (),
    ),
    (
        "suppliers_are_advised_of_what_is_paid",
        _run("exported") + f"UPDATE remittance_advice SET amount_pence = 99 WHERE payment_run_id = '{_RUN}'",
        "is paid 100 pence, and told of 99",
        (),
    ),
    (
        "payment_files_are_accounted_for",
        _run("exported") + f"UPDATE payment_run_export SET seq = 2, why = 'lost' WHERE payment_run_id = '{_RUN}'",
        "PR-000002: 1 files, the last is number 2",
        (),
    ),
    (
        "documents_are_exported_once",
        """
        INSERT INTO ledger_export (ledger_export_id, school_urn, format, from_on, to_on, again, exported_by, rows,
            net_pence, vat_pence, sha256)
        SELECT gen_random_uuid(), 900001, 'csv', '2026-01-01', '2026-12-31', false, 'X', 1, 0, 0, ''
        FROM generate_series(1, 2);
        INSERT INTO ledger_export_document (ledger_export_id, school_urn, kind, document_id)
        SELECT ledger_export_id, 900001, 'bill', (SELECT bill_id FROM bill WHERE number = 'B-000001')
        FROM ledger_export WHERE exported_by = 'X'
        """,
        "of school 900001: exported 2 times unasked",
        (),
    ),
    (
        "payment_run_numbers_have_no_gaps",
        "UPDATE document_number SET last = 4 WHERE series = 'PR'",
        "the counter of PR stands at 4, the last number is 1",
        (),
    ),
)
