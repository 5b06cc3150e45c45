"""Ways to break what holds of disputes and reminders: (check, SQL on billing, what is said, what else is)."""

_BILL = "(SELECT bill_id FROM bill WHERE number = 'B-000001')"

DISPUTE_BREAKINGS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "disputes_are_about_the_schools_own_lines",
        f"""
        INSERT INTO bill_dispute (dispute_id, bill_id, line_no, school_urn, state, why, raised_by)
        VALUES (gen_random_uuid(), {_BILL}, 1, 900002, 'open', 'Not mine', 'Beech')
        """,
        "a dispute of school 900002 is about line 1 of B-000001, which has none for it",
        (),
    ),
    (
        "upheld_disputes_are_counted_once",
        f"""
        UPDATE match_line SET upheld_net_pence = 1 WHERE (supplier_invoice_id, line_no, school_urn) = (
            SELECT supplier_invoice_id, supplier_invoice_line_no, school_urn FROM bill_line
            WHERE bill_id = {_BILL} ORDER BY line_no LIMIT 1)
        """,
        "school 900001: 1 pence count as upheld, disputes of 0 were",
        (),
    ),
    (
        "reminders_come_when_they_are_due",
        f"""
        INSERT INTO bill_reminder (bill_id, days_overdue, school_urn, reminded_at)
        SELECT bill_id, 7, school_urn, issue_date FROM bill WHERE bill_id = {_BILL}
        """,
        "for 7 days overdue",
        (),
    ),
)
