"""What the reports count: rounds that are closed, as the actor may see them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, text

CLOSED_ON = "CAST(r.closed_at AT TIME ZONE 'Europe/London' AS date)"
PERIOD = f"{CLOSED_ON} BETWEEN :closed_from AND :closed_to"

# What each school's part of each line would have cost alone: at the price that the offer states for one school, or
# else at the tier which the school's own quantity reaches.
BOUGHT = """
    SELECT p.round_id, p.purchase_order_id, p.number, d.school_urn, f.category_code, f.category_name, l.line_no,
        l.offer_id, f.sku, f.name, f.unit, d.quantity, l.unit_price, d.net_pence,
        coalesce(d.quantity_received, 0) AS received, p.settled_at,
        coalesce(f.alone_price, tier.unit_price) AS alone_price,
        round(d.quantity * coalesce(f.alone_price, tier.unit_price) * 100)::bigint AS alone_pence
    FROM drop_line d
    JOIN purchase_order p USING (purchase_order_id)
    JOIN purchase_order_line l USING (purchase_order_id, line_no)
    JOIN round r ON r.round_id = p.round_id
    JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
    JOIN round_tier tier ON tier.round_id = l.round_id AND tier.offer_id = l.offer_id
        AND d.quantity >= tier.applies_from AND d.quantity < tier.applies_below
    WHERE p.state <> 'rejected'
"""
_SAVED = """sum(b.alone_pence)::bigint AS alone_pence, sum(b.net_pence)::bigint AS net_pence,
        sum(b.alone_pence - b.net_pence)::bigint AS saved_pence"""
_SAVINGS_BY_CATEGORY = text(f"""
    SELECT b.category_name, {_SAVED} FROM ({BOUGHT} AND {PERIOD}) b GROUP BY b.category_name ORDER BY b.category_name
""")  # noqa: S608 -- assembled from this module
_SAVINGS = text(f"""
    SELECT b.school_urn, s.name AS school_name, b.category_name, {_SAVED}
    FROM ({BOUGHT} AND {PERIOD}) b JOIN school s ON s.urn = b.school_urn
    GROUP BY GROUPING SETS ((b.category_name), (b.school_urn, s.name, b.category_name))
    ORDER BY s.name, b.school_urn, b.category_name
""")  # noqa: S608 -- assembled from this module
_COMMITMENTS = text(f"""
    SELECT b.school_urn, s.name AS school_name, b.category_name, sum(b.net_pence)::bigint AS ordered_pence,
        sum(CASE WHEN b.quantity = 0 THEN 0 ELSE div(b.net_pence * b.received, b.quantity) END)::bigint
            AS received_pence
    FROM ({BOUGHT}) b JOIN school s ON s.urn = b.school_urn
    WHERE b.settled_at IS NULL AND b.quantity > 0
    GROUP BY b.school_urn, s.name, b.category_name ORDER BY s.name, b.school_urn, b.category_name
""")  # noqa: S608 -- assembled from this module
# Members are counted on the day of the close. A school that is not asked for its own order sees only itself.
_TAKE_UP = text(f"""
    SELECT r.number, r.title, {CLOSED_ON}::text AS closed_on,
        count(*) AS schools, count(*) FILTER (WHERE o.state = 'approved') AS ordered,
        count(*) FILTER (WHERE o.state = 'declined') AS declined,
        count(*) FILTER (WHERE o.state = 'dropped') AS dropped,
        count(*) FILTER (WHERE o.state IS NULL) AS silent, r.round_id::text AS why
    FROM round r
    JOIN school s ON s.joined_on <= {CLOSED_ON} AND (s.left_on IS NULL OR s.left_on >= {CLOSED_ON})
        AND (CAST(:urn AS integer) IS NULL OR s.urn = :urn)
    LEFT JOIN school_order o ON o.round_id = r.round_id AND o.school_urn = s.urn
    WHERE r.closed_at IS NOT NULL AND {PERIOD}
    GROUP BY r.round_id ORDER BY r.closed_at, r.number
""")  # noqa: S608 -- assembled from this module
_WORKLOAD = text("""
    SELECT coalesce(s.name, 'No lead named') AS school_name, w.lead_urn, w.contracts, w.rounds,
        w.purchase_orders, w.drops, w.net_pence
    FROM lead_buyers_work(:closed_from, :closed_to) w LEFT JOIN school s ON s.urn = w.lead_urn
    ORDER BY w.net_pence DESC, s.name
""")
_ROUND_OFFERS = text(f"""
    SELECT b.category_name, b.offer_id::text, b.sku, b.name, b.unit, count(DISTINCT b.school_urn) AS schools,
        sum(b.quantity)::bigint AS quantity, max(b.unit_price) AS unit_price, sum(b.net_pence)::bigint AS net_pence,
        sum(b.alone_pence - b.net_pence)::bigint AS saved_pence
    FROM ({BOUGHT} AND p.round_id = :round_id) b
    GROUP BY b.category_name, b.offer_id, b.sku, b.name, b.unit
    ORDER BY b.category_name, b.name, b.sku, b.offer_id
""")  # noqa: S608 -- assembled from this module
_ROUND_SCHOOLS = text(f"""
    SELECT s.urn AS school_urn, s.name AS school_name, o.state, o.reference, coalesce(b.units, 0)::bigint AS units,
        coalesce(b.net_pence, 0)::bigint AS net_pence, coalesce(b.saved_pence, 0)::bigint AS saved_pence
    FROM school_order o
    JOIN school s ON s.urn = o.school_urn
    LEFT JOIN (
        SELECT school_urn, sum(quantity) AS units, sum(net_pence) AS net_pence,
            sum(alone_pence - net_pence) AS saved_pence
        FROM ({BOUGHT} AND p.round_id = :round_id) bought GROUP BY school_urn
    ) b ON b.school_urn = o.school_urn
    WHERE o.round_id = :round_id ORDER BY s.name, o.school_urn
""")  # noqa: S608 -- assembled from this module
_ROUND_ORDERS = text("""
    SELECT p.number, coalesce(s.name, '') AS supplier_name, coalesce(c.title, '') AS contract_title, p.state,
        count(d.school_urn) AS schools, count(*) FILTER (WHERE d.state = 'received') AS received, p.net_pence,
        p.vat_pence, p.purchase_order_id::text AS why
    FROM purchase_order p
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    LEFT JOIN contract c ON c.contract_id = p.contract_id
    LEFT JOIN school_drop d ON d.purchase_order_id = p.purchase_order_id
    WHERE p.round_id = :round_id
    GROUP BY p.purchase_order_id, s.name, c.title ORDER BY p.number
""")

Rows = Sequence[Row[Any]]


def savings(connection: Connection, closed_from: date, closed_to: date) -> tuple[Rows, Rows]:
    """By category, and by school and category, in pence: alone_pence, net_pence, saved_pence, of rounds closed in the
    period."""
    rows = connection.execute(_SAVINGS, {"closed_from": closed_from, "closed_to": closed_to}).all()
    return [row for row in rows if row.school_urn is None], [row for row in rows if row.school_urn is not None]


def savings_by_category(connection: Connection, closed_from: date, closed_to: date) -> Rows:
    """The first of these alone."""
    return connection.execute(_SAVINGS_BY_CATEGORY, {"closed_from": closed_from, "closed_to": closed_to}).all()


def commitments(connection: Connection) -> Rows:
    """By school and category in pence: ordered and received of purchase orders that are not settled yet."""
    return connection.execute(_COMMITMENTS).all()


def take_up(connection: Connection, closed_from: date, closed_to: date, urn: int | None) -> Rows:
    """By round: how many schools ordered, declined, were dropped or stayed silent; of one school only if given."""
    return connection.execute(_TAKE_UP, {"closed_from": closed_from, "closed_to": closed_to, "urn": urn}).all()


def workload(connection: Connection, closed_from: date, closed_to: date) -> Rows:
    """By the school that leads the contract: contracts, rounds, purchase orders, drops, net in pence."""
    return connection.execute(_WORKLOAD, {"closed_from": closed_from, "closed_to": closed_to}).all()


def round_tables(connection: Connection, round_id: str) -> tuple[Rows, Rows, Rows]:
    """What a round came to: its offers, its schools, its purchase orders."""
    names = {"round_id": round_id}
    offers, schools, orders = (
        connection.execute(query, names).all() for query in (_ROUND_OFFERS, _ROUND_SCHOOLS, _ROUND_ORDERS)
    )
    return offers, schools, orders
