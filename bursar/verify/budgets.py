"""Invariants of approvals and budgets: what was decided, and that no amount counts twice against a school's budget."""

from bursar.verify.check import Check, Link

LINKS = (
    Link("approval_limits", "school", ("school_urn = urn",)),
    Link("decided_line", "school_order", ("round_id", "school_urn")),
    Link("decided_line", "round_offer", ("round_id", "offer_id")),
    Link("budget_year", "school", ("school_urn = urn",)),
    Link("budget", "budget_year", ("school_urn", "financial_year")),
    Link("bill_amount", "purchase_order", ("purchase_order_id",), ("round_id",)),
    Link("bill_amount", "school_drop", ("purchase_order_id", "school_urn")),
)

CHECKS = (
    Check(
        "orders_are_reserved_or_committed",
        "Purchase orders come from closed rounds: no order counts as reserved and as committed at once.",
        """
        SELECT format('%s was issued, and %s is %s', o.number, r.number, r.state)
        FROM purchase_order o JOIN round r USING (round_id) WHERE r.closed_at IS NULL
        """,
    ),
    Check(
        "nothing_is_spent_beyond_what_was_committed",
        "Of each purchase order and category no school was billed more than it had ordered.",
        """
        WITH ordered AS (
            SELECT d.purchase_order_id, d.school_urn, coalesce(l.category_code, f.category_code) AS category_code,
                sum(d.net_pence) AS net_pence
            FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
            LEFT JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
            GROUP BY 1, 2, 3
        ), billed AS (
            SELECT purchase_order_id, school_urn, category_code, sum(net_pence) AS net_pence
            FROM bill_amount WHERE category_code <> '' GROUP BY 1, 2, 3
        )
        SELECT format('%s, school %s, %s: %s pence billed, %s ordered', o.number, billed.school_urn, category_code,
            billed.net_pence, coalesce(ordered.net_pence, 0))
        FROM billed JOIN purchase_order o USING (purchase_order_id)
        LEFT JOIN ordered USING (purchase_order_id, school_urn, category_code)
        WHERE billed.net_pence > coalesce(ordered.net_pence, 0)
        """,
    ),
    Check(
        "nothing_is_spent_on_rejected_orders",
        "Nobody was billed for a purchase order that its supplier has rejected.",
        """
        SELECT DISTINCT format('%s is rejected, and school %s was billed for it', o.number, b.school_urn)
        FROM bill_amount b JOIN purchase_order o USING (purchase_order_id) WHERE o.state = 'rejected'
        """,
    ),
)
