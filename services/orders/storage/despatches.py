"""Despatches: what may be sent of a purchase order, what was sent, and the documents that said so."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from chassis.numbers import next_number
from services.orders.domain.despatch import Despatch, Place, SentLine, ToSend

_HOLD = text("SELECT hold_drops(CAST(:purchase_order_id AS uuid))")
_ORDER = text("""
    SELECT p.purchase_order_id::text, p.number, p.state, coalesce(p.title, r.title) AS title, p.supplier_id::text,
        coalesce(s.name, '') AS supplier_name, CAST(p.issued_at AT TIME ZONE 'Europe/London' AS date) AS issued_on
    FROM purchase_order p LEFT JOIN round r USING (round_id) LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
    WHERE p.purchase_order_id = :purchase_order_id
""")
_PLACES = text("SELECT school_urn FROM school_drop WHERE purchase_order_id = :purchase_order_id ORDER BY school_urn")
_BY_NUMBER = text("SELECT purchase_order_id::text FROM purchase_order WHERE number = :number")
# Services are not sent, and charges neither.
_TO_SEND = text("""
    SELECT d.school_urn, d.line_no, coalesce(l.name, f.name) AS name, coalesce(l.unit, f.unit) AS unit,
        coalesce(l.sku, f.sku) AS sku, d.quantity, coalesce(d.quantity_received, 0) AS received,
        coalesce(way.quantity, 0) AS on_the_way
    FROM drop_line d
    JOIN purchase_order_line l USING (purchase_order_id, line_no)
    LEFT JOIN round_offer f USING (round_id, offer_id)
    LEFT JOIN (
        SELECT school_urn, line_no, sum(quantity)::integer AS quantity FROM despatch_on_the_way
        WHERE purchase_order_id = :purchase_order_id GROUP BY school_urn, line_no
    ) way USING (school_urn, line_no)
    WHERE d.purchase_order_id = :purchase_order_id AND l.kind = 'goods'
    ORDER BY d.school_urn, d.line_no
""")
_ADD = text("""
    INSERT INTO despatch (despatch_id, number, purchase_order_id, supplier_id, despatched_on, expected_on, carrier,
        tracking, reference, note, recorded_at, recorded_by)
    VALUES (:despatch_id, :number, :purchase_order_id, :supplier_id, :despatched_on, :expected_on,
        nullif(:carrier, ''), nullif(:tracking, ''), nullif(:reference, ''), :note, :now, :person)
    ON CONFLICT DO NOTHING
    RETURNING 1
""")
_ADD_LINES = text("""
    INSERT INTO despatch_line (despatch_id, school_urn, line_no, purchase_order_id, supplier_id, quantity)
    SELECT :despatch_id, school_urn, line_no, :purchase_order_id, :supplier_id, quantity
    FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS sent(school_urn integer, line_no integer, quantity integer)
""")
_ADD_FILE = text("""
    INSERT INTO despatch_file (despatch_id, supplier_id, media_type, sha256, content)
    VALUES (:despatch_id, :supplier_id, :media_type, sha256(:content), :content)
""")
_LIST = text("""
    SELECT d.despatch_id::text, d.number, d.despatched_on, d.expected_on, d.carrier, d.tracking, d.reference, d.note,
        d.recorded_at, encode(f.sha256, 'hex') AS sha256, sent.drops
    FROM despatch d
    LEFT JOIN despatch_file f USING (despatch_id)
    JOIN LATERAL (
        SELECT json_agg(json_build_object('school_urn', school.school_urn, 'school_name', school.school_name,
            'lines', school.lines) ORDER BY school.school_name, school.school_urn) AS drops
        FROM (
            SELECT l.school_urn, coalesce(s.name, '') AS school_name, json_agg(json_build_object('line_no', l.line_no,
                'quantity', l.quantity, 'on_the_way', way.line_no IS NOT NULL) ORDER BY l.line_no) AS lines
            FROM despatch_line l LEFT JOIN school s ON s.urn = l.school_urn
            LEFT JOIN despatch_on_the_way way USING (despatch_id, school_urn, line_no)
            WHERE l.despatch_id = d.despatch_id GROUP BY l.school_urn, s.name
        ) school
    ) sent ON true
    WHERE d.purchase_order_id = :purchase_order_id
        AND (CAST(:despatch_id AS uuid) IS NULL OR d.despatch_id = CAST(:despatch_id AS uuid))
    ORDER BY d.number
""")
_FILE = text("""
    SELECT f.media_type, f.content, d.number FROM despatch_file f JOIN despatch d USING (despatch_id)
    WHERE f.despatch_id = :despatch_id AND d.purchase_order_id = :purchase_order_id
""")


def find_order(connection: Connection, purchase_order_id: str) -> Row[Any] | None:
    """What a despatch says of its order; None where the actor may not see it."""
    return connection.execute(_ORDER, {"purchase_order_id": purchase_order_id}).one_or_none()


def order_by_number(connection: Connection, number: str) -> str | None:
    """The id of the purchase order with this number, if the actor may see it."""
    found: str | None = connection.execute(_BY_NUMBER, {"number": number}).scalar_one_or_none()
    return found


def schools_by_place(connection: Connection, purchase_order_id: str) -> list[int]:
    """The URNs of an order's drops in the order in which its documents count them."""
    return list(connection.execute(_PLACES, {"purchase_order_id": purchase_order_id}).scalars())


def hold_drops(connection: Connection, purchase_order_id: str) -> None:
    """Let receipts and other despatches of the actor's purchase order wait until this transaction ends."""
    connection.execute(_HOLD, {"purchase_order_id": purchase_order_id})


def outstanding_lines(connection: Connection, purchase_order_id: str) -> Sequence[Row[Any]]:
    """By school and line of goods: ordered (`quantity`), `received` as good, and sent but not answered for yet."""
    return connection.execute(_TO_SEND, {"purchase_order_id": purchase_order_id}).all()


def to_send(connection: Connection, purchase_order_id: str) -> dict[Place, ToSend]:
    """What may be sent now, by school and line; 0 units where all has arrived or is on its way."""
    return {
        (row.school_urn, row.line_no): ToSend(
            max(0, row.quantity - row.received - row.on_the_way), row.name, row.unit, row.sku
        )
        for row in outstanding_lines(connection, purchase_order_id)
    }


def add_despatch(
    connection: Connection,
    despatch_id: str,
    purchase_order: Row[Any],
    despatch: Despatch,
    lines: Sequence[SentLine],
    *,
    person: str,
    now: datetime,
) -> str | None:
    """Keep a despatch with its lines; its number, or None where the supplier used the same reference before."""
    of_order = {
        "despatch_id": despatch_id,
        "purchase_order_id": purchase_order.purchase_order_id,
        "supplier_id": purchase_order.supplier_id,
    }
    number = next_number(connection, "DN")
    names = {**of_order, **asdict(despatch), "number": number, "person": person, "now": now}
    if connection.execute(_ADD, names).one_or_none() is None:
        return None
    connection.execute(_ADD_LINES, {**of_order, "lines": json.dumps([asdict(line) for line in lines])})
    return number


def add_file(connection: Connection, despatch_id: str, supplier_id: str, media_type: str, content: bytes) -> None:
    """Keep the document that a despatch was read from, with its hash."""
    names: Mapping[str, Any] = {"despatch_id": despatch_id, "supplier_id": supplier_id}
    connection.execute(_ADD_FILE, {**names, "media_type": media_type, "content": content})


def despatches_of(connection: Connection, purchase_order_id: str, despatch_id: str | None = None) -> Sequence[Row[Any]]:
    """The despatches of a purchase order (or the one) with their drops as JSON; a school gets its own part."""
    return connection.execute(_LIST, {"purchase_order_id": purchase_order_id, "despatch_id": despatch_id}).all()


def find_file(connection: Connection, purchase_order_id: str, despatch_id: str) -> Row[Any] | None:
    """(media_type, content, number) of the document of a despatch."""
    return connection.execute(_FILE, {"purchase_order_id": purchase_order_id, "despatch_id": despatch_id}).one_or_none()
