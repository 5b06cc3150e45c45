"""Invariants of the books' months: what is closed stands, what is reversed is nothing, what is accrued is released."""

from bursar.verify.check import Check, gapless

CHECKS = (
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
        "closed_months_stand",
        "Nothing was posted in a month while it was closed, nor dated later than the day on which it is posted.",
        """
        SELECT format('%s (%s): posted on %s at %s, when the month was closed', number, document_number, posted_on,
            posted_at)
        FROM entry WHERE EXISTS (
            SELECT FROM period_change c
            WHERE c.state = 'closed' AND c.month >= date_trunc('month', posted_on) AND c.changed_at < posted_at
                AND NOT EXISTS (SELECT FROM period_change later WHERE later.month = c.month
                    AND later.version > c.version AND later.changed_at < posted_at))
        UNION ALL
        SELECT format('%s (%s): dated %s and posted on %s', number, document_number, dated_on, posted_on)
        FROM entry WHERE dated_on > posted_on
        """,
    ),
    Check(
        "closed_months_keep_their_balances",
        "The entries up to the end of a closed month come to what every account stood at when it closed.",
        """
        WITH kept AS (
            SELECT period.month, each.key AS account, CAST(each.value ->> 0 AS numeric) AS debit,
                CAST(each.value ->> 1 AS numeric) AS credit
            FROM period JOIN period_change USING (month, version), jsonb_each(balances) AS each
            WHERE period.state = 'closed'
        ), summed AS (
            SELECT month, account, sum(debit_pence) AS debit, sum(credit_pence) AS credit
            FROM period JOIN entry ON posted_on < month + interval '1 month' JOIN entry_line USING (entry_id)
            WHERE state = 'closed' GROUP BY month, account
        )
        SELECT format('%s, account %s: %s and %s pence when it closed, %s and %s now', month, account, kept.debit,
            kept.credit, summed.debit, summed.credit)
        FROM kept FULL JOIN summed USING (month, account)
        WHERE (kept.debit, kept.credit) IS DISTINCT FROM (summed.debit, summed.credit)
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
    Check(
        "adjustments_are_released",
        "An accrual or prepayment is posted at the end of its month and released on the next day; taken back, neither"
        " stands.",
        """
        SELECT format('%s for %s pence: %s entries stand, of %s pence, from %s to %s', a.number, a.pence,
            count(e.entry_id), sum(l.debit_pence), min(e.posted_on), max(e.posted_on))
        FROM adjustment a
        LEFT JOIN entry e ON e.document_id = a.adjustment_id AND e.kind <> 'reversal'
            AND NOT EXISTS (SELECT FROM entry mirror WHERE mirror.reverses_entry_id = e.entry_id)
        LEFT JOIN entry_line l ON l.entry_id = e.entry_id AND l.debit_pence > 0
        GROUP BY a.adjustment_id
        HAVING count(e.entry_id) <> CASE WHEN undone_at IS NULL THEN 2 ELSE 0 END
            OR coalesce(sum(l.debit_pence), 0) <> CASE WHEN undone_at IS NULL THEN 2 * a.pence ELSE 0 END
            OR undone_at IS NULL AND (min(e.posted_on), max(e.posted_on)) IS DISTINCT FROM
                (CAST(month + interval '1 month - 1 day' AS date), CAST(month + interval '1 month' AS date))
        """,
    ),
    gapless("AD", "adjustment", "number"),
)
