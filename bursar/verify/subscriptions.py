"""Invariants of recurring services in the orders' database: days, charges, credits and what was ordered of them."""

from bursar.verify.check import Check, Link, gapless

LINKS = (
    Link("subscription", "subscription_plan", ("plan_id",)),
    Link("subscription", "school", ("school_urn = urn",)),
    Link("driver_reading", "subscription_plan", ("plan_id",)),
    Link("driver_reading", "school", ("school_urn = urn",)),
    Link("pupil_count", "school", ("school_urn = urn",)),
    Link("entitlement_use", "subscription", ("subscription_id",), ("school_urn",)),
    Link("purchase_order", "subscription_plan", ("plan_id",), ("contract_id", "supplier_id")),
    Link("subscription_run", "subscription_plan", ("plan_id",), ("supplier_id",)),
    Link("subscription_run", "purchase_order", ("purchase_order_id",), ("plan_id", "supplier_id")),
    Link("subscription_charge", "subscription_run", ("run_id",), ("plan_id",)),
    Link("subscription_charge", "subscription", ("subscription_id",), ("plan_id", "school_urn")),
)

# What counted when `run` was made: whatever was run before it and not rejected by then. Runs that a worker makes up for
# after it was down have one moment in common; they are made in the order in which they fell due.
_BEFORE = """
    (r.ran_at, r.due_on, r.period_from, r.kind) {sign} (run.ran_at, run.due_on, run.period_from, run.kind)
    AND (o.state IS DISTINCT FROM 'rejected' OR o.acknowledged_at > run.ran_at)
"""

CHECKS = (
    Check(
        "charges_follow_their_days",
        "A charge is quantity × days × price ÷ days of the year, rounded once, for each day it covers exactly once.",
        """
        SELECT format('%s, school %s, %s: %s pence for %s days, its parts say %s pence for %s days', p.number,
            c.school_urn, c.period_from, c.full_pence, coalesce(c.covered_to - c.covered_from + 1, 0),
            made.pence, made.days)
        FROM subscription_charge c JOIN subscription_plan p USING (plan_id)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(days), 0) AS days, coalesce(bool_and(days = until - since + 1 AND (
                    before IS NULL AND since = c.covered_from OR since = before + 1)), c.covered_from IS NULL)
                    AND max(until) IS NOT DISTINCT FROM c.covered_to AS joined,
                round(coalesce(sum(quantity * days), 0) * c.unit_price * 100 / c.year_days) AS pence
            FROM (
                SELECT (part ->> 'days')::integer AS days, (part ->> 'quantity')::numeric AS quantity,
                    (part ->> 'from')::date AS since, (part ->> 'to')::date AS until,
                    lag((part ->> 'to')::date) OVER (ORDER BY part ->> 'from') AS before
                FROM jsonb_array_elements(c.parts) AS part
            ) parts
        ) made
        WHERE c.full_pence <> made.pence OR NOT made.joined
            OR made.days <> coalesce(c.covered_to - c.covered_from + 1, 0)
        """,
    ),
    Check(
        "charges_are_of_their_subscription",
        "A charge covers no day outside its period, before its school joined or after the end of its plan's term.",
        """
        SELECT format('%s, school %s: charged %s to %s of %s to %s, joined %s', p.number, c.school_urn, c.covered_from,
            c.covered_to, c.period_from, c.period_to, s.starts_on)
        FROM subscription_charge c JOIN subscription s USING (subscription_id)
        JOIN subscription_plan p ON p.plan_id = c.plan_id
        WHERE c.covered_from < greatest(c.period_from, s.starts_on, p.starts_on) OR c.covered_to > c.period_to
        """,
    ),
    Check(
        "days_are_charged_once",
        "No day of a subscription is charged by two periods that count, and no year is trued up twice.",
        """
        SELECT format('%s, school %s: %s to %s is charged twice as %s', p.number, one.school_urn,
            greatest(one.period_from, other.period_from), least(one.period_to, other.period_to), one.kind)
        FROM subscription_charge one
        JOIN subscription_charge other USING (subscription_id, kind)
        JOIN subscription_run r ON r.run_id = one.run_id LEFT JOIN purchase_order o USING (purchase_order_id)
        JOIN subscription_run r2 ON r2.run_id = other.run_id
        LEFT JOIN purchase_order o2 ON o2.purchase_order_id = r2.purchase_order_id
        JOIN subscription_plan p ON p.plan_id = one.plan_id
        WHERE (one.period_from, one.run_id) < (other.period_from, other.run_id)
            AND one.period_to >= other.period_from AND other.period_to >= one.period_from
            AND o.state IS DISTINCT FROM 'rejected' AND o2.state IS DISTINCT FROM 'rejected'
        """,
    ),
    Check(
        "true_ups_settle_their_year",
        "A true-up takes off what the periods of its year had charged: the year has then cost what its days come to.",
        f"""
        SELECT format('%s, school %s, year from %s: %s pence taken off, %s charged before', p.number, t.school_urn,
            t.period_from, t.charged_pence, coalesce(before.pence, 0))
        FROM subscription_charge t JOIN subscription_run run USING (run_id)
        JOIN subscription_plan p ON p.plan_id = t.plan_id
        LEFT JOIN LATERAL (
            SELECT sum(c.full_pence) AS pence
            FROM subscription_charge c JOIN subscription_run r USING (run_id)
            LEFT JOIN purchase_order o USING (purchase_order_id)
            WHERE c.subscription_id = t.subscription_id AND c.kind = 'period'
                AND c.period_from BETWEEN t.period_from AND t.period_from + t.year_days - 1
                AND {_BEFORE.format(sign="<=")}
        ) before ON true
        WHERE t.kind = 'true_up' AND t.charged_pence <> coalesce(before.pence, 0)
        """,  # noqa: S608 -- assembled from this module
    ),
    Check(
        "service_orders_are_what_is_due",
        "An order for a service has for each school what was charged so far less what was ordered so far.",
        f"""
        SELECT format('%s, school %s: ordered for %s pence, due were %s charged less %s ordered', mine.number,
            d.school_urn, d.net_pence, due.pence, coalesce(ordered.pence, 0))
        FROM purchase_order mine JOIN subscription_run run USING (purchase_order_id)
        JOIN drop_line d USING (purchase_order_id)
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(c.net_pence), 0) AS pence
            FROM subscription_charge c JOIN subscription_run r USING (run_id)
            LEFT JOIN purchase_order o USING (purchase_order_id)
            WHERE c.plan_id = mine.plan_id AND c.school_urn = d.school_urn
                AND {_BEFORE.format(sign="<=")}
        ) due ON true
        LEFT JOIN LATERAL (
            SELECT sum(l.net_pence) AS pence
            FROM drop_line l JOIN purchase_order o USING (purchase_order_id)
            JOIN subscription_run r USING (purchase_order_id)
            WHERE o.plan_id = mine.plan_id AND l.school_urn = d.school_urn AND {_BEFORE.format(sign="<")}
        ) ordered ON true
        WHERE d.net_pence <= 0 OR d.net_pence <> due.pence - coalesce(ordered.pence, 0)
        """,  # noqa: S608 -- assembled from this module
    ),
    Check(
        "entitlements_are_not_overdrawn",
        "No school has drawn more of an entitlement in a subscription year than its plan grants.",
        """
        SELECT format('%s, school %s: %s of %s drawn in year %s, granted %s', p.number, u.school_urn, sum(u.quantity),
            u.entitlement_code, year.number + 1, coalesce(granted.quantity, 0))
        FROM entitlement_use u JOIN subscription s USING (subscription_id) JOIN subscription_plan p USING (plan_id)
        CROSS JOIN LATERAL (SELECT extract(year FROM age(u.used_on, p.starts_on))::integer AS number) year
        LEFT JOIN LATERAL (
            SELECT (each ->> 'quantity')::numeric AS quantity FROM jsonb_array_elements(p.entitlements) AS each
            WHERE each ->> 'code' = u.entitlement_code
        ) granted ON true
        WHERE u.cancelled_at IS NULL
        GROUP BY p.plan_id, u.school_urn, u.entitlement_code, year.number, granted.quantity
        HAVING sum(u.quantity) > coalesce(granted.quantity, 0)
        """,
    ),
    gapless("SP", "subscription_plan", "number"),
)
