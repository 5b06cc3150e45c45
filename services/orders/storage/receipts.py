"""What schools recorded of their drops: receipts, what they found wrong, and the photos of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from services.orders.domain.receipt import CLAIM_DAYS, AwaitedLine, ReceivedLine

_LOCK_DROP = text("""
    SELECT p.state, p.round_id::text, d.supplier_id::text, p.number, coalesce(s.name, '') AS school_name,
        CAST(p.issued_at AT TIME ZONE 'Europe/London' AS date) AS issued_on,
        CAST(coalesce(k.terms ->> 'claim_days', c.terms ->> 'claim_days', :claim_days) AS integer) AS claim_days
    FROM school_drop d JOIN purchase_order p USING (purchase_order_id)
    LEFT JOIN school s ON s.urn = d.school_urn
    LEFT JOIN contract c ON c.contract_id = p.contract_id
    LEFT JOIN round_contract k ON k.round_id = p.round_id AND k.contract_id = p.contract_id
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = :urn
    FOR UPDATE OF d
""")
# Charges are not received, and left out.
_AWAITED = text("""
    SELECT d.line_no, coalesce(l.name, f.name) AS name, d.quantity,
        (SELECT json_agg(json_build_array(CAST(r.recorded_at AT TIME ZONE 'Europe/London' AS date),
                seen.quantity_received) ORDER BY r.recorded_at, r.receipt_id)
            FROM receipt_line seen JOIN receipt r USING (receipt_id)
            WHERE seen.purchase_order_id = d.purchase_order_id AND seen.school_urn = d.school_urn
                AND seen.line_no = d.line_no) AS history
    FROM drop_line d JOIN purchase_order_line l USING (purchase_order_id, line_no)
    LEFT JOIN round_offer f USING (round_id, offer_id)
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = :urn AND l.kind <> 'charge'
""")
_RECORD = text("""
    WITH receipt AS (
        INSERT INTO receipt (receipt_id, purchase_order_id, school_urn, supplier_id, recorded_at, recorded_by, note,
            despatch_id, arrived_on)
        VALUES (:receipt_id, :purchase_order_id, :urn, :supplier_id, :now, :person, :note, :despatch_id, :arrived_on)
    ), line AS (
        SELECT * FROM jsonb_to_recordset(CAST(:lines AS jsonb))
            AS l(line_no integer, received integer, short integer, damaged integer, wrong integer, note text)
    ), listed AS (
        INSERT INTO receipt_line (receipt_id, line_no, purchase_order_id, school_urn, supplier_id, quantity_received,
            quantity_short, quantity_damaged, quantity_wrong, note)
        SELECT :receipt_id, line_no, :purchase_order_id, :urn, :supplier_id, received, short, damaged, wrong, note
        FROM line
    ), drop AS (
        UPDATE school_drop SET state = :state WHERE purchase_order_id = :purchase_order_id AND school_urn = :urn
    )
    UPDATE drop_line d SET quantity_received = coalesce(d.quantity_received, 0) + line.received
    FROM line
    WHERE d.purchase_order_id = :purchase_order_id AND d.school_urn = :urn AND d.line_no = line.line_no
""")
_DESPATCH = text("""
    SELECT 1 FROM despatch_line WHERE despatch_id = :despatch_id AND purchase_order_id = :purchase_order_id
        AND school_urn = :urn LIMIT 1
""")
_KEEP_PHOTO = text("""
    INSERT INTO receipt_photo (photo_id, purchase_order_id, school_urn, supplier_id, media_type, sha256, content,
        kept_at)
    VALUES (:photo_id, :purchase_order_id, :urn, :supplier_id, :media_type, sha256(:content), :content, :now)
""")
_ATTACH = text("""
    UPDATE receipt_photo p SET receipt_id = :receipt_id, line_no = sent.line_no
    FROM jsonb_to_recordset(CAST(:photos AS jsonb)) AS sent(photo_id uuid, line_no integer)
    WHERE p.photo_id = sent.photo_id AND p.purchase_order_id = :purchase_order_id AND p.school_urn = :urn
        AND p.receipt_id IS NULL
""")
_PHOTO = text("""
    SELECT media_type, content FROM receipt_photo WHERE purchase_order_id = :purchase_order_id AND photo_id = :photo_id
""")
_FORGET_PHOTOS = text("DELETE FROM receipt_photo WHERE receipt_id IS NULL AND kept_at < :before")
_RECEIPTS = text("""
    SELECT r.receipt_id::text, r.school_urn, coalesce(s.name, '') AS school_name, r.recorded_at, r.recorded_by,
        r.arrived_on, r.despatch_id::text, r.note,
        (SELECT json_agg(json_build_object('line_no', l.line_no, 'quantity_received', l.quantity_received,
                'quantity_short', l.quantity_short, 'quantity_damaged', l.quantity_damaged,
                'quantity_wrong', l.quantity_wrong, 'note', l.note,
                'photos', coalesce((SELECT json_agg(p.photo_id ORDER BY p.kept_at, p.photo_id) FROM receipt_photo p
                    WHERE p.receipt_id = l.receipt_id AND p.line_no = l.line_no), '[]'::json))
                ORDER BY l.line_no)
            FROM receipt_line l WHERE l.receipt_id = r.receipt_id) AS lines
    FROM receipt r LEFT JOIN school s ON s.urn = r.school_urn
    WHERE r.purchase_order_id = :purchase_order_id
    ORDER BY r.recorded_at, r.receipt_id
""")


def lock_drop(
    connection: Connection, purchase_order_id: str, urn: int
) -> tuple[Row[Any], dict[int, AwaitedLine]] | None:
    """A school's drop held against other receipts, with the goods and services in it by line number; None for no drop.

    The row has state, round_id, number, issued_on and claim_days of the order, supplier_id and school_name.
    """
    names = {"purchase_order_id": purchase_order_id, "urn": urn}
    row = connection.execute(_LOCK_DROP, {**names, "claim_days": str(CLAIM_DAYS)}).one_or_none()
    if row is None:
        return None
    return row, {
        line.line_no: AwaitedLine(
            line.name, line.quantity, [(date.fromisoformat(day), units) for day, units in line.history or ()]
        )
        for line in connection.execute(_AWAITED, names)
    }


def write_receipt(connection: Connection, receipt: Mapping[str, Any], lines: Sequence[ReceivedLine]) -> None:
    """Keep a receipt (its columns, and the drop's `state` after it) and add its lines to what was received."""
    connection.execute(_RECORD, {**receipt, "lines": json.dumps([asdict(line) for line in lines])})


def is_despatch_of(connection: Connection, despatch_id: str, purchase_order_id: str, urn: int) -> bool:
    """Whether the despatch brought something of the purchase order to this school."""
    names = {"despatch_id": despatch_id, "purchase_order_id": purchase_order_id, "urn": urn}
    return connection.execute(_DESPATCH, names).one_or_none() is not None


def keep_photo(connection: Connection, photo: Mapping[str, Any]) -> None:
    """Keep a photo that belongs to no receipt yet: photo_id, purchase_order_id, urn, supplier_id, media_type, content,
    now."""
    connection.execute(_KEEP_PHOTO, photo)


def attach_photos(
    connection: Connection, receipt_id: str, purchase_order_id: str, urn: int, photos: Sequence[tuple[str, int]]
) -> int:
    """Give (photo_id, line_no) to a receipt; returns how many were there to give."""
    sent = json.dumps([{"photo_id": photo_id, "line_no": line_no} for photo_id, line_no in photos])
    names = {"receipt_id": receipt_id, "purchase_order_id": purchase_order_id, "urn": urn, "photos": sent}
    return connection.execute(_ATTACH, names).rowcount


def find_photo(connection: Connection, purchase_order_id: str, photo_id: str) -> Row[Any] | None:
    """(media_type, content) of a photo; None where the actor may not see it."""
    return connection.execute(_PHOTO, {"purchase_order_id": purchase_order_id, "photo_id": photo_id}).one_or_none()


def forget_photos(connection: Connection, before: datetime) -> int:
    """Delete photos kept before an instant whose receipt was never recorded; returns how many."""
    return connection.execute(_FORGET_PHOTOS, {"before": before}).rowcount


def receipts_of(connection: Connection, purchase_order_id: str) -> Sequence[Row[Any]]:
    """The receipts of a purchase order that the actor may see, the oldest first, each with its lines as JSON."""
    return connection.execute(_RECEIPTS, {"purchase_order_id": purchase_order_id}).all()
