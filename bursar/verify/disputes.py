"""Invariants of what schools dispute of their bills, and of the reminders that they get."""

from bursar.verify.check import Check, Link

LINKS = (Link("bill_reminder", "bill", ("bill_id",), ("school_urn",)),)

CHECKS = (
    Check(
        "disputes_are_about_the_schools_own_lines",
        "Every dispute is about a line that stands on a bill of the school that raised it.",
        """
        SELECT format('a dispute of school %s is about line %s of %s, which has none for it', x.school_urn, x.line_no,
            coalesce(bill.number, direct.number, x.bill_id::text))
        FROM bill_dispute x LEFT JOIN bill USING (bill_id)
        LEFT JOIN direct_bill direct ON direct.supplier_invoice_id = x.bill_id
        WHERE NOT EXISTS (
            SELECT FROM bill_line b
            WHERE b.bill_id = x.bill_id AND b.line_no = x.line_no AND b.school_urn = x.school_urn)
            AND NOT EXISTS (
            SELECT FROM supplier_invoice_line l WHERE l.supplier_invoice_id = x.bill_id AND l.line_no = x.line_no
                AND direct.school_urn = x.school_urn)
        """,
    ),
    Check(
        "upheld_disputes_are_counted_once",
        "What counts as upheld on a match is the sum of its school's disputes that were upheld, and never above its"
        " bill.",
        """
        SELECT format('%s line %s, school %s: %s pence count as upheld, disputes of %s were, %s are billed', our_number,
            m.line_no, m.school_urn, m.upheld_net_pence + m.upheld_vat_pence, coalesce(upheld.pence, 0),
            m.billable_net_pence + m.billable_vat_pence)
        FROM match_line m JOIN supplier_invoice USING (supplier_invoice_id) LEFT JOIN (
            SELECT b.supplier_invoice_id, b.supplier_invoice_line_no AS line_no, b.school_urn,
                sum(x.net_pence + x.vat_pence) AS pence
            FROM bill_dispute x JOIN bill_line b USING (bill_id, line_no)
            WHERE x.state = 'upheld' AND NOT b.taken_off GROUP BY 1, 2, 3
        ) upheld USING (supplier_invoice_id, line_no, school_urn)
        WHERE m.upheld_net_pence + m.upheld_vat_pence <> coalesce(upheld.pence, 0)
            OR m.upheld_net_pence > m.billable_net_pence OR m.upheld_vat_pence > m.billable_vat_pence
        """,
    ),
    Check(
        "reminders_come_when_they_are_due",
        "No school is reminded of a bill before the day of the reminder.",
        """
        SELECT format('%s, due on %s, was reminded of on %s for %s days overdue', number, due_date,
            (reminded_at AT TIME ZONE 'Europe/London')::date, days_overdue)
        FROM bill_reminder JOIN bill USING (bill_id)
        WHERE (reminded_at AT TIME ZONE 'Europe/London')::date < due_date + days_overdue
        """,
    ),
)
