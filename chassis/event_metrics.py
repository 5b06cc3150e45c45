"""Metrics of the event log and of consumers, for every worker's `/metrics`."""

from collections.abc import Iterator
from typing import Final

import structlog
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chassis.database import Database

PUBLISHED: Final = Counter("bursar_events_published", "Events that the broker has confirmed.")
APPLIED: Final = Counter("bursar_events_applied", "Events whose effects are committed.", ("producer",))
PARKED: Final = Counter("bursar_events_parked", "Events parked because a handler kept failing.", ("producer",))
UNREADABLE: Final = Counter("bursar_messages_unreadable", "Messages put among the dead letters.", ("producer",))
GAPS: Final = Counter("bursar_consumer_gaps", "Gaps in a queue that the feed had to fill.", ("producer",))
LAG: Final = Gauge("bursar_consumer_lag_events", "Events known to exist and not yet applied.", ("producer",))
HANDLER_SECONDS: Final = Histogram(
    "bursar_handler_seconds",
    "Time a handler takes for a run of events of one type.",
    ("type",),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

_LOG_AGE = text("""
    SELECT coalesce(extract(epoch FROM clock_timestamp() - least(
        (SELECT occurred_at FROM event_log WHERE position IS NULL ORDER BY id LIMIT 1),
        (SELECT occurred_at FROM event_log
         WHERE position > (SELECT published_position FROM relay_state) ORDER BY position LIMIT 1)
    )), 0)
""")
_WAITING = text("""
    SELECT producer, (SELECT count(*) FROM parked_event
                      WHERE parked_event.producer = consumer_cursor.producer AND resolution IS NULL)
    FROM consumer_cursor ORDER BY producer
""")

_log = structlog.get_logger()


class EventTables(Collector):
    """Reads from the database, whenever it is asked, what its tables say about events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[Metric]:
        """Nothing in advance: to be registered, it need not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The age of the oldest unpublished event in seconds, and the parked events by producer."""
        age = GaugeMetricFamily("bursar_event_log_age_seconds", "Age of the oldest event not yet published.")
        parked = GaugeMetricFamily("bursar_parked_events", "Events that wait for a person.", labels=("producer",))
        try:
            with self._database.engine.connect() as connection:
                age.add_metric((), float(connection.execute(_LOG_AGE).scalar_one()))
                for producer, waiting in connection.execute(_WAITING):
                    parked.add_metric((producer,), waiting)
        except SQLAlchemyError as fault:
            _log.warning("event_metrics_unavailable", error=str(fault))
            return
        yield age
        yield parked
