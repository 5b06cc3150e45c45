"""Ways to break what holds of decisions on matches and of the reverse charge."""

from typing import Final

# check, SQL, what is said, checks broken besides
MATCHING_BREAKINGS: Final = (
    (
        "matches_stand_as_decided",
        """
        UPDATE match_line SET disputed = true WHERE supplier_invoice_id
            = (SELECT supplier_invoice_id FROM supplier_invoice WHERE our_number = 'SI-000001') AND line_no = 1
            AND school_urn = 900002
        """,
        "SI-000001 line 1, school 900002: stands as disputed",
        (),
    ),
    (
        "lines_taken_off_are_credited",
        """
        UPDATE bill_line SET taken_off = true
        WHERE line_no = 1 AND bill_id = (SELECT bill_id FROM bill WHERE number = 'B-000003')
        """,
        "pence taken off, credit notes of 0",
        ("billing.bill_lines_stand_on_matches", "billing.invoices_are_accounted_for"),
    ),
    (
        "reverse_charge_is_accounted_for",
        """
        INSERT INTO entry_line (entry_id, line_no, account, supplier_id, debit_pence, credit_pence)
        SELECT entry_id, line_no, account, supplier_id, debit, credit
        FROM (SELECT entry_id, supplier_id FROM entry WHERE document_number = 'SI-000001') e,
            (VALUES (8, '1400', 100, 0), (9, '2200', 0, 100)) AS side (line_no, account, debit, credit)
        """,
        "SI-000001: 100 pence back from HMRC and 100 due to it, 0 of the reverse charge",
        (),
    ),
)
