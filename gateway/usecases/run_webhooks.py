"""Webhooks: made and ended by the supplier's administrators, queued with what happens, sent by the worker."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Row

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event import Event
from contracts.errors import NotFound
from gateway.domain.webhooks import (
    SECRET_BYTES,
    TOLD,
    Happening,
    checked_url,
    known_events,
    message,
    next_try,
    secret_text,
)
from gateway.storage import webhooks
from gateway.webhooks.transport import Outcome, post

Post = Callable[[str, Mapping[str, str], bytes], Outcome]

_AT_ONCE: Final = 4
_CLAIMED: Final = 20
_LEASE: Final = timedelta(minutes=3)
_NEWS_FOR: Final = timedelta(days=7)
_log = structlog.get_logger()


def make_webhook(
    database: Database, supplier_id: str, webhook_id: str, url: str, events: list[str], by: str
) -> str | None:
    """Make a webhook and tell its secret, this once; None if the form was sent before. Raises WebhookRefused."""
    secret = secrets.token_bytes(SECRET_BYTES)
    row = {
        "webhook_id": webhook_id,
        "supplier_id": supplier_id,
        "url": checked_url(url),
        "events": known_events(events),
        "secret": secret,
        "created_by": by,
        "now": datetime.now(UTC),
    }
    with database.transaction(SERVICE) as connection:
        made = webhooks.add_webhook(connection, row)
    return secret_text(secret) if made else None


def end_webhook(database: Database, supplier_id: str, webhook_id: str, by: str) -> str:
    """End a webhook: what still waits for it is given up; its address. Raises NotFound, also for another supplier's."""
    with database.transaction(SERVICE) as connection:
        url = webhooks.end_webhook(connection, supplier_id, webhook_id, by, datetime.now(UTC))
    if url is None:
        raise NotFound("There is no such webhook.")
    return url


def send_again(database: Database, supplier_id: str, delivery_id: str) -> None:
    """Begin anew with a delivery that had failed. Raises NotFound."""
    with database.transaction(SERVICE) as connection:
        if not webhooks.try_again(connection, supplier_id, delivery_id, datetime.now(UTC)):
            raise NotFound("There is no failed delivery of this kind.")


def queue_webhooks(connection: Connection, kind: str, events: Iterable[Event]) -> None:
    """Queue events, as one kind of those in TOLD, for the webhooks of their suppliers.

    Only what names its supplier and happened within a week: a history read anew tells nobody.
    """
    now = datetime.now(UTC)
    happenings = [
        Happening(
            event.event_id,
            kind,
            event.occurred_at,
            event.body["supplier_id"],
            {name: event.body[name] for name in TOLD[kind] if name in event.body},
        )
        for event in events
        if event.body.get("supplier_id") and event.occurred_at > now - _NEWS_FOR
    ]
    webhooks.queue_deliveries(connection, happenings, now)


def send_due_webhooks(database: Database, send: Post = post) -> int:
    """Send what is due, a few at a time; how many were tried. Another worker's claims are left alone."""
    tried = 0
    while True:
        with database.transaction(SERVICE) as connection:
            due = webhooks.claim_due(connection, datetime.now(UTC), lease=_LEASE, limit=_CLAIMED)
        if not due:
            return tried
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = list(pool.map(lambda row: _send(row, send), due))
        with database.transaction(SERVICE) as connection:
            for row, outcome in zip(due, outcomes, strict=True):
                _note(connection, row, outcome)
        tried += len(due)


def _send(row: Row[Any], send: Post) -> Outcome:
    if row.ended_at is not None:
        return Outcome(0, "The address was taken away before this was sent.")
    told = message(row.delivery_id, row.type, row.happened_at, row.data, bytes(row.secret))
    return send(row.url, told.headers, told.body)


def _note(connection: Connection, row: Row[Any], outcome: Outcome) -> None:
    now = datetime.now(UTC)
    again = None if row.ended_at is not None or outcome.is_gone else next_try(row.tries, now)
    if outcome.is_taken:
        webhooks.delivery_done(connection, row.delivery_id, "delivered", outcome.told, now)
    elif again is None:
        webhooks.delivery_done(connection, row.delivery_id, "failed", outcome.told, now)
        _log.warning("webhook_failed", webhook=row.webhook_id, tries=row.tries, told=outcome.told)
    else:
        webhooks.delivery_later(connection, row.delivery_id, outcome.told, again)
    if outcome.is_gone:
        webhooks.webhook_gone(connection, row.webhook_id, "The address itself: it answered 410 Gone.", now)
