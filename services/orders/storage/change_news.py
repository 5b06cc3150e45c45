"""What is told of a supplier's answer: to whoever must decide, to the schools that it touches, to the other parts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from chassis.event_log import append

# One event for a revision, whatever it changed: its lines as they are now, and each school's part before and after.
_AMENDED = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'PurchaseOrderAmended', 2, 'purchase_order:' || p.purchase_order_id, jsonb_build_object(
        'purchase_order_id', p.purchase_order_id, 'number', p.number, 'supplier_id', p.supplier_id,
        'revision', p.revision, 'amended_at', to_char(CAST(:now AS timestamptz) AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'answer_id', max(a.answer_id::text), 'reason', max(a.reason),
        'lines', (
            SELECT jsonb_agg(jsonb_build_object('line_no', l.line_no, 'sku', coalesce(l.sku, f.sku),
                'name', coalesce(l.name, f.name), 'unit_price', l.unit_price::text, 'quantity', l.quantity,
                'net_pence', l.net_pence) ORDER BY l.line_no)
            FROM purchase_order_line l LEFT JOIN round_offer f USING (round_id, offer_id)
            WHERE l.purchase_order_id = p.purchase_order_id AND l.line_no IN (
                SELECT line_no FROM amendment
                WHERE purchase_order_id = :purchase_order_id AND revision = :revision)),
        'drops', jsonb_agg(jsonb_build_object('school_urn', a.school_urn, 'line_no', a.line_no,
            'quantity_before', a.quantity_before, 'quantity', a.quantity, 'net_before_pence', a.net_before_pence,
            'net_pence', a.net_pence, 'promised_on', a.promised_on) ORDER BY a.line_no, a.school_urn))
    FROM amendment a JOIN purchase_order p USING (purchase_order_id)
    WHERE a.purchase_order_id = :purchase_order_id AND a.revision = :revision
    GROUP BY p.purchase_order_id
""")
_TELL_SCHOOLS = text("""
    INSERT INTO event_log (type, version, key, body)
    SELECT 'DropAmended', 1, 'purchase_order:' || p.purchase_order_id, jsonb_build_object(
        'purchase_order_id', p.purchase_order_id, 'number', p.number, 'title', coalesce(p.title, r.title),
        'supplier_name', coalesce(s.name, ''), 'school_urn', changed.school_urn,
        'school_name', coalesce(school.name, ''), 'revision', p.revision,
        'amended_at', to_char(CAST(:now AS timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'net_before_pence', changed.net_before_pence, 'net_pence', changed.net_pence, 'lines', changed.lines)
    FROM purchase_order p
    LEFT JOIN round r ON r.round_id = p.round_id
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    JOIN LATERAL (
        SELECT a.school_urn, sum(a.net_before_pence) AS net_before_pence, sum(a.net_pence) AS net_pence,
            jsonb_agg(jsonb_build_object('line_no', a.line_no, 'name', coalesce(f.name, l.name),
                'unit', coalesce(l.unit, f.unit), 'quantity_before', a.quantity_before, 'quantity', a.quantity,
                'unit_price_before', coalesce(a.unit_price_before, l.unit_price)::text,
                'unit_price', coalesce(a.unit_price, l.unit_price)::text, 'substitute_name', a.substitute_name,
                'promised_on', a.promised_on, 'shared', a.shared) ORDER BY a.line_no) AS lines
        FROM amendment a JOIN purchase_order_line l USING (purchase_order_id, line_no)
        LEFT JOIN round_offer f ON f.round_id = l.round_id AND f.offer_id = l.offer_id
        WHERE a.purchase_order_id = :purchase_order_id AND a.revision = :revision
        GROUP BY a.school_urn
    ) changed ON true
    LEFT JOIN school ON school.urn = changed.school_urn
    WHERE p.purchase_order_id = :purchase_order_id ORDER BY changed.school_urn
""")
_ABOUT = text("""
    SELECT p.purchase_order_id::text, p.number, coalesce(p.title, r.title) AS title, p.supplier_id::text,
        coalesce(s.name, '') AS supplier_name
    FROM purchase_order p LEFT JOIN round r USING (round_id) LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    WHERE p.purchase_order_id = :purchase_order_id
""")


def tell_of_amendment(connection: Connection, purchase_order_id: str, revision: int, now: datetime) -> None:
    """Tell the other parts what a revision made of the order."""
    connection.execute(_AMENDED, {"purchase_order_id": purchase_order_id, "revision": revision, "now": now})


def tell_schools(connection: Connection, purchase_order_id: str, revision: int, now: datetime) -> None:
    """Tell each school what a revision made of its own part."""
    connection.execute(_TELL_SCHOOLS, {"purchase_order_id": purchase_order_id, "revision": revision, "now": now})


def tell_of_offer(
    connection: Connection, purchase_order_id: str, answer_id: str, lines: Sequence[int], reason: str
) -> None:
    """Tell the managers that a supplier's changes wait for them."""
    body = {"lines": list(lines), "reason": reason or None}
    _tell(connection, "ChangesOffered", purchase_order_id, {"answer_id": answer_id, **body})


def tell_of_decision(connection: Connection, purchase_order_id: str, answer_id: str, decided: dict[str, Any]) -> None:
    """Tell the supplier what became of its changes: decision, reason, lines_taken, lines_declined, order_state."""
    _tell(connection, "ChangesDecided", purchase_order_id, {"answer_id": answer_id, **decided})


def tell_of_answer(
    connection: Connection,
    purchase_order_id: str,
    *,
    answer: str,
    reason: str | None,
    with_changes: bool,
    promised: Sequence[dict[str, Any]],
) -> None:
    """Tell the other parts how the order was answered in the end, and which days were promised for what."""
    body = {"answer": answer, "reason": reason, "with_changes": with_changes, "promised": list(promised)}
    _tell(connection, "PurchaseOrderAcknowledged", purchase_order_id, body, version=2)


def _tell(
    connection: Connection, event_type: str, purchase_order_id: str, body: dict[str, Any], version: int = 1
) -> None:
    about = connection.execute(_ABOUT, {"purchase_order_id": purchase_order_id}).one()._mapping
    append(connection, event_type, key=f"purchase_order:{purchase_order_id}", body={**about, **body}, version=version)
