"""Invariants of paying suppliers, and of what was exported for accounts programs."""

from typing import Final

from bursar.verify.check import Check, Link, gapless

LINKS: Final = (
    Link("payment_run_item", "payment_run", ("payment_run_id",)),
    Link("payment_run_item", "supplier_invoice", ("supplier_invoice_id",), ("supplier_id",)),
    Link("payment_run_export", "payment_run", ("payment_run_id",)),
    Link("remittance_advice", "payment_run", ("payment_run_id",)),
    Link("ledger_export_document", "ledger_export", ("ledger_export_id",), ("school_urn",)),
)

_BACK: Final = """
    SELECT coalesce(sum(m.amount_pence), 0) AS pence FROM bank_match m
    WHERE m.undone_at IS NULL AND m.payment_run_id = i.payment_run_id AND m.document_id = i.supplier_invoice_id
        AND sign(m.amount_pence) = sign(i.amount_pence)
"""
"""What the bank gave back of an item `i` of a payment run: its matches have the item's sign, payments the other."""

_ITEMS: Final = f"""
    SELECT payment_run_id, sum(amount_pence) AS pence, bool_or(live) AS live,
        bool_and(live = (back.pence = 0)) AS all_live
    FROM payment_run_item i CROSS JOIN LATERAL ({_BACK}) back WHERE left_out_why IS NULL GROUP BY payment_run_id
"""  # noqa: S608 -- queries of this module

CHECKS: Final = (
    Check(
        "payment_runs_add_up",
        "A payment run comes to its items, and no supplier's part of one that is approved is nothing or less.",
        f"""
        SELECT format('%s: %s pence, its items come to %s', number, total_pence, coalesce(items.pence, 0))
        FROM payment_run LEFT JOIN ({_ITEMS}) items USING (payment_run_id)
        WHERE total_pence <> coalesce(items.pence, 0)
        UNION ALL
        SELECT format('%s: supplier %s is paid %s pence', number, supplier_id, sum(amount_pence))
        FROM payment_run JOIN payment_run_item USING (payment_run_id)
        WHERE left_out_why IS NULL AND approved_at IS NOT NULL
        GROUP BY number, supplier_id HAVING sum(amount_pence) <= 0
        """,  # noqa: S608 -- queries of this module
    ),
    Check(
        "payment_runs_are_of_two_people",
        "Nothing is approved by who proposed or changed it, and no file is written of what nobody approved.",
        """
        SELECT format('%s is %s, approved by %s, made by %s', number, state, coalesce(approved_by, 'nobody'), made_by)
        FROM payment_run
        WHERE approved_by_id = ANY (makers)
            OR approved_by_id IS NULL AND (state IN ('approved', 'exported', 'paid') OR exported_at IS NOT NULL)
        """,
    ),
    Check(
        "invoices_are_in_one_live_run",
        "An invoice is held by a payment run as long as that is proposed, approved or with the bank and it did not come"
        " back, and by one alone.",
        f"""
        SELECT format('%s is %s, its items are %s', number, state, CASE WHEN items.live THEN 'held' ELSE 'free' END)
        FROM payment_run JOIN ({_ITEMS}) items USING (payment_run_id)
        WHERE CASE WHEN state IN ('proposed', 'approved', 'exported') THEN NOT items.all_live ELSE items.live END
        UNION ALL
        SELECT format('%s is in %s live runs', our_number, count(*))
        FROM payment_run_item JOIN supplier_invoice USING (supplier_invoice_id)
        WHERE live GROUP BY our_number HAVING count(*) > 1
        """,  # noqa: S608 -- queries of this module
    ),
    Check(
        "payment_runs_are_paid_by_the_bank",
        "A payment run counts as paid when each of its invoices was paid since its file was written, and not before;"
        " what came back of it was paid.",
        f"""
        SELECT format('%s is %s, %s of %s items are paid', number, state, count(*) FILTER (WHERE paid), count(*))
        FROM (
            SELECT payment_run.number, state,
                sign(amount_pence) * (paid_pence - paid_before_pence + back.pence - amount_pence) >= 0 AS paid
            FROM payment_run JOIN payment_run_item i USING (payment_run_id)
            JOIN supplier_invoice USING (supplier_invoice_id) CROSS JOIN LATERAL ({_BACK}) back
            WHERE left_out_why IS NULL AND state IN ('exported', 'paid')
        ) item GROUP BY number, state HAVING bool_and(coalesce(paid, false)) <> (state = 'paid')
        """,  # noqa: S608 -- queries of this module
    ),
    Check(
        "invoices_are_paid_once",
        "A payment run pays an invoice once, what the run says, and the bank gives back all of that or nothing; with"
        " all its payments it is paid no more than it is.",
        """
        SELECT format('%s: %s says %s pence, the bank paid %s and gave back %s', our_number, r.number, i.amount_pence,
            matched.paid, matched.back)
        FROM payment_run_item i JOIN payment_run r USING (payment_run_id)
        JOIN supplier_invoice USING (supplier_invoice_id) JOIN LATERAL (
            SELECT -sum(CASE WHEN sign(m.amount_pence) = sign(i.amount_pence) THEN 0 ELSE m.amount_pence END) AS paid,
                sum(CASE WHEN sign(m.amount_pence) = sign(i.amount_pence) THEN m.amount_pence ELSE 0 END) AS back
            FROM bank_match m WHERE m.undone_at IS NULL AND m.payment_run_id = i.payment_run_id
                AND m.document_id = i.supplier_invoice_id HAVING count(*) > 0
        ) matched ON true
        WHERE matched.paid <> i.amount_pence OR matched.back NOT IN (0, i.amount_pence)
        UNION ALL
        SELECT format('%s of %s pence: %s are paid', our_number, gross_pence, sum(p.amount_pence))
        FROM supplier_invoice JOIN supplier_payment p USING (supplier_invoice_id)
        GROUP BY our_number, gross_pence
        HAVING sum(p.amount_pence) NOT BETWEEN least(gross_pence, 0) AND greatest(gross_pence, 0)
        """,
    ),
    Check(
        "suppliers_are_advised_of_what_is_paid",
        "Each supplier of a run with the bank is told its part, once, and of nothing that was given up.",
        """
        SELECT format('%s: supplier %s is paid %s pence, and told of %s', number, supplier_id, paid.pence,
            coalesce(a.amount_pence, 0))
        FROM payment_run JOIN (
            SELECT payment_run_id, supplier_id, sum(amount_pence) AS pence FROM payment_run_item
            WHERE left_out_why IS NULL GROUP BY payment_run_id, supplier_id
        ) paid USING (payment_run_id) LEFT JOIN remittance_advice a USING (payment_run_id, supplier_id)
        WHERE exported_at IS NOT NULL
            AND (a.amount_pence IS DISTINCT FROM paid.pence OR (a.withdrawn_at IS NULL) = (state = 'cancelled'))
        """,
    ),
    Check(
        "payment_files_are_accounted_for",
        "Of every run with the bank there is a file, and each beyond the first says why it was needed.",
        """
        SELECT format('%s: %s files, the last is number %s', number, count(e.seq), coalesce(max(e.seq), 0))
        FROM payment_run LEFT JOIN payment_run_export e USING (payment_run_id)
        GROUP BY number, payment_run.exported_at
        HAVING (payment_run.exported_at IS NOT NULL) <> (count(e.seq) > 0) OR count(e.seq) <> coalesce(max(e.seq), 0)
            OR bool_or(e.seq > 1 AND e.why = '')
        """,
    ),
    Check(
        "documents_are_exported_once",
        "No document was exported twice for an accounts program unless somebody asked for it.",
        """
        SELECT format('%s %s of school %s: exported %s times unasked', kind, document_id, d.school_urn, count(*))
        FROM ledger_export_document d JOIN ledger_export e USING (ledger_export_id)
        WHERE NOT again GROUP BY kind, document_id, d.school_urn HAVING count(*) > 1
        """,
    ),
    gapless("PR", "payment_run", "number"),
)
