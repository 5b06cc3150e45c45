"""Invariants of what suppliers credit, what schools get back, and what schools pay suppliers directly."""

from bursar.verify import told
from bursar.verify.check import Check, Link, gapless
from bursar.verify.told import as_told, kept, last_told

LINKS = (
    Link("credit_share", "supplier_invoice_line", ("supplier_invoice_id", "line_no"), ("supplier_id",)),
    Link(
        "credit_share",
        "match_line",
        ("of_invoice_id = supplier_invoice_id", "of_line_no = line_no", "school_urn"),
        ("supplier_id", "purchase_order_id"),
    ),
    Link("credit_note", "bill", ("bill_id",), ("school_urn",)),
    Link("credit_note_line", "credit_note", ("credit_note_id",), ("school_urn", "bill_id")),
    Link("credit_note_line", "bill_line", ("bill_id", "bill_line_no = line_no"), ("school_urn",)),
    Link("direct_bill", "supplier_invoice", ("supplier_invoice_id",), ("supplier_id", "purchase_order_id")),
    Link("direct_bill_payment", "direct_bill", ("bill_id = supplier_invoice_id",), ("school_urn",)),
)

_CREDITS = (
    Check(
        "credits_are_shared_once",
        "What a match counts as credited is the sum of its shares of the supplier's credits.",
        """
        SELECT format('%s line %s, school %s: %s units and %s pence count as credited, %s and %s are', our_number,
            m.line_no, m.school_urn, m.credited_quantity, m.credited_net_pence + m.credited_vat_pence,
            coalesce(shares.quantity, 0), coalesce(shares.pence, 0))
        FROM match_line m JOIN supplier_invoice USING (supplier_invoice_id)
        LEFT JOIN (
            SELECT of_invoice_id, of_line_no, school_urn, sum(quantity) AS quantity, sum(net_pence + vat_pence) AS pence
            FROM credit_share GROUP BY of_invoice_id, of_line_no, school_urn
        ) shares ON shares.of_invoice_id = m.supplier_invoice_id AND shares.of_line_no = m.line_no
            AND shares.school_urn = m.school_urn
        WHERE (m.credited_quantity, m.credited_net_pence + m.credited_vat_pence)
            <> (coalesce(shares.quantity, 0), coalesce(shares.pence, 0))
        """,
    ),
    Check(
        "credits_give_no_more_than_they_are",
        "The shares of a line that gives back are no more than the line, and no other line has shares.",
        """
        SELECT format('%s line %s: %s pence shared, %s invoiced', our_number, l.line_no, sum(s.net_pence), l.net_pence)
        FROM credit_share s JOIN supplier_invoice_line l USING (supplier_invoice_id, line_no)
        JOIN supplier_invoice i USING (supplier_invoice_id)
        GROUP BY our_number, l.line_no, l.net_pence, l.vat_pence
        HAVING sum(s.net_pence) > -l.net_pence OR sum(s.vat_pence) > -l.vat_pence
        """,
    ),
    Check(
        "nothing_is_billed_unreceived",
        "A school is billed, or about to be, for no more of a line than it ordered and received, unless the rest is"
        " claimed back or given back; a charge needs no receipt of its own, and is billed once.",
        """
        SELECT format('%s line %s, school %s: %s units to bill, %s ordered, %s received', o.number,
            charged.order_line_no, charged.school_urn, charged.quantity, coalesce(d.quantity, 0),
            coalesce(d.received, 0))
        FROM (
            SELECT purchase_order_id, order_line_no, school_urn, sum(quantity) AS quantity, sum(net) AS net FROM (
                SELECT purchase_order_id, order_line_no, school_urn, quantity, net_pence AS net FROM bill_line
                WHERE NOT taken_off
                UNION ALL
                SELECT purchase_order_id, order_line_no, school_urn, billable_quantity, billable_net_pence
                FROM match_line WHERE bill_id IS NULL
                UNION ALL
                SELECT purchase_order_id, order_line_no, school_urn,
                    -returned_quantity - claim_quantity - due_quantity,
                    -returned_net_pence - claim_net_pence - due_net_pence
                FROM match_line WHERE bill_id IS NOT NULL
            ) lines GROUP BY purchase_order_id, order_line_no, school_urn
        ) charged
        JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN drop_line d ON d.purchase_order_id = charged.purchase_order_id
            AND d.line_no = charged.order_line_no AND d.school_urn = charged.school_urn
        JOIN purchase_order_line l
            ON l.purchase_order_id = charged.purchase_order_id AND l.line_no = charged.order_line_no
        WHERE charged.quantity > CASE l.kind WHEN 'charge' THEN num_nonnulls(d.line_no)
            ELSE least(coalesce(d.quantity, 0), coalesce(d.received, 0)) END
            AND (l.kind = 'charge' OR charged.net
                > round(100 * l.unit_price * least(coalesce(d.quantity, 0), coalesce(d.received, 0))))
        """,
    ),
)

_CREDIT_NOTES = (
    Check(
        "credit_notes_add_up",
        "The lines of a credit note add up to it, and a bill's credit notes to what counts as credited of it.",
        """
        SELECT format('%s: lines of %s and %s pence VAT, a credit note of %s and %s', number, coalesce(lines.net, 0),
            coalesce(lines.vat, 0), net_pence, vat_pence)
        FROM credit_note LEFT JOIN (
            SELECT credit_note_id, sum(net_pence) AS net, sum(vat_pence) AS vat
            FROM credit_note_line GROUP BY credit_note_id
        ) lines USING (credit_note_id)
        WHERE (net_pence, vat_pence) IS DISTINCT FROM (lines.net, lines.vat)
        UNION ALL
        SELECT format('%s: %s pence count as credited, %s are', number, credited_pence, coalesce(notes.pence, 0))
        FROM bill LEFT JOIN (SELECT bill_id, sum(gross_pence) AS pence FROM credit_note GROUP BY bill_id) notes
            USING (bill_id)
        WHERE credited_pence <> coalesce(notes.pence, 0)
        """,
    ),
    Check(
        "returns_stand_on_credit_notes",
        "What a school got back of a match is on the credit notes for its bill's line.",
        """
        SELECT format('%s line %s, school %s: %s pence given back, credit notes of %s', bill.number, b.line_no,
            b.school_urn, m.returned_net_pence + m.returned_vat_pence, coalesce(notes.pence, 0))
        FROM match_line m JOIN bill USING (bill_id)
        JOIN bill_line b ON b.bill_id = m.bill_id AND b.supplier_invoice_id = m.supplier_invoice_id
            AND b.supplier_invoice_line_no = m.line_no
        LEFT JOIN (
            SELECT bill_id, bill_line_no, sum(quantity) AS quantity, sum(net_pence + vat_pence) AS pence
            FROM credit_note_line GROUP BY bill_id, bill_line_no
        ) notes ON notes.bill_id = b.bill_id AND notes.bill_line_no = b.line_no
        WHERE (m.returned_quantity, m.returned_net_pence + m.returned_vat_pence)
            <> (coalesce(notes.quantity, 0), coalesce(notes.pence, 0))
        """,
    ),
    Check(
        "lines_taken_off_are_credited",
        "A line that was taken off its bill is on one credit note of that bill, whole.",
        """
        SELECT format('%s line %s: %s pence taken off, credit notes of %s', bill.number, b.line_no,
            b.net_pence + b.vat_pence, coalesce(notes.pence, 0))
        FROM bill_line b JOIN bill USING (bill_id) LEFT JOIN (
            SELECT bill_id, bill_line_no, sum(net_pence + vat_pence) AS pence
            FROM credit_note_line GROUP BY bill_id, bill_line_no
        ) notes ON notes.bill_id = b.bill_id AND notes.bill_line_no = b.line_no
        WHERE b.taken_off AND b.net_pence + b.vat_pence <> coalesce(notes.pence, 0)
        """,
    ),
    as_told(
        "credit_notes_are_told",
        "CreditNoteIssued says of every credit note what its row says.",
        kept("credit_note", "credit_note_id", "number", "bill_id", "school_urn", "net_pence", "gross_pence"),
        last_told("CreditNoteIssued", "credit_note_id", "number", "bill_id", "school_urn", "net_pence", "gross_pence"),
    ),
)

_DIRECT = (
    Check(
        "direct_bills_are_their_buyers",
        "An invoice that is settled directly is the bill of the one school that it names as its buyer; no other is.",
        """
        SELECT format('%s names school %s: bill of school %s, lines of %s', our_number, buyer_urn,
            coalesce(b.school_urn::text, 'nobody'), lines.schools)
        FROM supplier_invoice i LEFT JOIN direct_bill b USING (supplier_invoice_id)
        LEFT JOIN LATERAL (SELECT array_agg(DISTINCT school_urn) AS schools FROM supplier_invoice_line l
            WHERE l.supplier_invoice_id = i.supplier_invoice_id) lines ON true
        WHERE CASE WHEN settlement = 'direct' AND kind = 'invoice'
            THEN b.school_urn IS DISTINCT FROM buyer_urn OR lines.schools <> ARRAY[buyer_urn]
            ELSE b.supplier_invoice_id IS NOT NULL END
        """,
    ),
    as_told(
        "direct_bills_are_told",
        "The last DirectBillRecorded of every bill that its school pays the supplier itself says what it is and what of"
        " it agrees with order and receipt.",
        """
        SELECT supplier_invoice_id::text AS subject, jsonb_build_array(b.number, b.school_urn, i.number, i.gross_pence,
            coalesce(agreed.net, 0), coalesce(agreed.vat, 0)) AS facts
        FROM direct_bill b JOIN supplier_invoice i USING (supplier_invoice_id) LEFT JOIN (
            SELECT supplier_invoice_id, sum(billable_net_pence) AS net, sum(billable_vat_pence) AS vat
            FROM match_line WHERE state = 'billable' GROUP BY supplier_invoice_id
        ) agreed USING (supplier_invoice_id)
        """,
        told.DIRECT_BILLS,
    ),
)

CHECKS = (
    *_CREDITS,
    *_CREDIT_NOTES,
    *_DIRECT,
    gapless("CN", "credit_note", "number"),
    gapless("DB", "direct_bill", "number"),
)
