"""Metrics of mail, for the gateway worker's `/metrics`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import structlog
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.storage.mail import waiting_mail

SENT: Final = Counter("bursar_mail_sent", "Mails that the mail server has taken.")
REFUSED: Final = Counter("bursar_mail_refused", "Tries to send a mail that failed.")

_log = structlog.get_logger()


class MailTable(Collector):
    """Reads from the database, whenever it is asked, what waits: `queued`, `gathered` for digests, or `failed`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[Metric]:
        """Nothing in advance: to be registered, it need not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """How many mails are in each state, and the age of the oldest that is to be sent, in seconds."""
        count = GaugeMetricFamily("bursar_mail_waiting", "Mails not sent, by state.", labels=("state",))
        age = GaugeMetricFamily("bursar_mail_age_seconds", "Age of the oldest mail that is to be sent.")
        try:
            with self._database.transaction(SERVICE) as connection:
                waiting = waiting_mail(connection)
        except SQLAlchemyError as fault:
            _log.warning("mail_metrics_unavailable", error=str(fault))
            return
        now = datetime.now(UTC)
        for state in ("queued", "gathered", "failed"):
            count.add_metric((state,), waiting.get(state, (0, now))[0])
        age.add_metric((), (now - waiting.get("queued", (0, now))[1]).total_seconds())
        yield count
        yield age
