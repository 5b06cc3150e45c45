"""What schools found short, damaged or wrong, and what suppliers answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from services.orders.domain.claim import Promise

# A claim is settled once its line has all that was ordered, or the order was amended to what it has.
_CLAIMS = """
    SELECT l.receipt_id::text, l.line_no, l.purchase_order_id::text, p.number, coalesce(p.title, o.title) AS title,
        l.school_urn, coalesce(s.name, '') AS school_name, l.supplier_id::text,
        coalesce(u.name, '') AS supplier_name, coalesce(i.name, f.name) AS name, coalesce(i.sku, f.sku) AS sku,
        coalesce(i.unit, f.unit) AS unit, d.quantity AS quantity_ordered,
        d.quantity - coalesce(d.quantity_received, 0) AS outstanding, l.quantity_received < 0 AS late,
        l.quantity_short, l.quantity_damaged, l.quantity_wrong, l.note, r.note AS receipt_note, r.recorded_at,
        a.answer, a.redeliver_by, a.note AS answer_note, a.answered_at,
        coalesce((SELECT json_agg(photo.photo_id ORDER BY photo.kept_at, photo.photo_id) FROM receipt_photo photo
            WHERE photo.receipt_id = l.receipt_id AND photo.line_no = l.line_no), '[]'::json) AS photos
    FROM receipt_line l
    JOIN receipt r USING (receipt_id)
    JOIN drop_line d ON d.purchase_order_id = l.purchase_order_id AND d.school_urn = l.school_urn
        AND d.line_no = l.line_no
    JOIN purchase_order p ON p.purchase_order_id = l.purchase_order_id
    JOIN purchase_order_line i ON i.purchase_order_id = l.purchase_order_id AND i.line_no = l.line_no
    LEFT JOIN round_offer f ON f.round_id = i.round_id AND f.offer_id = i.offer_id
    LEFT JOIN round o ON o.round_id = p.round_id
    LEFT JOIN school s ON s.urn = l.school_urn
    LEFT JOIN supplier u ON u.supplier_id = l.supplier_id
    LEFT JOIN LATERAL (
        SELECT * FROM claim_answer given WHERE given.receipt_id = l.receipt_id AND given.line_no = l.line_no
        ORDER BY given.id DESC LIMIT 1
    ) a ON true
    WHERE l.quantity_short + l.quantity_damaged + l.quantity_wrong > 0
"""
_LIST = text(f"""
    {_CLAIMS}
        AND (CAST(:purchase_order_id AS uuid) IS NULL OR l.purchase_order_id = CAST(:purchase_order_id AS uuid))
        AND (NOT :unsettled OR d.quantity > coalesce(d.quantity_received, 0))
        AND (CAST(:after_at AS timestamptz) IS NULL
            OR (r.recorded_at, l.receipt_id, l.line_no) < (:after_at, CAST(:after_receipt AS uuid), :after_line))
    ORDER BY r.recorded_at DESC, l.receipt_id DESC, l.line_no DESC LIMIT :limit
""")
_FIND = text(f"{_CLAIMS} AND l.receipt_id = :receipt_id AND l.line_no = :line_no")
_ANSWER = text("""
    INSERT INTO claim_answer (receipt_id, line_no, purchase_order_id, school_urn, supplier_id, answer, redeliver_by,
        note, answered_at, answered_by)
    SELECT receipt_id, line_no, purchase_order_id, school_urn, supplier_id, :answer, :redeliver_by, :note, :now, :person
    FROM receipt_line WHERE receipt_id = :receipt_id AND line_no = :line_no
""")

After = tuple[datetime, str, int]
"""Where a page ended: when the claim's receipt was recorded, the receipt's id, the line's number."""


def list_claims(
    connection: Connection, *, purchase_order_id: str | None, unsettled: bool, after: After | None, limit: int
) -> Sequence[Row[Any]]:
    """The claims that the actor may see, the latest first; with `unsettled` those whose line still lacks units."""
    at, receipt, line_no = after or (None, None, None)
    names = {"purchase_order_id": purchase_order_id, "unsettled": unsettled, "limit": limit}
    return connection.execute(_LIST, {**names, "after_at": at, "after_receipt": receipt, "after_line": line_no}).all()


def find_claim(connection: Connection, receipt_id: str, line_no: int) -> Row[Any] | None:
    """One claim; None where there is none that the actor may see."""
    return connection.execute(_FIND, {"receipt_id": receipt_id, "line_no": line_no}).one_or_none()


def add_answer(
    connection: Connection, receipt_id: str, line_no: int, promise: Promise, *, person: str, now: datetime
) -> None:
    """Keep what the supplier answers; it stands in place of an earlier answer."""
    names = {"receipt_id": receipt_id, "line_no": line_no, "answer": promise.answer, "note": promise.note}
    connection.execute(_ANSWER, {**names, "redeliver_by": promise.redeliver_by, "person": person, "now": now})
