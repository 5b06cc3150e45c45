"""What a school has committed to, beside the changes that it has agreed to and that have not taken effect yet."""

from typing import Any

from sqlalchemy import Connection, Row, text

from contracts.vat import vat_rate
from services.orders.domain.amendment import Amendment, CommittedLine, amended_net
from services.orders.domain.school_part import SchoolPart

# A line that the school refused of an answer which still waits for other schools falls to nothing when it ends.
_PARTS = text("""
    WITH waiting AS (
        SELECT a.amendment_id, a.purchase_order_id, a.line_no, a.asked_net_pence,
            CASE a.state WHEN 'refused' THEN 0 ELSE a.quantity END AS quantity
        FROM amendment a JOIN purchase_order p USING (purchase_order_id)
        LEFT JOIN purchase_order_answer w USING (answer_id)
        WHERE a.school_urn = :urn AND p.settled_at IS NULL AND (
            a.state = 'proposed' AND (a.school_agreed_at IS NOT NULL OR a.amendment_id = :amendment_id)
            OR a.state = 'refused' AND w.state = 'with_schools')
    )
    SELECT p.purchase_order_id::text, p.round_id::text, coalesce(l.category_code, f.category_code) AS category_code,
        d.vat_class, d.vat_reduced, r.delivery_from, coalesce(o.fund, 'delegated') = 'delegated' AS delegated,
        w.amendment_id::text, w.quantity AS quantity_after, w.asked_net_pence, p.state, p.settled_at IS NOT NULL AS
        settled, l.unit_price, d.quantity, coalesce(d.quantity_received, 0) AS received, d.net_pence,
        l.quantity AS line_quantity, l.net_pence AS line_net_pence
    FROM drop_line d
    JOIN purchase_order p USING (purchase_order_id)
    JOIN round r USING (round_id)
    JOIN purchase_order_line l ON l.purchase_order_id = d.purchase_order_id AND l.line_no = d.line_no
    LEFT JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
    LEFT JOIN school_order o ON o.round_id = p.round_id AND o.school_urn = d.school_urn
    LEFT JOIN waiting w ON w.purchase_order_id = d.purchase_order_id AND w.line_no = d.line_no
    WHERE d.school_urn = :urn AND p.state <> 'rejected' AND (
        p.round_id = (SELECT round_id FROM purchase_order WHERE purchase_order_id = :purchase_order_id)
        OR p.purchase_order_id IN (SELECT purchase_order_id FROM waiting))
    ORDER BY p.number, d.line_no
""")


def school_parts(connection: Connection, asked: Amendment) -> list[SchoolPart]:
    """All that the school has of the round of a change, and of every other order in which it has agreed to one.

    Each part is as it will be with `asked` and with whatever else the school has agreed to and still waits.
    """
    names = {
        "urn": asked.school_urn,
        "amendment_id": asked.amendment_id,
        "purchase_order_id": asked.purchase_order_id,
    }
    return [_part(row) for row in connection.execute(_PARTS, names)]


def _part(row: Row[Any]) -> SchoolPart:
    return SchoolPart(
        purchase_order_id=row.purchase_order_id,
        round_id=row.round_id,
        category_code=row.category_code,
        vat_rate=vat_rate(row.vat_class, row.delivery_from, reduced=row.vat_reduced),
        on=row.delivery_from,
        delegated=row.delegated,
        amendment_id=row.amendment_id,
        net_pence=row.net_pence,
        net_after_pence=row.net_pence if row.amendment_id is None else _after(row),
    )


def _after(row: Row[Any]) -> int:
    if row.asked_net_pence is not None:
        return int(row.asked_net_pence) if row.quantity_after else 0
    line = CommittedLine(
        row.state,
        row.settled,
        row.unit_price,
        row.quantity,
        row.received,
        row.net_pence,
        row.line_quantity,
        row.line_net_pence,
    )
    return amended_net(line, row.quantity_after)
