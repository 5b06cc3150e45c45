"""Invariants of deliveries: what was sent, what was found wrong, its photos and the suppliers' answers."""

from bursar.verify.check import Check, Link, gapless
from bursar.verify.told import as_told, kept_sums

LINKS = (
    Link("despatch", "purchase_order", ("purchase_order_id",), ("supplier_id",)),
    Link("despatch_line", "despatch", ("despatch_id",), ("purchase_order_id", "supplier_id")),
    Link("despatch_line", "drop_line", ("purchase_order_id", "school_urn", "line_no"), ("supplier_id",)),
    Link("despatch_file", "despatch", ("despatch_id",), ("supplier_id",)),
    Link("receipt", "despatch", ("despatch_id",), ("purchase_order_id", "supplier_id")),
    Link("receipt_photo", "school_drop", ("purchase_order_id", "school_urn"), ("supplier_id",)),
    Link("receipt_photo", "receipt_line", ("receipt_id", "line_no"), ("purchase_order_id", "school_urn")),
    Link("claim_answer", "receipt_line", ("receipt_id", "line_no"), ("purchase_order_id", "school_urn", "supplier_id")),
)

_DESPATCHED = """
    SELECT body ->> 'despatch_id' AS subject, jsonb_build_array(count(*), sum((line ->> 'quantity')::bigint),
        sum((line ->> 'quantity')::bigint * (sent ->> 'school_urn')::bigint)) AS facts
    FROM log, jsonb_array_elements(body -> 'drops') AS sent, jsonb_array_elements(sent -> 'lines') AS line
    WHERE type = 'DespatchRecorded' GROUP BY 1
"""

CHECKS = (
    Check(
        "nothing_is_accepted_beyond_the_order",
        "At no time has a school accepted fewer than no units of a line, or more than it ordered.",
        """
        WITH running AS (
            SELECT l.purchase_order_id, l.school_urn, l.line_no, sum(l.quantity_received) OVER (
                PARTITION BY l.purchase_order_id, l.school_urn, l.line_no ORDER BY r.recorded_at, r.receipt_id
            ) AS accepted
            FROM receipt_line l JOIN receipt r USING (receipt_id)
        )
        SELECT format('%s line %s, school %s: from %s to %s units accepted of %s', o.number, d.line_no, d.school_urn,
            min(accepted), max(accepted), d.quantity)
        FROM drop_line d JOIN running USING (purchase_order_id, school_urn, line_no)
        JOIN purchase_order o USING (purchase_order_id)
        GROUP BY o.number, d.purchase_order_id, d.school_urn, d.line_no, d.quantity
        HAVING min(accepted) < 0 OR max(accepted) > d.quantity
        """,
    ),
    Check(
        "despatches_send_accepted_goods",
        "A despatch sends some units of goods, and of an accepted purchase order.",
        """
        SELECT format('%s of %s, which is %s: %s lines, %s of them without goods', d.number, o.number, o.state,
            count(l.line_no), count(*) FILTER (WHERE i.kind <> 'goods' OR l.quantity <= 0))
        FROM despatch d JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN despatch_line l USING (despatch_id, purchase_order_id)
        LEFT JOIN purchase_order_line i USING (purchase_order_id, line_no)
        GROUP BY d.number, o.number, o.state
        HAVING o.state <> 'accepted' OR count(l.line_no) = 0 OR bool_or(i.kind <> 'goods' OR l.quantity <= 0)
        """,
    ),
    Check(
        "files_are_as_they_came",
        "Photos and despatch advices are byte for byte what was sent: their hashes say so.",
        """
        SELECT format('receipt_photo %s', photo_id) FROM receipt_photo WHERE sha256 <> sha256(content)
        UNION ALL
        SELECT format('despatch_file of %s', number) FROM despatch_file JOIN despatch USING (despatch_id)
        WHERE sha256 <> sha256(content)
        """,
    ),
    gapless("DN", "despatch", "number"),
    as_told(
        "despatches_are_told",
        "The lines that DespatchRecorded tells of add up, school by school, to those of the despatch.",
        kept_sums("despatch_line", "despatch_id", "count(*)", "sum(quantity)", "sum(quantity::bigint * school_urn)"),
        _DESPATCHED,
    ),
)
