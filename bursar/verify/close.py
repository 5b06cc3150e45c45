"""Invariants of a close: its proof tells the whole way from each school's wish to its penny, and keeps to the rules.

Rounds that were closed before proofs were kept have none; of them only what stands in their orders is checked.
"""

from bursar.verify.check import Check, Link

LINKS = (
    Link("close_line", "round", ("round_id",)),
    Link("close_line", "round_offer", ("round_id", "offer_id"), ("contract_id", "supplier_id", "sku")),
    Link("close_share", "close_line", ("close_line_id",)),
    Link("close_share", "school", ("school_urn = urn",)),
)

CHECKS = (
    Check(
        "wishes_are_proved",
        "Every approved line of a closed round has its reason in the proof, as it was wished; nothing else has.",
        """
        WITH wished AS (
            SELECT l.round_id, l.school_urn, l.offer_id, l.quantity, l.flexible
            FROM order_line l JOIN school_order o USING (round_id, school_urn)
            WHERE o.state = 'approved' AND round_id IN (SELECT round_id FROM close_line)
        ), proved AS (
            SELECT line.round_id, share.school_urn, line.offer_id, share.firm, share.flexible
            FROM close_share share JOIN close_line line USING (close_line_id) WHERE line.kind = 'goods'
        )
        SELECT format('round %s, school %s, offer %s: wished %s and %s flexible, the proof says %s and %s', r.number,
            school_urn, offer_id, coalesce(wished.quantity, 0), coalesce(wished.flexible, 0),
            coalesce(proved.firm, 0), coalesce(proved.flexible, 0))
        FROM wished FULL JOIN proved USING (round_id, school_urn, offer_id) LEFT JOIN round r USING (round_id)
        WHERE (wished.quantity, wished.flexible) IS DISTINCT FROM (proved.firm, proved.flexible)
        """,
    ),
    Check(
        "grants_have_their_reason",
        "What a school got of its wish is what the reason says: all, more by flexible units, less, or nothing.",
        """
        SELECT format('%s, school %s: %s units of %s and %s flexible, because of %s', line.sku, share.school_urn,
            share.granted, share.firm, share.flexible, share.reason)
        FROM close_share share JOIN close_line line USING (close_line_id)
        WHERE NOT CASE share.reason
            WHEN 'as_wished' THEN line.kind = 'goods' AND share.granted = share.firm
            WHEN 'flexible_used' THEN share.granted > share.firm
            WHEN 'pack_cut' THEN share.granted < share.firm AND line.pack > 1
            WHEN 'condition_price' THEN share.granted = 0 AND share.denied_unit_price IS NOT NULL
            WHEN 'condition_schools' THEN share.granted = 0 AND share.denied_schools IS NOT NULL
            WHEN 'condition_minimum' THEN share.granted = 0 AND line.pack > 1
            WHEN 'minimum_dropped' THEN share.granted = 0 AND line.reason = 'minimum_dropped'
            WHEN 'charged' THEN line.kind = 'charge' AND share.granted = 0
            ELSE false END
        """,
    ),
    Check(
        "conditions_are_kept",
        "Whoever takes part under a condition has it met by the price and the schools; whoever is left out had not.",
        """
        SELECT format('%s, school %s: at most £%s and at least %s schools were asked, there were £%s and %s', line.sku,
            share.school_urn, coalesce(l.max_unit_price::text, 'any price'), coalesce(l.min_schools, 0),
            coalesce(share.denied_unit_price, line.unit_price), coalesce(share.denied_schools, line.schools))
        FROM close_share share JOIN close_line line USING (close_line_id)
        JOIN order_line l ON l.round_id = line.round_id AND l.offer_id = line.offer_id
            AND l.school_urn = share.school_urn
        WHERE line.reason <> 'minimum_dropped' AND share.reason <> 'condition_minimum'
            AND (share.reason LIKE 'condition%') = (
            coalesce(coalesce(share.denied_unit_price, line.unit_price) <= l.max_unit_price, true)
            AND coalesce(coalesce(share.denied_schools, line.schools) >= l.min_schools, true))
        """,
    ),
    Check(
        "minimums_are_kept",
        "No school got fewer units than an offer is ordered in at a time, unless it wished fewer.",
        """
        SELECT format('%s, school %s: %s units of %s wished, from %s at a time', line.sku, share.school_urn,
            share.granted, share.firm, f.minimum_quantity)
        FROM close_share share JOIN close_line line USING (close_line_id) JOIN round_offer f USING (round_id, offer_id)
        WHERE share.granted > 0 AND share.granted < least(share.firm, f.minimum_quantity)
        """,
    ),
    Check(
        "proofs_add_up",
        "Grants and shares in the proof add up to their line, and the pennies left over to what was cut off.",
        """
        SELECT format('%s of round %s: %s units and %s pence in shares, %s and %s on the line', line.sku, r.number,
            coalesce(shared.granted, 0), coalesce(shared.net_pence, 0), line.quantity, line.net_pence)
        FROM close_line line JOIN round r USING (round_id) LEFT JOIN (
            SELECT close_line_id, sum(granted) AS granted, sum(net_pence) AS net_pence, sum(weight) AS weight
            FROM close_share GROUP BY close_line_id
        ) shared USING (close_line_id)
        WHERE line.net_pence <> coalesce(shared.net_pence, 0)
            OR (line.net_pence > 0 OR line.kind = 'goods') AND line.weight <> coalesce(shared.weight, 0)
            OR line.kind = 'goods' AND line.quantity <> coalesce(shared.granted, 0)
        """,
    ),
    Check(
        "pennies_go_by_rank",
        "A share is its part cut off to the penny, and a penny more for the first ranks, as many as were left over.",
        """
        SELECT format('%s, school %s: %s pence by weight %s of %s, rank %s of %s pennies left over', line.sku,
            share.school_urn, share.net_pence, share.weight, line.weight, coalesce(share.rank, 0), line.left_over)
        FROM close_share share JOIN close_line line USING (close_line_id)
        WHERE share.net_pence <> coalesce(div(line.net_pence::numeric * share.weight, nullif(line.weight, 0)), 0)
            + CASE WHEN share.rank <= line.left_over THEN 1 ELSE 0 END
        """,
    ),
    Check(
        "packs_are_whole",
        "What is supplied in packs is ordered in whole ones.",
        """
        SELECT format('%s of round %s: %s units in packs of %s', line.sku, r.number, line.quantity, line.pack)
        FROM close_line line JOIN round r USING (round_id) WHERE line.quantity % line.pack <> 0
        """,
    ),
    Check(
        "orders_are_as_proved",
        "The purchase orders of a closed round had the lines of its proof: same units, price and net.",
        """
        SELECT format('round %s, %s: the proof says %s units at £%s for %s pence, the order %s at £%s for %s', r.number,
            coalesce(proved.sku, coalesce(ordered.sku, ordered.offer_id::text)), proved.quantity, proved.unit_price,
            proved.net_pence, ordered.quantity, ordered.unit_price, ordered.net_pence)
        FROM (SELECT * FROM close_line WHERE line_no IS NOT NULL) proved
        FULL JOIN (
            SELECT o.round_id, o.contract_id, o.supplier_id, line_no, l.kind, l.sku, l.offer_id, closed.quantity,
                closed.unit_price, closed.net_pence
            FROM purchase_order_line_as_closed closed JOIN purchase_order_line l USING (purchase_order_id, line_no)
            JOIN purchase_order o USING (purchase_order_id)
            WHERE o.round_id IN (SELECT round_id FROM close_line)
        ) ordered USING (round_id, contract_id, supplier_id, line_no)
        LEFT JOIN round r USING (round_id)
        WHERE (proved.kind, proved.offer_id, proved.quantity, proved.unit_price, proved.net_pence)
            IS DISTINCT FROM (ordered.kind, ordered.offer_id, ordered.quantity, ordered.unit_price, ordered.net_pence)
        """,
    ),
    Check(
        "charges_are_the_contracts",
        "A charge is what the contract's terms say, or its small-order fee; it is free only where they make it so.",
        """
        SELECT format('round %s, %s: %s pence, because of %s; the terms say %s', r.number, line.sku, line.net_pence,
            line.reason, coalesce(stated.amount_pence::text, 'nothing'))
        FROM close_line line JOIN round r USING (round_id)
        LEFT JOIN round_contract c USING (round_id, contract_id)
        LEFT JOIN LATERAL (
            SELECT (charge ->> 'amount_pence')::bigint AS amount_pence,
                (charge ->> 'free_from_pence')::bigint AS free_from_pence
            FROM jsonb_array_elements(c.terms -> 'charges') AS charge
            WHERE line.reason <> 'below_minimum' AND charge ->> 'code' = line.sku
            UNION ALL
            SELECT (c.terms ->> 'small_order_fee_pence')::bigint, NULL WHERE line.reason = 'below_minimum'
        ) stated ON true
        WHERE line.kind = 'charge' AND line.net_pence IS DISTINCT FROM CASE line.reason WHEN 'free_from' THEN 0
            * stated.free_from_pence ELSE stated.amount_pence END
        """,
    ),
)
