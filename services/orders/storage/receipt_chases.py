"""Deliveries of which nobody has said what arrived, and since when they should have been recorded."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

# A drop is due when the despatch on its way is expected; before one is sent, by the day promised for what is not
# recorded, or the end of the window. A line of 0 units (cancelled, or a charge) has nothing to arrive.
_UNRECEIVED = text("""
    SELECT p.purchase_order_id::text, p.number, coalesce(s.name, '') AS supplier_name,
        coalesce(r.title, p.title) AS title, due.on_day AS delivery_to,
        array_agg(d.school_urn ORDER BY d.school_urn) AS school_urns
    FROM purchase_order p
    LEFT JOIN round r USING (round_id)
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    JOIN school_drop d USING (purchase_order_id)
    CROSS JOIN LATERAL (SELECT coalesce(r.delivery_to, p.service_to) AS last_day) planned
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS sent, min(w.expected_on) AS expected_on, max(w.despatched_on) AS despatched_on
        FROM despatch_on_the_way w WHERE w.purchase_order_id = d.purchase_order_id AND w.school_urn = d.school_urn
    ) way
    CROSS JOIN LATERAL (
        SELECT min(coalesce(l.promised_on, planned.last_day)) AS on_day FROM drop_line l
        WHERE l.purchase_order_id = d.purchase_order_id AND l.school_urn = d.school_urn
            AND l.quantity > 0 AND l.quantity_received IS NULL
    ) promised
    CROSS JOIN LATERAL (
        SELECT CASE WHEN way.sent THEN coalesce(way.expected_on, greatest(way.despatched_on, planned.last_day))
            ELSE promised.on_day END AS on_day
    ) due
    WHERE p.state = 'accepted' AND (r.state IN ('ordered', 'delivered') OR r.round_id IS NULL) AND due.on_day < :today
    GROUP BY p.purchase_order_id, p.number, s.name, r.title, p.title, due.on_day
    ORDER BY p.number, due.on_day
""")
_CLAIM = text("""
    UPDATE school_drop SET chased_at = :now
    WHERE purchase_order_id = :purchase_order_id AND school_urn = ANY (CAST(:urns AS integer[]))
        AND (chased_at IS NULL OR chased_at < :due)
    RETURNING school_urn
""")


def unreceived_drops(connection: Connection, today: date) -> Sequence[Row[Any]]:
    """Accepted purchase orders by the day on which drops were due (`delivery_to`, before today), with the schools that
    have yet to record something of them."""
    return connection.execute(_UNRECEIVED, {"today": today}).all()


def claim_chases(
    connection: Connection, purchase_order_id: str, urns: Sequence[int], due: datetime, now: datetime
) -> list[int]:
    """The schools (URNs) among these that the caller is to ask what arrived: nobody has since `due`."""
    names = {"purchase_order_id": purchase_order_id, "urns": list(urns), "due": due, "now": now}
    return sorted(connection.execute(_CLAIM, names).scalars())
