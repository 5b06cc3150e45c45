"""The close of a round: one computation over its orders, which the preview shows and the close writes.

Orders that take part are the approved ones of schools that are members on the day. Their units are summed for each
offer, the sum chooses the tier, units × price is rounded once (half up), and that net is shared over the schools by
largest remainder, ties to the lowest URN: the same shares as `contracts.allocation.allocate` gives.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_MEMBER = "s.joined_on <= :today AND (s.left_on IS NULL OR s.left_on >= :today)"
_COUNTED = f"""
    counted AS (
        SELECT l.offer_id, l.school_urn, l.quantity
        FROM order_line l
        JOIN school_order o ON o.round_id = l.round_id AND o.school_urn = l.school_urn
        JOIN school s ON s.urn = l.school_urn
        WHERE l.round_id = :round_id AND o.state = 'approved' AND {_MEMBER}
    )
"""  # noqa: S608 -- assembled from this module

_CREATE = """
    CREATE TEMPORARY TABLE closing_line (
        offer_id uuid PRIMARY KEY, contract_id uuid, supplier_id uuid, line_no integer, vat_class text,
        unit_price numeric(12, 4), quantity bigint, net_pence bigint
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE closing_share (
        contract_id uuid, supplier_id uuid, line_no integer, school_urn integer, quantity integer, net_pence bigint
    ) ON COMMIT DROP
"""
_PRICE = text(f"""
    WITH {_COUNTED}, total AS (
        SELECT offer_id, sum(quantity)::bigint AS quantity FROM counted GROUP BY offer_id
    )
    INSERT INTO closing_line
    SELECT f.offer_id, f.contract_id, f.supplier_id,
        row_number() OVER (PARTITION BY f.contract_id, f.supplier_id
            ORDER BY f.category_name, f.name, f.sku, f.offer_id),
        f.vat_class, tier.unit_price, total.quantity, round(total.quantity * tier.unit_price * 100)
    FROM total
    JOIN round_offer f ON f.round_id = :round_id AND f.offer_id = total.offer_id
    JOIN round_tier tier ON tier.round_id = :round_id AND tier.offer_id = total.offer_id
        AND total.quantity >= tier.applies_from AND total.quantity < tier.applies_below
""")  # noqa: S608
_SHARE = text(f"""
    WITH {_COUNTED}, cut AS (
        SELECT line.*, counted.school_urn, counted.quantity AS units,
            div(line.net_pence::numeric * counted.quantity, line.quantity)::bigint AS share,
            mod(line.net_pence::numeric * counted.quantity, line.quantity) AS remainder
        FROM counted JOIN closing_line line USING (offer_id)
    )
    INSERT INTO closing_share
    SELECT contract_id, supplier_id, line_no, school_urn, units,
        share + CASE WHEN row_number() OVER (PARTITION BY offer_id ORDER BY remainder DESC, school_urn)
            <= net_pence - sum(share) OVER (PARTITION BY offer_id) THEN 1 ELSE 0 END
    FROM cut
""")  # noqa: S608

_ORDERS = text("""
    SELECT line.contract_id::text, line.supplier_id::text, coalesce(c.title, '') AS contract_title,
        coalesce(s.name, '') AS supplier_name, line.vat_class, sum(line.net_pence)::bigint AS net_pence
    FROM closing_line line
    LEFT JOIN contract c ON c.contract_id = line.contract_id
    LEFT JOIN supplier s ON s.supplier_id = line.supplier_id
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 3, 1, 2, 5
""")
_LINES = text("""
    SELECT contract_id::text, supplier_id::text, line_no, offer_id::text, unit_price, quantity, net_pence
    FROM closing_line ORDER BY contract_id, supplier_id, line_no
""")
_SCHOOLS = text("""
    SELECT school_urn, s.name AS school_name, sum(net_pence)::bigint AS net_pence, sum(quantity)::bigint AS units,
        count(DISTINCT (contract_id, supplier_id)) AS drops
    FROM closing_share JOIN school s ON s.urn = school_urn
    GROUP BY school_urn, s.name ORDER BY s.name, school_urn
""")
_LEFT_OUT = f"""
    SELECT o.school_urn, s.name AS school_name, o.state,
        CASE WHEN NOT ({_MEMBER}) THEN 'The school had left the alliance by the close.'
            WHEN o.state = 'submitted' THEN 'It was waiting for approval at the close.'
            WHEN o.state = 'returned' THEN 'It had been returned and was not sent again before the close.'
            ELSE 'It had not been sent by the close.' END AS reason
    FROM school_order o JOIN school s ON s.urn = o.school_urn
    WHERE o.round_id = :round_id AND o.state NOT IN ('dropped', 'declined')
        AND (o.state <> 'approved' OR NOT ({_MEMBER}))
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
_ISSUE_LINES = text("""
    INSERT INTO purchase_order_line
        (purchase_order_id, line_no, round_id, supplier_id, offer_id, unit_price, quantity, net_pence)
    SELECT p.purchase_order_id, line.line_no, p.round_id, p.supplier_id, line.offer_id, line.unit_price,
        line.quantity, line.net_pence
    FROM closing_line line JOIN purchase_order p USING (contract_id, supplier_id)
    WHERE p.round_id = :round_id
""")
_ISSUE_DROPS = text("""
    INSERT INTO school_drop (purchase_order_id, school_urn, supplier_id, round_id)
    SELECT DISTINCT p.purchase_order_id, share.school_urn, p.supplier_id, p.round_id
    FROM closing_share share JOIN purchase_order p USING (contract_id, supplier_id)
    WHERE p.round_id = :round_id
""")
_ISSUE_DROP_LINES = text("""
    INSERT INTO drop_line (purchase_order_id, school_urn, line_no, supplier_id, quantity, net_pence)
    SELECT p.purchase_order_id, share.school_urn, share.line_no, p.supplier_id, share.quantity, share.net_pence
    FROM closing_share share JOIN purchase_order p USING (contract_id, supplier_id)
    WHERE p.round_id = :round_id
    ORDER BY 1, 2, 3
""")
_FAULTS = text("""
    WITH share AS (
        SELECT d.purchase_order_id, l.line_no, sum(l.quantity) AS quantity, sum(l.net_pence) AS net_pence
        FROM school_drop d LEFT JOIN drop_line l
            ON l.purchase_order_id = d.purchase_order_id AND l.school_urn = d.school_urn
        WHERE d.round_id = :round_id
        GROUP BY d.purchase_order_id, l.line_no
    )
    SELECT count(*) FROM share
    FULL JOIN (SELECT * FROM purchase_order_line WHERE round_id = :round_id) line USING (purchase_order_id, line_no)
    WHERE (line.quantity, line.net_pence) IS DISTINCT FROM (share.quantity::bigint, share.net_pence::bigint)
""")
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
    SELECT 'DropIssued', 1, 'purchase_order:' || p.purchase_order_id, jsonb_build_object(
        'purchase_order_id', p.purchase_order_id, 'school_urn', share.school_urn, 'lines', jsonb_agg(
            jsonb_build_object(
                'line_no', share.line_no, 'quantity', share.quantity, 'net_pence', share.net_pence)
            ORDER BY share.line_no))
    FROM closing_share share JOIN purchase_order p USING (contract_id, supplier_id)
    WHERE p.round_id = :round_id
    GROUP BY p.number, p.purchase_order_id, share.school_urn
    ORDER BY p.number, share.school_urn
""")


class SharesDoNotAddUp(RuntimeError):
    """A fault of this software: drops and purchase orders differ, so the close must not stand."""


class Close:
    """The close of one round, computed when this is made and kept for the rest of the transaction.

    `today` is the day of the close. Only the kind `service` can count all schools' lines.
    """

    def __init__(self, connection: Connection, round_id: str, today: date) -> None:
        self._connection = connection
        self._values = {"round_id": round_id, "today": today}
        connection.exec_driver_sql(_CREATE)
        connection.execute(_PRICE, self._values)
        connection.execute(_SHARE, self._values)

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
        """Write the purchase orders, their lines and every school's drop, and tell the other parts.

        Raises SharesDoNotAddUp unless every unit and every penny of each line stands in exactly one drop.
        """
        self._connection.execute(_ISSUE, [{**order, "now": now, **self._values} for order in purchase_orders])
        self._connection.execute(_ISSUE_LINES, self._values)
        self._connection.execute(_ISSUE_DROPS, self._values)
        self._connection.execute(_ISSUE_DROP_LINES, self._values)
        if faults := self._connection.execute(_FAULTS, self._values).scalar_one():
            raise SharesDoNotAddUp(f"{faults} lines of the round differ from their drops")
        self._connection.execute(_TELL_ORDERS, self._values)
        self._connection.execute(_TELL_DROPS, self._values)
