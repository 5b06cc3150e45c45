"""Lines that an answer cancelled: recorded as received with nothing, for all schools at once, so that nobody waits."""

from datetime import datetime

from sqlalchemy import Connection, text

from chassis.actor import SERVICE
from contracts.london import london_day

_NOTE = "Cancelled by the supplier’s answer; nothing is to come."
_RECORD = text("""
    WITH cancelled AS (
        SELECT a.purchase_order_id, a.school_urn, a.supplier_id, a.line_no FROM amendment a
        WHERE a.purchase_order_id = :purchase_order_id AND a.revision = :revision AND a.quantity = 0
            AND a.quantity_before > 0
    ), receipt AS (
        INSERT INTO receipt (receipt_id, purchase_order_id, school_urn, supplier_id, recorded_at, recorded_by, note,
            arrived_on)
        SELECT gen_random_uuid(), purchase_order_id, school_urn, supplier_id, :now, :person, :note, :today
        FROM cancelled GROUP BY 2, 3, 4
        RETURNING receipt_id, purchase_order_id, school_urn, supplier_id
    ), listed AS (
        INSERT INTO receipt_line (receipt_id, line_no, purchase_order_id, school_urn, supplier_id, quantity_received)
        SELECT r.receipt_id, a.line_no, a.purchase_order_id, a.school_urn, a.supplier_id, 0
        FROM receipt r JOIN amendment a USING (purchase_order_id, school_urn)
        WHERE a.revision = :revision AND a.quantity = 0 AND a.quantity_before > 0
    ), written AS (
        UPDATE drop_line d SET quantity_received = coalesce(d.quantity_received, 0) FROM cancelled c
        WHERE d.purchase_order_id = c.purchase_order_id AND d.school_urn = c.school_urn AND d.line_no = c.line_no
    )
    INSERT INTO event_log (type, version, key, body)
    SELECT 'ReceiptRecorded', 2, 'purchase_order:' || r.purchase_order_id, jsonb_build_object(
        'receipt_id', r.receipt_id, 'purchase_order_id', r.purchase_order_id, 'number', p.number,
        'school_urn', r.school_urn, 'school_name', coalesce(s.name, ''), 'supplier_id', r.supplier_id,
        'recorded_at', to_char(CAST(:now AS timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'arrived_on', CAST(:today AS text), 'despatch_id', NULL,
        'lines', told.lines)
    FROM receipt r JOIN purchase_order p USING (purchase_order_id) LEFT JOIN school s ON s.urn = r.school_urn
    JOIN (
        SELECT school_urn, jsonb_agg(jsonb_build_object('line_no', line_no, 'quantity_received', 0,
            'quantity_short', 0, 'quantity_damaged', 0, 'quantity_wrong', 0) ORDER BY line_no) AS lines
        FROM cancelled GROUP BY school_urn
    ) told ON told.school_urn = r.school_urn
    ORDER BY r.school_urn
""")
_DROP_STATES = text("""
    UPDATE school_drop d SET state = lines.state
    FROM (
        SELECT school_urn, CASE WHEN bool_and(quantity_received IS NULL) THEN 'awaited'
            WHEN bool_and(coalesce(quantity_received, 0) = l.quantity) THEN 'received' ELSE 'part' END AS state
        FROM drop_line l JOIN purchase_order_line line USING (purchase_order_id, line_no)
        WHERE l.purchase_order_id = :purchase_order_id AND line.kind <> 'charge' GROUP BY school_urn
    ) lines
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = lines.school_urn AND d.state <> lines.state
""")


def record(connection: Connection, purchase_order_id: str, revision: int, now: datetime) -> None:
    """Record that nothing comes of what the revision cancelled, and tell of it as of any other receipt."""
    names = {"purchase_order_id": purchase_order_id}
    told = {"now": now, "today": london_day(now).isoformat(), "person": SERVICE.name, "note": _NOTE}
    connection.execute(_RECORD, {**names, **told, "revision": revision})
    connection.execute(_DROP_STATES, names)
