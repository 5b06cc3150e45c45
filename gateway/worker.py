"""Composition root of the gateway's worker: hears of people and rounds, sends mail, removes what has expired."""

import os
import time
from datetime import UTC, datetime
from typing import Final

import structlog
from prometheus_client import REGISTRY

from chassis.consumer import handlers_in
from chassis.database import Database
from chassis.logs import configure_logs
from chassis.worker import Timer, run_worker
from gateway.mail.metrics import MailTable
from gateway.mail.transport import ServerAway
from gateway.settings import WorkerSettings, read_worker_settings
from gateway.usecases.purge_expired import purge_expired
from gateway.usecases.send_mail import make_up_digests, send_due_mail

_PURGE_SECONDS: Final = 600
_MAIL_SECONDS: Final = 2
_REST_SECONDS: Final = 60.0

_log = structlog.get_logger()


class Postman:
    """Sends mail at each round; a mail server that is away is left alone for a minute."""

    def __init__(self, database: Database, settings: WorkerSettings) -> None:
        self._database = database
        self._settings = settings
        self._rests_until = 0.0

    def go_round(self) -> None:
        """Make up the digests that are due, and send what waits."""
        make_up_digests(self._database, datetime.now(UTC))
        if self._settings.transport is None or time.monotonic() < self._rests_until:
            return
        try:
            send_due_mail(
                self._database, self._settings.transport, self._settings.letterhead, lambda: datetime.now(UTC)
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
    ]
    run_worker("gateway", settings.base, database, handlers_in("gateway.inbox"), timers=timers)


if __name__ == "__main__":
    main()
