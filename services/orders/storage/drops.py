"""The drops of all orders that go to the actor, wherever they stand: for the way from school to school."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

_DROPS = text("""
    SELECT p.purchase_order_id::text, p.number, coalesce(p.title, r.title) AS title, p.state AS order_state,
        d.school_urn, coalesce(s.name, '') AS school_name, to_.site_name, coalesce(to_.address, '') AS address,
        coalesce(to_.postcode, s.postcode, '') AS postcode, coalesce(to_.instructions, '') AS instructions, d.state,
        coalesce(line.promised_on, p.service_to, r.delivery_to) AS due_on, line.line_count, line.units,
        line.units_to_come
    FROM purchase_order p
    JOIN school_drop d USING (purchase_order_id)
    JOIN LATERAL (
        SELECT max(l.promised_on) AS promised_on, count(*) AS line_count, sum(l.quantity)::bigint AS units,
            sum(greatest(l.quantity - coalesce(l.quantity_received, 0), 0))::bigint AS units_to_come
        FROM drop_line l JOIN purchase_order_line o USING (purchase_order_id, line_no)
        WHERE l.purchase_order_id = d.purchase_order_id AND l.school_urn = d.school_urn AND o.kind = 'goods'
    ) line ON line.line_count > 0
    LEFT JOIN round r ON r.round_id = p.round_id
    LEFT JOIN school s ON s.urn = d.school_urn
    LEFT JOIN LATERAL drop_addresses(p.purchase_order_id) to_ ON to_.school_urn = d.school_urn
    WHERE p.state <> 'rejected' AND (NOT :to_come OR d.state <> 'received')
        AND (CAST(:after AS text) IS NULL
            OR (p.number, d.school_urn) > (split_part(:after, '/', 1), split_part(:after, '/', 2)::integer))
    ORDER BY p.number, d.school_urn LIMIT :limit
""")


def drops_of_all(connection: Connection, *, to_come: bool, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Drops of goods that the actor may see, by order and URN, above "number/urn"; `to_come`: not yet received."""
    return connection.execute(_DROPS, {"to_come": to_come, "after": after, "limit": limit}).all()
