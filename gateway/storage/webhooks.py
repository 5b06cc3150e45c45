"""Webhooks and their deliveries at rest."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from gateway.domain.webhooks import Happening

_ADD = text("""
    INSERT INTO webhook (webhook_id, supplier_id, url, events, secret, created_by, created_at)
    VALUES (:webhook_id, :supplier_id, :url, :events, :secret, :created_by, :now) ON CONFLICT DO NOTHING
    RETURNING webhook_id
""")
_LIST = text("""
    SELECT webhook_id::text, url, events, created_by, created_at, ended_by, ended_at FROM webhook
    WHERE supplier_id = :supplier_id ORDER BY ended_at NULLS FIRST, created_at DESC
""")
_END = text("""
    UPDATE webhook SET ended_by = :by, ended_at = :now
    WHERE webhook_id = :webhook_id AND supplier_id = :supplier_id AND ended_at IS NULL RETURNING url
""")
_DELIVERIES = text("""
    SELECT d.delivery_id::text, d.type, d.happened_at, d.state, d.tries, d.next_try_at, d.answer, d.done_at, w.url
    FROM webhook_delivery d JOIN webhook w USING (webhook_id)
    WHERE w.supplier_id = :supplier_id ORDER BY d.happened_at DESC, d.delivery_id LIMIT :limit
""")
_QUEUE = text("""
    INSERT INTO webhook_delivery (webhook_id, event_id, type, happened_at, data, next_try_at)
    SELECT w.webhook_id, h.event_id, h.type, h.happened_at, h.data, :now
    FROM jsonb_to_recordset(CAST(:happenings AS jsonb))
        AS h(event_id text, type text, happened_at timestamptz, supplier_id uuid, data jsonb)
    JOIN webhook w ON w.supplier_id = h.supplier_id AND h.type = ANY (w.events) AND w.ended_at IS NULL
    ON CONFLICT (webhook_id, event_id) DO NOTHING
""")
_CLAIM = text("""
    UPDATE webhook_delivery d SET tries = d.tries + 1, next_try_at = :until
    FROM webhook w
    WHERE w.webhook_id = d.webhook_id AND d.delivery_id IN (
        SELECT delivery_id FROM webhook_delivery WHERE state = 'waiting' AND next_try_at <= :now
        ORDER BY next_try_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING d.delivery_id::text, d.webhook_id::text, d.type, d.happened_at, d.data, d.tries, w.url,
        w.secret, w.ended_at
""")
_DONE = text("""
    UPDATE webhook_delivery SET state = :state, answer = :answer, done_at = :now
    WHERE delivery_id = :delivery_id AND state = 'waiting'
""")
_LATER = text("UPDATE webhook_delivery SET answer = :answer, next_try_at = :at WHERE delivery_id = :delivery_id")
_AGAIN = text("""
    UPDATE webhook_delivery d SET state = 'waiting', tries = 0, next_try_at = :now, done_at = NULL
    FROM webhook w
    WHERE w.webhook_id = d.webhook_id AND w.supplier_id = :supplier_id AND w.ended_at IS NULL
        AND d.delivery_id = :delivery_id AND d.state = 'failed'
    RETURNING d.delivery_id
""")
_GONE = text("UPDATE webhook SET ended_by = :by, ended_at = :now WHERE webhook_id = :webhook_id AND ended_at IS NULL")
_FORGET = text("DELETE FROM webhook_delivery WHERE done_at < :moment")


def add_webhook(connection: Connection, row: dict[str, Any]) -> bool:
    """Keep a webhook; False if there is one with this id already."""
    return connection.execute(_ADD, row).first() is not None


def list_webhooks(connection: Connection, supplier_id: str) -> Sequence[Row[Any]]:
    """A supplier's webhooks without their secrets, those in use first."""
    return connection.execute(_LIST, {"supplier_id": supplier_id}).all()


def list_deliveries(connection: Connection, supplier_id: str, limit: int) -> Sequence[Row[Any]]:
    """What was sent last to a supplier's webhooks, and what still waits."""
    return connection.execute(_DELIVERIES, {"supplier_id": supplier_id, "limit": limit}).all()


def end_webhook(connection: Connection, supplier_id: str, webhook_id: str, by: str, now: datetime) -> str | None:
    """End a webhook; its address, or None if the supplier has none such in use."""
    values = {"supplier_id": supplier_id, "webhook_id": webhook_id, "by": by, "now": now}
    return connection.execute(_END, values).scalar_one_or_none()


def queue_deliveries(connection: Connection, happenings: Sequence[Happening], now: datetime) -> None:
    """Queue each happening once for every webhook of its supplier that wants to know."""
    if happenings:
        told = json.dumps([_row(each) for each in happenings])
        connection.execute(_QUEUE, {"happenings": told, "now": now})


def claim_due(connection: Connection, now: datetime, *, lease: timedelta, limit: int) -> Sequence[Row[Any]]:
    """Deliveries to try now. Whoever dies over one leaves it to be tried again after the lease."""
    return connection.execute(_CLAIM, {"now": now, "until": now + lease, "limit": limit}).all()


def delivery_done(connection: Connection, delivery_id: str, state: str, answer: str, now: datetime) -> None:
    """A delivery was taken, or is given up."""
    connection.execute(_DONE, {"delivery_id": delivery_id, "state": state, "answer": answer, "now": now})


def delivery_later(connection: Connection, delivery_id: str, answer: str, at: datetime) -> None:
    """A delivery is tried again at this time."""
    connection.execute(_LATER, {"delivery_id": delivery_id, "answer": answer, "at": at})


def try_again(connection: Connection, supplier_id: str, delivery_id: str, now: datetime) -> bool:
    """Begin anew with a delivery that had failed; False if the supplier has none such."""
    values = {"supplier_id": supplier_id, "delivery_id": delivery_id, "now": now}
    return connection.execute(_AGAIN, values).first() is not None


def webhook_gone(connection: Connection, webhook_id: str, by: str, now: datetime) -> None:
    """End a webhook whose other side says that it wants no more."""
    connection.execute(_GONE, {"webhook_id": webhook_id, "by": by, "now": now})


def forget_deliveries_before(connection: Connection, moment: datetime) -> int:
    """Remove deliveries that were done with before the moment; how many."""
    return connection.execute(_FORGET, {"moment": moment}).rowcount


def _row(each: Happening) -> dict[str, Any]:
    return {
        "event_id": each.event_id,
        "type": each.type,
        "happened_at": each.happened_at.isoformat(),
        "supplier_id": each.supplier_id,
        "data": dict(each.data),
    }
