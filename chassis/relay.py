"""The relay: numbers what a service has committed, without gaps, and publishes it in that order.

However many workers a service runs, one of them leads (a PostgreSQL advisory lock). Numbering and publishing have a
thread each: a broker that is down stops only publishing, while the feed goes on telling what has been numbered.
"""

import threading
from contextlib import closing
from typing import Any, Final

import psycopg
from sqlalchemy import make_url, text

from chassis import broker
from chassis.database import Database
from chassis.event_log import page_after
from chassis.event_metrics import PUBLISHED
from chassis.persistence import persist

_LEADER_LOCK: Final = 0x72656C6179  # "relay"
_NUMBERED_AT_ONCE: Final = 5000
_LOOKS_EVERY: Final = 0.5  # seconds, without being woken

_NUMBER = """
    WITH unnumbered AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY id) AS place
        FROM (SELECT id FROM event_log WHERE position IS NULL ORDER BY id LIMIT %s) AS oldest
    ), numbered AS (
        UPDATE event_log SET position = (SELECT numbered_position FROM relay_state) + unnumbered.place
        FROM unnumbered WHERE event_log.id = unnumbered.id
        RETURNING 1
    ), amount AS (
        SELECT count(*) AS events FROM numbered
    )
    UPDATE relay_state SET numbered_position = numbered_position + amount.events
    FROM amount WHERE amount.events > 0
    RETURNING amount.events
"""
_PUBLISHED_POSITION = text("SELECT published_position FROM relay_state")
_MARK_PUBLISHED = text("UPDATE relay_state SET published_position = greatest(published_position, :last)")


class Relay:
    """Numbers and publishes the events of `producer` while this process leads."""

    def __init__(self, producer: str, database: Database, broker_url: str) -> None:
        self._producer = producer
        self._database = database
        self._broker_url = broker_url
        self._address = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._leading = threading.Event()
        self._numbered = threading.Event()

    @property
    def leads(self) -> bool:
        """Whether this relay is the one that works."""
        return self._leading.is_set()

    def number(self, stop: threading.Event) -> None:
        """Lead if nobody else does, and number rows as they are committed, until `stop`."""
        persist(stop, "relay_numbering_failed", self._lead)

    def publish(self, stop: threading.Event) -> None:
        """Publish what is numbered, for as long as this relay leads, until `stop`."""
        persist(stop, "relay_publishing_failed", self._publish_while_leading)

    def _lead(self, stop: threading.Event) -> None:
        connection = psycopg.connect(
            self._address, autocommit=True, connect_timeout=5, application_name=f"bursar relay {self._producer}"
        )
        with closing(connection):
            while not _try_to_lead(connection):
                if stop.wait(_LOOKS_EVERY):
                    return
            self._leading.set()
            try:
                connection.execute("LISTEN event_log")
                while not stop.is_set():
                    if number_committed(connection):
                        self._numbered.set()
                    else:
                        list(connection.notifies(timeout=_LOOKS_EVERY, stop_after=1))
            finally:
                self._leading.clear()

    def _publish_while_leading(self, stop: threading.Event) -> None:
        if not self._leading.wait(_LOOKS_EVERY):
            return
        with broker.connected(self._broker_url, broker.queues_from(self._producer)) as link:
            while self._leading.is_set() and not stop.is_set():
                self._numbered.clear()
                if self._publish_next(link):
                    self._numbered.set()
                elif not self._numbered.wait(_LOOKS_EVERY):
                    link.idle(0)

    def _publish_next(self, link: broker.Link) -> bool:
        with self._database.engine.begin() as connection:
            published = connection.execute(_PUBLISHED_POSITION).scalar_one()
            page = page_after(connection, published)
        if page.last == published:
            return False
        link.publish(self._producer, page.text)
        with self._database.engine.begin() as connection:
            connection.execute(_MARK_PUBLISHED, {"last": page.last})
        PUBLISHED.inc(page.last - published)
        return True


def number_committed(connection: psycopg.Connection[Any]) -> int:
    """Give the oldest unnumbered rows the next positions, in the order of their ids; returns how many.

    Every row that is visible is committed, and a key's later events are only appended after its earlier ones are
    visible, so the order of a key is kept. In one transaction, before anyone can read a position.
    """
    row = connection.execute(_NUMBER, (_NUMBERED_AT_ONCE,)).fetchone()
    return row[0] if row else 0


def _try_to_lead(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LEADER_LOCK,)).fetchone()
    return row == (True,)
