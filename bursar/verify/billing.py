"""Invariants of billing's documents: what was ordered and received, invoiced, matched and billed."""

from bursar.verify import bank, credit_notes, disputes, fund, matching, payments, supplier_documents, told
from bursar.verify.check import Check, Link, gapless, parents
from bursar.verify.told import as_told, kept, last_told

LINKS = (
    Link("purchase_order", "round", ("round_id",)),
    Link("purchase_order_line", "purchase_order", ("purchase_order_id",), ("supplier_id",)),
    Link("drop_line", "purchase_order_line", ("purchase_order_id", "line_no"), ("supplier_id",)),
    Link("receipt_line", "drop_line", ("purchase_order_id", "line_no", "school_urn"), ("supplier_id",)),
    Link("supplier_invoice", "purchase_order", ("purchase_order_id",), ("supplier_id",)),
    Link("supplier_invoice_line", "supplier_invoice", ("supplier_invoice_id",), ("supplier_id",)),
    Link("supplier_invoice_line", "purchase_order_line", ("purchase_order_id", "order_line_no = line_no")),
    Link(
        "match_line",
        "supplier_invoice_line",
        ("supplier_invoice_id", "line_no"),
        ("purchase_order_id", "order_line_no", "supplier_id"),
    ),
    Link("match_line", "bill", ("bill_id",), ("school_urn",)),
    Link("match_decision", "supplier_invoice_line", ("supplier_invoice_id", "line_no"), ("supplier_id",)),
    Link("bill", "round", ("round_id",)),
    Link("bill", "purchase_order", ("purchase_order_id",)),
    Link("bill_line", "bill", ("bill_id",), ("school_urn",)),
    Link("bill_line", "supplier_invoice", ("supplier_invoice_id",)),
    Link("bill_line", "drop_line", ("purchase_order_id", "order_line_no = line_no", "school_urn")),
    Link("entry_line", "entry", ("entry_id",)),
    Link("manual_journal_line", "manual_journal", ("manual_journal_id",)),
    *bank.LINKS,
    *credit_notes.LINKS,
    *disputes.LINKS,
    *fund.LINKS,
    *payments.LINKS,
    *supplier_documents.LINKS,
    *matching.LINKS,
)

_RECEIPTS = (
    Check(
        "receipts_are_on_accepted_orders",
        "Nothing is received on a purchase order that its supplier has not accepted.",
        """
        SELECT format('%s is %s and has %s lines received', number, coalesce(answer, 'not answered'), count(*))
        FROM purchase_order JOIN receipt_line USING (purchase_order_id)
        WHERE answer IS DISTINCT FROM 'accepted' GROUP BY purchase_order_id
        """,
    ),
    Check(
        "receipts_add_up",
        "What a drop's line has received is the sum of its receipts.",
        """
        SELECT format('%s line %s, school %s: %s units received, receipts of %s', o.number, line_no, school_urn,
            coalesce(d.received::text, 'no'), coalesce(listed.quantity::text, 'nothing'))
        FROM drop_line d JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN (
            SELECT purchase_order_id, line_no, school_urn, sum(quantity_received) AS quantity
            FROM receipt_line GROUP BY purchase_order_id, line_no, school_urn
        ) listed USING (purchase_order_id, line_no, school_urn)
        WHERE d.received IS DISTINCT FROM listed.quantity
        """,
    ),
)

_INVOICES = (
    Check(
        "invoice_lines_add_up",
        "The lines of a supplier invoice add up to its net and its VAT, and these to its gross.",
        """
        SELECT format('%s: lines of %s and %s pence VAT, an invoice of %s and %s, gross %s', our_number,
            coalesce(lines.net, 0), coalesce(lines.vat, 0), net_pence, vat_pence, gross_pence)
        FROM supplier_invoice LEFT JOIN (
            SELECT supplier_invoice_id, sum(net_pence) AS net, sum(vat_pence) AS vat
            FROM supplier_invoice_line GROUP BY supplier_invoice_id
        ) lines USING (supplier_invoice_id)
        WHERE (net_pence, vat_pence) IS DISTINCT FROM (lines.net, lines.vat) OR net_pence + vat_pence <> gross_pence
        """,
    ),
    # A line that names no school waits for a match until every school's drop is known.
    Check(
        "matches_add_up_to_lines",
        "The matches of an invoiced line add up to its quantity, net and VAT, and are its school's if it names one;"
        " of a charge every school has one.",
        """
        SELECT format('%s line %s: %s units, %s and %s pence VAT matched, %s units, %s and %s invoiced', our_number,
            line_no, coalesce(matched.quantity, 0), coalesce(matched.net, 0), coalesce(matched.vat, 0), l.quantity,
            l.net_pence, l.vat_pence)
        FROM supplier_invoice_line l JOIN supplier_invoice i USING (supplier_invoice_id)
        JOIN (SELECT purchase_order_id AS on_order, line_no AS on_line, kind, quantity, net_pence
            FROM purchase_order_line) ordered ON on_order = l.purchase_order_id AND on_line = l.order_line_no
        LEFT JOIN (
            SELECT supplier_invoice_id, line_no, sum(quantity_invoiced) AS quantity, sum(net_pence) AS net,
                sum(vat_pence) AS vat, array_agg(school_urn) AS schools
            FROM match_line GROUP BY supplier_invoice_id, line_no
        ) matched USING (supplier_invoice_id, line_no)
        WHERE l.net_pence >= 0 AND l.quantity > 0 AND (
            (CASE ordered.kind WHEN 'charge' THEN cardinality(matched.schools) ELSE l.quantity END, l.net_pence,
                l.vat_pence) IS DISTINCT FROM (matched.quantity, matched.net, matched.vat)
                AND (matched.quantity IS NOT NULL OR l.school_urn IS NOT NULL OR (
                    SELECT CASE ordered.kind WHEN 'charge' THEN sum(d.net_pence) = ordered.net_pence
                        ELSE sum(d.quantity) = ordered.quantity END FROM drop_line d
                    WHERE d.purchase_order_id = l.purchase_order_id AND d.line_no = l.order_line_no))
            OR l.school_urn IS NOT NULL AND matched.schools <> ARRAY[l.school_urn])
        """,
    ),
    Check(
        "open_matches_are_current",
        "A match that is not billed shows what is ordered and received now, at the price of the order; a charge is one,"
        " at the school's share.",
        """
        SELECT format('%s line %s, school %s: shows %s ordered, %s received at £%s; they are %s, %s at £%s', our_number,
            m.line_no, m.school_urn, m.quantity_ordered, m.quantity_received, m.unit_price_ordered,
            coalesce(d.quantity, 0), coalesce(d.received, 0), ordered.unit_price)
        FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
        JOIN purchase_order_line ordered
            ON ordered.purchase_order_id = m.purchase_order_id AND ordered.line_no = m.order_line_no
        LEFT JOIN drop_line d ON d.purchase_order_id = m.purchase_order_id AND d.line_no = m.order_line_no
            AND d.school_urn = m.school_urn
        WHERE m.bill_id IS NULL AND (m.quantity_ordered, m.quantity_received, m.unit_price_ordered)
            IS DISTINCT FROM CASE WHEN ordered.kind <> 'charge'
                THEN ROW(coalesce(d.quantity, 0), coalesce(d.received, 0), ordered.unit_price)
                ELSE ROW(num_nonnulls(d.line_no), num_nonnulls(d.line_no), coalesce(d.net_pence, 0) / 100.0) END
        """,
    ),
    Check(
        "invoices_are_accounted_for",
        "Bill lines, matches held or not yet billed, and what an acceptance left in clearing are the whole invoice.",
        """
        SELECT format('%s: %s pence and %s pence VAT billed, held or waiting, %s and %s invoiced', our_number,
            found.net, found.vat, i.net_pence, i.vat_pence)
        FROM supplier_invoice i JOIN (
            SELECT supplier_invoice_id, sum(net) AS net, sum(vat) AS vat FROM (
                SELECT supplier_invoice_id, net_pence AS net, vat_pence AS vat FROM bill_line WHERE NOT taken_off
                UNION ALL
                SELECT supplier_invoice_id,
                    net_pence - CASE WHEN bill_id IS NULL THEN 0 ELSE billable_net_pence END,
                    vat_pence - CASE WHEN bill_id IS NULL THEN 0 ELSE billable_vat_pence END
                FROM match_line
                UNION ALL
                SELECT supplier_invoice_id, net_pence, vat_pence FROM supplier_invoice_line l
                WHERE NOT EXISTS (SELECT FROM match_line m
                    WHERE m.supplier_invoice_id = l.supplier_invoice_id AND m.line_no = l.line_no)
            ) parts GROUP BY supplier_invoice_id
        ) found USING (supplier_invoice_id)
        WHERE (found.net, found.vat) <> (i.net_pence, i.vat_pence)
        """,
    ),
)

_BILLS = (
    Check(
        "bill_lines_add_up",
        "The lines of a bill add up to its net and its VAT, and these to its gross.",
        """
        SELECT format('%s: lines of %s and %s pence VAT, a bill of %s and %s, gross %s', number,
            coalesce(lines.net, 0), coalesce(lines.vat, 0), net_pence, vat_pence, gross_pence)
        FROM bill LEFT JOIN (
            SELECT bill_id, sum(net_pence) AS net, sum(vat_pence) AS vat FROM bill_line GROUP BY bill_id
        ) lines USING (bill_id)
        WHERE (net_pence, vat_pence) IS DISTINCT FROM (lines.net, lines.vat) OR net_pence + vat_pence <> gross_pence
        """,
    ),
    Check(
        "bill_lines_stand_on_matches",
        "Every bill line, unless it was taken off, stands on exactly one billed match, and every billed match on one"
        " bill line, unit by unit.",
        """
        WITH billed AS (
            SELECT bill_id, supplier_invoice_id, order_line_no, school_urn, count(*) AS lines,
                sum(quantity) AS quantity, sum(net_pence) AS net, sum(vat_pence) AS vat
            FROM bill_line WHERE supplier_invoice_id IS NOT NULL AND NOT taken_off
            GROUP BY bill_id, supplier_invoice_id, order_line_no, school_urn
        ), matched AS (
            SELECT bill_id, supplier_invoice_id, order_line_no, school_urn, count(*) AS lines,
                sum(billable_quantity) AS quantity, sum(billable_net_pence) AS net, sum(billable_vat_pence) AS vat
            FROM match_line WHERE bill_id IS NOT NULL
            GROUP BY bill_id, supplier_invoice_id, order_line_no, school_urn
        )
        SELECT format('bill %s, school %s, invoice %s, order line %s: %s lines of %s units, %s and %s pence VAT billed;'
            ' %s of %s, %s and %s matched', coalesce(bill.number, bill_id::text),
            coalesce(billed.school_urn, matched.school_urn), i.our_number,
            order_line_no, coalesce(billed.lines, 0), coalesce(billed.quantity, 0), coalesce(billed.net, 0),
            coalesce(billed.vat, 0), coalesce(matched.lines, 0), coalesce(matched.quantity, 0),
            coalesce(matched.net, 0), coalesce(matched.vat, 0))
        FROM billed FULL JOIN matched USING (bill_id, supplier_invoice_id, order_line_no, school_urn)
        LEFT JOIN bill USING (bill_id) LEFT JOIN supplier_invoice i USING (supplier_invoice_id)
        WHERE (billed.lines, billed.quantity, billed.net, billed.vat)
            IS DISTINCT FROM (matched.lines, matched.quantity, matched.net, matched.vat)
        """,
    ),
    Check(
        "bills_keep_the_price_of_the_order",
        "No school pays more for a unit than the price that was locked when it committed.",
        """
        SELECT format('%s line %s: £%s a unit, ordered at £%s', bill.number, b.line_no, b.unit_price, l.unit_price)
        FROM bill_line b JOIN bill USING (bill_id)
        JOIN purchase_order_line l ON l.purchase_order_id = b.purchase_order_id AND l.line_no = b.order_line_no
        WHERE b.unit_price > l.unit_price
        """,
    ),
    Check(
        "bills_are_of_one_round",
        "What a bill charges was ordered in the bill's round, or by the order of the service's period that it is for.",
        """
        SELECT format('%s line %s: %s was ordered in another round', bill.number, b.line_no, o.number)
        FROM bill_line b JOIN bill USING (bill_id)
        JOIN purchase_order o ON o.purchase_order_id = b.purchase_order_id
        WHERE o.round_id IS DISTINCT FROM bill.round_id
            OR bill.purchase_order_id <> o.purchase_order_id
        """,
    ),
    Check(
        "settled_orders_are_paid",
        "On a settled purchase order everything invoiced is billed, and every bill is paid, or was until a payment"
        " was undone.",
        """
        SELECT format('%s is %s and settled, with %s matches not billed and %s bills not paid', number,
            coalesce(answer, 'not answered'), coalesce(waiting.matches, 0), coalesce(unpaid.bills, 0))
        FROM purchase_order LEFT JOIN (
            SELECT m.purchase_order_id, count(*) AS matches
            FROM match_line m JOIN supplier_invoice i USING (supplier_invoice_id)
            WHERE bill_id IS NULL AND m.state <> 'credited' AND (i.settlement = 'recharge' OR m.state <> 'billable')
            GROUP BY m.purchase_order_id
        ) waiting USING (purchase_order_id)
        LEFT JOIN (
            SELECT b.purchase_order_id, count(DISTINCT bill_id) AS bills
            FROM bill_line b JOIN bill USING (bill_id) WHERE paid_pence + credited_pence < gross_pence
                AND NOT EXISTS (SELECT FROM bank_match m WHERE m.document_id = bill.bill_id AND undone_at IS NOT NULL)
            GROUP BY b.purchase_order_id
        ) unpaid USING (purchase_order_id)
        WHERE settled_at IS NOT NULL
            AND (answer IS DISTINCT FROM 'accepted' OR num_nonnulls(waiting.matches, unpaid.bills) > 0)
        """,
    ),
)

_TOLD = (
    as_told(
        "bills_are_told",
        "BillIssued says of every bill what its row says; the fund's are told by an event of their own.",
        kept(
            "bill",
            "bill_id",
            "number",
            "school_urn",
            "round_id",
            "gross_pence",
            "due_date",
            where="purpose = 'general'",
        ),
        last_told("BillIssued", "bill_id", "number", "school_urn", "round_id", "gross_pence", "due_date"),
    ),
    Check(
        "bill_amounts_are_told",
        "The amounts by purchase order and category that BillIssued tells of are the lines of the bill.",
        """
        WITH told AS (
            SELECT (body ->> 'bill_id')::uuid AS bill_id, (amount ->> 'purchase_order_id')::uuid AS purchase_order_id,
                amount ->> 'category_code' AS category_code, (amount ->> 'net_pence')::bigint AS net_pence,
                (amount ->> 'vat_pence')::bigint AS vat_pence
            FROM event_log, jsonb_array_elements(body -> 'amounts') AS amount WHERE type = 'BillIssued'
        ), billed AS (
            SELECT b.bill_id, b.purchase_order_id, l.category_code, sum(b.net_pence)::bigint AS net_pence,
                sum(b.vat_pence)::bigint AS vat_pence
            FROM bill_line b JOIN purchase_order_line l
                ON l.purchase_order_id = b.purchase_order_id AND l.line_no = b.order_line_no
            WHERE b.bill_id IN (SELECT bill_id FROM told)
            GROUP BY b.bill_id, b.purchase_order_id, l.category_code
        )
        SELECT format('%s, %s: %s pence and %s pence VAT billed, %s and %s told', coalesce(bill.number, bill_id::text),
            category_code, coalesce(billed.net_pence, 0), coalesce(billed.vat_pence, 0), coalesce(told.net_pence, 0),
            coalesce(told.vat_pence, 0))
        FROM billed FULL JOIN told USING (bill_id, purchase_order_id, category_code) LEFT JOIN bill USING (bill_id)
        WHERE (billed.net_pence, billed.vat_pence) IS DISTINCT FROM (told.net_pence, told.vat_pence)
        """,
    ),
    as_told(
        "settlements_are_told",
        "PurchaseOrderSettled was told of every purchase order that is settled, and of no other.",
        kept("purchase_order", "purchase_order_id", "true", where="settled_at IS NOT NULL"),
        told.SETTLEMENTS,
    ),
)

_NUMBERS = (
    gapless("SI", "supplier_invoice", "our_number"),
    gapless("B", "bill", "number", of="(SELECT number FROM bill WHERE purpose = 'general') bill"),
)

_IN_MODULES = (
    *disputes.CHECKS,
    *credit_notes.CHECKS,
    *fund.CHECKS,
    *payments.CHECKS,
    *supplier_documents.CHECKS,
    *matching.CHECKS,
)

CHECKS = (parents(LINKS), *_RECEIPTS, *_INVOICES, *_BILLS, *_NUMBERS, *_TOLD, *_IN_MODULES)
