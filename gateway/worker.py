"""Composition root of the gateway's worker: hears what happens, sends mail and webhooks, removes what has expired."""

import os
import time
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl

import structlog
from prometheus_client import REGISTRY

from chassis.actor import SERVICE, Actor
from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.logs import configure_logs
from chassis.tokens import Minter
from chassis.worker import Timer, run_worker
from gateway.domain.mail import Enclosure
from gateway.mail.enclosures import Documents, Get
from gateway.mail.metrics import MailTable
from gateway.mail.transport import ServerAway
from gateway.settings import WorkerSettings, read_worker_settings
from gateway.upstream import Problem, ServiceUnavailable, Upstream
from gateway.usecases.purge_expired import purge_expired
from gateway.usecases.run_webhooks import send_due_webhooks
from gateway.usecases.send_mail import make_up_digests, send_due_mail

_PURGE_SECONDS: Final = 600
_MAIL_SECONDS: Final = 2
_WEBHOOK_SECONDS: Final = 3
_REST_SECONDS: Final = 60.0
_READS_ORDERS: Final = frozenset({"supplier_user"})

_log = structlog.get_logger()


def order_reader(settings: WorkerSettings) -> Get:
    """Reads of a purchase order what its supplier may read, from the orders service."""
    service = Upstream({"orders": settings.order_service}, Minter(settings.token_private_key).mint, lambda: SERVICE)

    def get(wanted: Enclosure, what: str) -> bytes | None:
        reader = Actor("supplier", name=SERVICE.name, roles=_READS_ORDERS, supplier_id=wanted.supplier_id)
        path, _, query = f"/purchase-orders/{wanted.purchase_order_id}{what}".partition("?")
        try:
            answer = service.get("orders", path, params=dict(parse_qsl(query)), actor=reader)
        except (ServiceUnavailable, Problem) as fault:
            _log.warning("document_not_fetched", order=wanted.purchase_order_id, what=what, error=str(fault))
            return None
        return answer.body if answer.status == 200 else None

    return get


class Postman:
    """Sends mail at each round; a mail server that is away is left alone for a minute."""

    def __init__(self, database: Database, settings: WorkerSettings) -> None:
        self._database = database
        self._settings = settings
        self._rests_until = 0.0
        self._documents = Documents(order_reader(settings))

    def go_round(self) -> None:
        """Make up the digests that are due, and send what waits."""
        make_up_digests(self._database, datetime.now(UTC))
        if self._settings.transport is None or time.monotonic() < self._rests_until:
            return
        try:
            send_due_mail(
                self._database,
                self._settings.transport,
                self._settings.letterhead,
                lambda: datetime.now(UTC),
                self._documents,
            )
        except ServerAway as fault:
            self._rests_until = time.monotonic() + _REST_SECONDS
            _log.warning("mail_server_away", error=str(fault), next_try_in=_REST_SECONDS)


def main() -> None:
    """Run until told to stop, with the settings of the environment."""
    configure_logs("gateway")
    settings = read_worker_settings(os.environ)
    database = Database(settings.base.database_url, pool_size=settings.base.pool_size)
    if settings.transport is None:
        _log.warning("mail_is_not_sent", reason="SMTP_URL is not set; mail waits in the database for a week.")
    REGISTRY.register(MailTable(database))
    timers = [
        Timer(_PURGE_SECONDS, lambda: purge_expired(database)),
        Timer(_MAIL_SECONDS, Postman(database, settings).go_round),
        Timer(_WEBHOOK_SECONDS, lambda: send_due_webhooks(database)),
    ]
    run_worker("gateway", settings.base, database, handlers_in("gateway.inbox"), timers=timers)


if __name__ == "__main__":
    main()
