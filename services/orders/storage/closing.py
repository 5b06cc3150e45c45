"""The close of a round as one computation over its orders, shown by the preview and written by the close.

Orders that take part are the approved ones of schools that are members on the day. Their units are summed for each
offer, the sum chooses the tier, units × price is rounded once (half up), and that net is shared over the schools by
largest remainder, ties to the lowest URN: the same shares as `contracts.allocation.allocate` gives.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_MEMBER = "s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today)"

_COMPUTED = f"""
    counted AS (
        SELECT l.offer_id, l.school_urn, l.quantity
        FROM order_line l
        JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
        JOIN school s ON s.urn = l.school_urn
        WHERE l.round_id = :round_id AND o.state = 'approved' AND {_MEMBER}
    ), total AS (
        SELECT offer_id, sum(quantity)::bigint AS quantity FROM counted GROUP BY offer_id
    ), priced AS MATERIALIZED (
        SELECT f.contract_id, f.supplier_id, f.offer_id, f.vat_class, total.quantity, tier.unit_price,
            round(total.quantity * tier.unit_price * 100)::bigint AS net_pence,
            row_number() OVER (PARTITION BY f.contract_id, f.supplier_id
                ORDER BY f.category_name, f.name, f.sku, f.offer_id)::integer AS line_no
        FROM total
        JOIN round_offer f ON f.round_id = :round_id AND f.offer_id = total.offer_id
        JOIN round_tier tier ON tier.round_id = :round_id AND tier.offer_id = total.offer_id
            AND total.quantity >= tier.applies_from AND total.quantity < tier.applies_below
    ), cut AS (
        SELECT priced.contract_id, priced.supplier_id, priced.offer_id, priced.line_no, priced.net_pence AS whole,
            counted.school_urn, counted.quantity,
            div(priced.net_pence::numeric * counted.quantity, priced.quantity)::bigint AS share,
            mod(priced.net_pence::numeric * counted.quantity, priced.quantity) AS remainder
        FROM counted JOIN priced USING (offer_id)
    ), shared AS (
        SELECT contract_id, supplier_id, line_no, school_urn, quantity,
            share + CASE WHEN row_number() OVER (PARTITION BY offer_id ORDER BY remainder DESC, school_urn)
                <= whole - sum(share) OVER (PARTITION BY offer_id) THEN 1 ELSE 0 END AS net_pence
        FROM cut
    )
"""  # noqa: S608 -- assembled from this module

_ORDERS = text(f"""
    WITH {_COMPUTED}
    SELECT priced.contract_id::text, priced.supplier_id::text, coalesce(c.title, '') AS contract_title,
        coalesce(s.name, '') AS supplier_name, priced.vat_class, sum(priced.net_pence)::bigint AS net_pence
    FROM priced
    LEFT JOIN contract c ON c.contract_id = priced.contract_id
    LEFT JOIN supplier s ON s.supplier_id = priced.supplier_id
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 3, 1, 2, 5
""")  # noqa: S608
_LINES = text(f"""
    WITH {_COMPUTED}
    SELECT contract_id::text, supplier_id::text, line_no, offer_id::text, unit_price, quantity, net_pence
    FROM priced ORDER BY contract_id, supplier_id, line_no
""")  # noqa: S608
_SCHOOLS = text(f"""
    WITH {_COMPUTED}
    SELECT shared.school_urn, s.name AS school_name, sum(shared.net_pence)::bigint AS net_pence,
        sum(shared.quantity)::bigint AS units, count(DISTINCT (shared.contract_id, shared.supplier_id)) AS drops
    FROM shared JOIN school s ON s.urn = shared.school_urn
    GROUP BY shared.school_urn, s.name ORDER BY s.name, shared.school_urn
""")  # noqa: S608
_LEFT_OUT = f"""
    SELECT o.school_urn, s.name AS school_name, o.state,
        CASE WHEN NOT ({_MEMBER}) THEN 'The school had left the alliance by the close.'
            WHEN o.state = 'submitted' THEN 'It was waiting for approval at the close.'
            WHEN o.state = 'returned' THEN 'It had been returned and was not sent again before the close.'
            ELSE 'It had not been sent by the close.' END AS reason
    FROM school_order o JOIN school s ON s.urn = o.school_urn
    WHERE o.round_id = :round_id AND o.state <> 'dropped' AND (o.state <> 'approved' OR NOT ({_MEMBER}))
"""  # noqa: S608 -- assembled from this module
_LIST_LEFT_OUT = text(f"{_LEFT_OUT} ORDER BY s.name, o.school_urn")
_DROP = text(f"""
    WITH left_out AS ({_LEFT_OUT}), dropped AS (
        UPDATE school_order o SET state = 'dropped', version = version + 1, updated_at = :now
        FROM left_out WHERE o.round_id = :round_id AND o.school_urn = left_out.school_urn
    )
    INSERT INTO order_history (round_id, school_urn, at, action, detail)
    SELECT :round_id, school_urn, :now, 'dropped', reason FROM left_out
""")  # noqa: S608

_ISSUE = text("""
    INSERT INTO purchase_order
        (purchase_order_id, number, round_id, contract_id, supplier_id, state, issued_at, net_pence, vat_pence)
    VALUES (:purchase_order_id, :number, :round_id, :contract_id, :supplier_id, 'issued', :now, :net_pence, :vat_pence)
""")
_ISSUE_LINES = text(f"""
    WITH {_COMPUTED}
    INSERT INTO purchase_order_line
        (purchase_order_id, line_no, round_id, supplier_id, offer_id, unit_price, quantity, net_pence)
    SELECT p.purchase_order_id, priced.line_no, p.round_id, p.supplier_id, priced.offer_id, priced.unit_price,
        priced.quantity, priced.net_pence
    FROM priced JOIN purchase_order p USING (contract_id, supplier_id)
    WHERE p.round_id = :round_id
""")  # noqa: S608
_ISSUE_DROPS = text(f"""
    WITH {_COMPUTED}, line AS (
        SELECT p.purchase_order_id, shared.* FROM shared JOIN purchase_order p USING (contract_id, supplier_id)
        WHERE p.round_id = :round_id
    ), issued AS (
        INSERT INTO school_drop (purchase_order_id, school_urn, supplier_id, round_id)
        SELECT DISTINCT purchase_order_id, school_urn, supplier_id, CAST(:round_id AS uuid) FROM line
    )
    INSERT INTO drop_line (purchase_order_id, school_urn, line_no, supplier_id, quantity, net_pence)
    SELECT purchase_order_id, school_urn, line_no, supplier_id, quantity, net_pence FROM line
    ORDER BY purchase_order_id, school_urn, line_no
""")  # noqa: S608
_TELL_ORDERS = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'PurchaseOrderIssued', 1, 'purchase_order:' || p.purchase_order_id, jsonb_build_object(
        'purchase_order_id', p.purchase_order_id, 'number', p.number, 'round_id', r.round_id,
        'round_number', r.number, 'round_title', r.title, 'contract_id', p.contract_id,
        'supplier_id', p.supplier_id,
        'issued_at', to_char(p.issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'lines', (
            SELECT jsonb_agg(jsonb_build_object(
                'line_no', l.line_no, 'offer_id', l.offer_id, 'sku', f.sku, 'name', f.name, 'unit', f.unit,
                'category_code', f.category_code, 'ledger_code', f.ledger_code, 'vat_class', f.vat_class,
                'unit_price', l.unit_price::text, 'quantity', l.quantity, 'net_pence', l.net_pence
            ) ORDER BY l.line_no)
            FROM purchase_order_line l JOIN round_offer f USING (round_id, offer_id)
            WHERE l.purchase_order_id = p.purchase_order_id))
    FROM purchase_order p JOIN round r USING (round_id)
    WHERE p.round_id = :round_id
    ORDER BY p.number
""")
_TELL_DROPS = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'DropIssued', 1, 'purchase_order:' || purchase_order_id, jsonb_build_object(
        'purchase_order_id', purchase_order_id, 'school_urn', school_urn, 'lines', jsonb_agg(
            jsonb_build_object('line_no', l.line_no, 'quantity', l.quantity, 'net_pence', l.net_pence)
            ORDER BY l.line_no))
    FROM school_drop d JOIN drop_line l USING (purchase_order_id, school_urn)
    WHERE d.round_id = :round_id
    GROUP BY purchase_order_id, school_urn
    ORDER BY purchase_order_id, school_urn
""")


class Close:
    """The close of one round, computed from what stands in the database when each method is called.

    The caller holds the round's row, so nothing changes between them. `today` is the day of the close.
    """

    def __init__(self, connection: Connection, round_id: str, today: date) -> None:
        self._connection = connection
        self._values = {"round_id": round_id, "today": today}

    def orders(self) -> Sequence[Row[Any]]:
        """For each purchase order and VAT class the net in pence: contract, supplier, vat_class, net_pence."""
        return self._connection.execute(_ORDERS, self._values).all()

    def lines(self) -> Sequence[Row[Any]]:
        """The lines of all purchase orders: line_no, offer_id, unit_price, quantity, net_pence."""
        return self._connection.execute(_LINES, self._values).all()

    def schools(self) -> Sequence[Row[Any]]:
        """Each school's units, net in pence and number of drops; never its lines."""
        return self._connection.execute(_SCHOOLS, self._values).all()

    def left_out(self) -> Sequence[Row[Any]]:
        """The orders that are not part of the round: school, state and reason."""
        return self._connection.execute(_LIST_LEFT_OUT, self._values).all()

    def drop_left_out(self, now: datetime) -> None:
        """Put those orders into the state `dropped`, with the reason in their history."""
        self._connection.execute(_DROP, {**self._values, "now": now})

    def issue(self, purchase_orders: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Write the purchase orders, their lines and every school's drop, and tell the other parts."""
        self._connection.execute(_ISSUE, [{**order, "now": now, **self._values} for order in purchase_orders])
        self._connection.execute(_ISSUE_LINES, self._values)
        self._connection.execute(_ISSUE_DROPS, self._values)
        self._connection.execute(_TELL_ORDERS, self._values)
        self._connection.execute(_TELL_DROPS, self._values)
