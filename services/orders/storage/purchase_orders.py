"""Purchase orders and their drops."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

_HEADER = """
    SELECT p.purchase_order_id::text, p.number, p.round_id::text, r.number AS round_number, r.title AS round_title,
        coalesce(p.title, r.title) AS title, p.plan_id::text, p.contract_id::text,
        coalesce(c.title, '') AS contract_title, p.supplier_id::text, coalesce(s.name, '') AS supplier_name, p.state,
        p.reason, p.issued_at, p.acknowledged_at, coalesce(p.service_from, r.delivery_from) AS delivery_from,
        coalesce(p.service_to, r.delivery_to) AS delivery_to, p.net_pence, p.vat_pence, p.version, p.revision,
        coalesce(
            (SELECT a.state FROM purchase_order_answer a
                WHERE a.purchase_order_id = p.purchase_order_id AND a.state IN ('waiting', 'with_schools')),
            (SELECT 'with_schools' FROM amendment a
                WHERE a.purchase_order_id = p.purchase_order_id AND a.state = 'proposed' AND a.answer_id IS NOT NULL
                    AND a.school_agreed_at IS NULL LIMIT 1)) AS answer_state,
        (SELECT count(*) FROM school_drop d WHERE d.purchase_order_id = p.purchase_order_id) AS drop_count,
        (SELECT count(*) FROM school_drop d
            WHERE d.purchase_order_id = p.purchase_order_id AND d.state = 'received') AS received_count
    FROM purchase_order p
    LEFT JOIN round r ON r.round_id = p.round_id
    LEFT JOIN contract c ON c.contract_id = p.contract_id
    LEFT JOIN supplier s ON s.supplier_id = p.supplier_id
"""
_FIND = text(f"{_HEADER} WHERE p.purchase_order_id = :purchase_order_id")
_LIST = text(f"""
    {_HEADER}
    WHERE (CAST(:round_id AS uuid) IS NULL OR p.round_id = CAST(:round_id AS uuid))
        AND (CAST(:plan_id AS uuid) IS NULL OR p.plan_id = CAST(:plan_id AS uuid))
        AND (CAST(:after AS text) IS NULL OR (length(p.number), p.number) < (length(:after), :after))
    ORDER BY length(p.number) DESC, p.number DESC LIMIT :limit
""")
# Goods have their words from the offer, charges and services their own.
_LINES = text("""
    SELECT l.line_no, l.kind, l.offer_id::text, coalesce(l.sku, f.sku) AS sku, coalesce(l.name, f.name) AS name,
        coalesce(l.unit, f.unit) AS unit, coalesce(l.vat_class, f.vat_class) AS vat_class, l.unit_price, l.quantity,
        l.net_pence
    FROM purchase_order_line l LEFT JOIN round_offer f USING (round_id, offer_id)
    WHERE l.purchase_order_id = :purchase_order_id ORDER BY l.line_no
""")
_DROPS = text("""
    SELECT d.school_urn, coalesce(s.name, '') AS school_name, to_.site_name, coalesce(to_.address, '') AS address,
        coalesce(to_.postcode, s.postcode, '') AS postcode, coalesce(s.town, '') AS town,
        coalesce(to_.instructions, '') AS instructions, coalesce(to_.note, '') AS note, d.state,
        (SELECT json_agg(json_build_object('line_no', l.line_no, 'quantity', l.quantity, 'net_pence', l.net_pence,
                'vat_class', l.vat_class, 'vat_reduced', l.vat_reduced, 'vat_certificate', l.vat_certificate,
                'quantity_received', coalesce(l.quantity_received, 0), 'promised_on', l.promised_on,
                'note', coalesce(to_.line_notes ->> l.line_no::text, '')) ORDER BY l.line_no)
            FROM drop_line l
            WHERE l.purchase_order_id = d.purchase_order_id AND l.school_urn = d.school_urn) AS lines
    FROM school_drop d LEFT JOIN school s ON s.urn = d.school_urn
    LEFT JOIN drop_addresses(:purchase_order_id) to_ ON to_.school_urn = d.school_urn
    WHERE d.purchase_order_id = :purchase_order_id
    ORDER BY s.name, d.school_urn
""")
_SCHOOL_NETS = text("""
    SELECT purchase_order_id::text, vat_class, vat_reduced, sum(net_pence)::bigint AS net_pence
    FROM drop_line WHERE school_urn = :urn AND purchase_order_id = ANY (CAST(:purchase_order_ids AS uuid[]))
    GROUP BY 1, 2, 3
""")
_LOCK = text("""
    SELECT state, round_id::text FROM purchase_order WHERE purchase_order_id = :purchase_order_id FOR UPDATE
""")
_ANSWER = text("""
    UPDATE purchase_order SET state = :answer, reason = :reason, acknowledged_at = :now, acknowledged_by = :person,
        version = version + 1
    WHERE purchase_order_id = :purchase_order_id
""")
_SETTLE = text("""
    UPDATE purchase_order SET settled_at = now()
    WHERE purchase_order_id = ANY (CAST(:purchase_order_ids AS uuid[])) AND state = 'accepted' AND settled_at IS NULL
    RETURNING round_id::text
""")
_ADVANCE = text("SELECT advance_round(CAST(:round_id AS uuid))")


def find_purchase_order(connection: Connection, purchase_order_id: str) -> Row[Any] | None:
    """A purchase order without its lines and drops; None where the actor may not see it."""
    return connection.execute(_FIND, {"purchase_order_id": purchase_order_id}).one_or_none()


def list_purchase_orders(
    connection: Connection, *, round_id: str | None, plan_id: str | None, after: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Purchase orders that the actor may see, the highest number first, below the number `after`."""
    names = {"round_id": round_id, "plan_id": plan_id, "after": after, "limit": limit}
    return connection.execute(_LIST, names).all()


def lines_of(connection: Connection, purchase_order_id: str) -> Sequence[Row[Any]]:
    """The lines with the quantities of all schools together; a school gets those that it ordered itself."""
    return connection.execute(_LINES, {"purchase_order_id": purchase_order_id}).all()


def drops_of(connection: Connection, purchase_order_id: str) -> Sequence[Row[Any]]:
    """The drops that the actor may see, each with its lines as JSON."""
    return connection.execute(_DROPS, {"purchase_order_id": purchase_order_id}).all()


def school_nets(connection: Connection, purchase_order_ids: Sequence[str], urn: int) -> Sequence[Row[Any]]:
    """One school's net in pence in each purchase order, by VAT class and whether that is reduced."""
    return connection.execute(_SCHOOL_NETS, {"purchase_order_ids": list(purchase_order_ids), "urn": urn}).all()


def lock_purchase_order(connection: Connection, purchase_order_id: str) -> Row[Any] | None:
    """Its state and round_id, held against other answers."""
    return connection.execute(_LOCK, {"purchase_order_id": purchase_order_id}).one_or_none()


def write_answer(
    connection: Connection, purchase_order_id: str, *, answer: str, reason: str | None, person: str, now: datetime
) -> None:
    """Keep what the supplier answered."""
    values = {"answer": answer, "reason": reason, "person": person, "now": now}
    connection.execute(_ANSWER, {"purchase_order_id": purchase_order_id, **values})


def mark_settled(connection: Connection, purchase_order_ids: Sequence[str]) -> set[str]:
    """Keep that billing has settled these; returns the rounds that they belong to."""
    rounds = connection.execute(_SETTLE, {"purchase_order_ids": list(purchase_order_ids)}).scalars()
    return {round_id for round_id in rounds if round_id is not None}


def advance_round(connection: Connection, round_id: str | None) -> None:
    """Let the round reach the state that its purchase orders' answers, receipts and settlements give it.

    Orders for a service stand behind no round: None does nothing.
    """
    if round_id is not None:
        connection.execute(_ADVANCE, {"round_id": round_id})
