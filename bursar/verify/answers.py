"""Invariants of suppliers' answers: what they changed, at whose cost, and that they stand as documents."""

from bursar.verify.check import Check, Link

LINKS = (
    Link("purchase_order_answer", "purchase_order", ("purchase_order_id",), ("supplier_id",)),
    Link("amendment", "purchase_order_answer", ("answer_id",), ("purchase_order_id", "supplier_id")),
)

CHECKS = (
    Check(
        "no_school_pays_more_unasked",
        "A change that costs a school more, by its price or its part, has that school's own agreement to that amount.",
        """
        SELECT format('%s line %s, school %s: %s pence became %s, %s', o.number, a.line_no, a.school_urn,
            a.net_before_pence, a.net_pence,
            CASE WHEN a.school_agreed_at IS NULL THEN 'without the school''s agreement'
                ELSE 'where it agreed to ' || coalesce(a.asked_net_pence, a.net_before_pence) END)
        FROM amendment a JOIN purchase_order o USING (purchase_order_id)
        WHERE a.state = 'applied' AND a.answer_id IS NOT NULL AND (
            a.school_agreed_at IS NULL AND (a.net_pence > a.net_before_pence OR a.unit_price > a.unit_price_before)
            OR a.net_pence > coalesce(a.asked_net_pence, a.net_before_pence))
        """,
    ),
    Check(
        "answers_make_the_revision_they_name",
        "An answer whose changes were taken made one revision, and all its changes are of it; no other made any.",
        """
        SELECT format('%s: an answer that is %s names revision %s, its changes are of %s', o.number, s.state,
            coalesce(s.made_revision::text, 'none'), coalesce(made.revisions::text, 'none'))
        FROM purchase_order_answer s JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN (
            SELECT answer_id, array_agg(DISTINCT revision) AS revisions
            FROM amendment WHERE state = 'applied' AND answer_id IS NOT NULL GROUP BY answer_id
        ) made USING (answer_id)
        WHERE coalesce(made.revisions, '{}') <> CASE WHEN s.made_revision IS NULL THEN '{}'
            ELSE ARRAY[s.made_revision] END
        """,
    ),
    Check(
        "accepted_orders_have_no_open_answer",
        "An answer waits for the manager or for schools only while its order is issued and at the same revision.",
        """
        SELECT format('%s is %s at revision %s and has an answer that is %s to revision %s', o.number, o.state,
            o.revision, s.state, s.revision)
        FROM purchase_order_answer s JOIN purchase_order o USING (purchase_order_id)
        WHERE s.state IN ('waiting', 'with_schools') AND (o.state <> 'issued' OR o.revision <> s.revision)
        """,
    ),
)
