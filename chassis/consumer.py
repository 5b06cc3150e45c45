"""A consumer applies one producer's events to its own database: each exactly once, in order.

The cursor is the last position applied. It is locked first and moved in the transaction of the effects, so a message
that comes twice, late or never makes no difference: what is behind the cursor is skipped, what lies too far ahead
is a gap for the feed to fill.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import structlog
from sqlalchemy import Connection, text

from chassis import parking
from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event import Event
from chassis.event_metrics import APPLIED
from chassis.handlers import Handler, HandlerFailed, Handlers, handle, handlers_in

__all__ = ["Consumer", "Event", "Gap", "Handler", "Handlers", "handlers_in"]

RETRY_AFTER: Final = (0.1, 0.4, 1.0)
"""Seconds between the tries that a failing handler gets before its event is parked."""

_BEGIN = text("INSERT INTO consumer_cursor (producer) VALUES (:producer) ON CONFLICT DO NOTHING")
_READ = text("SELECT position FROM consumer_cursor WHERE producer = :producer")
_LOCK = text("SELECT position FROM consumer_cursor WHERE producer = :producer FOR UPDATE")
_MOVE = text("""
    UPDATE consumer_cursor SET position = :position, moved_at = clock_timestamp() WHERE producer = :producer
""")

_log = structlog.get_logger()


class Gap(Exception):
    """Events are missing between the cursor and what arrived."""

    def __init__(self, cursor: int, arrived: int) -> None:
        super().__init__(f"Position {arrived} arrived, and only {cursor} is applied.")
        self.cursor = cursor


class Consumer:
    """Applies the events of `producer` with `handlers`, by event type."""

    def __init__(self, producer: str, database: Database, handlers: Handlers) -> None:
        self.producer = producer
        self._database = database
        self._handlers = handlers

    def position(self) -> int:
        """The last position applied; 0 before the first."""
        with self._database.transaction(SERVICE) as connection:
            connection.execute(_BEGIN, {"producer": self.producer})
            return int(connection.execute(_READ, {"producer": self.producer}).scalar_one())

    def take(self, events: Sequence[Event]) -> None:
        """Apply those of some consecutive events that are not applied yet; returns when that is committed.

        A handler that fails is tried again, the whole of `events` at once, after each of RETRY_AFTER. The last try
        goes event by event and parks what fails. Raises Gap if earlier events are missing.
        """
        for delay in RETRY_AFTER:
            try:
                return self._take(events, park=False)
            except HandlerFailed as failure:
                _log.warning("handler_failed", **_about(failure), next_try_in=delay, exc_info=failure.__cause__)
                time.sleep(delay)
        return self._take(events, park=True)

    def _take(self, events: Sequence[Event], *, park: bool) -> None:
        with self._database.transaction(SERVICE) as connection:
            cursor = self._lock_cursor(connection)
            fresh = [event for event in events if event.position > cursor]
            if not fresh:
                return
            if fresh[0].position != cursor + 1:
                raise Gap(cursor, fresh[0].position)
            self._apply(connection, fresh, park=park)
            connection.execute(_MOVE, {"producer": self.producer, "position": fresh[-1].position})
        APPLIED.labels(self.producer).inc(len(fresh))

    def _lock_cursor(self, connection: Connection) -> int:
        found = connection.execute(_LOCK, {"producer": self.producer}).scalar_one_or_none()
        if found is not None:
            return int(found)
        connection.execute(_BEGIN, {"producer": self.producer})
        return int(connection.execute(_LOCK, {"producer": self.producer}).scalar_one())

    def _apply(self, connection: Connection, events: Sequence[Event], *, park: bool) -> None:
        waiting = parking.waiting_keys(connection, self.producer, (event.key for event in events))
        for run in _runs(events):
            if run[0].type not in self._handlers:
                continue
            ready = [event for event in run if event.key not in waiting] if waiting else run
            try:
                if ready:
                    handle(connection, self._handlers, ready)
            except HandlerFailed:
                if not park:
                    raise
                self._apply_one_by_one(connection, run, waiting)
            else:
                if behind := [event for event in run if event.key in waiting]:
                    parking.park(connection, behind, "Waits behind an earlier event of its key.")

    def _apply_one_by_one(self, connection: Connection, run: Sequence[Event], waiting: set[str]) -> None:
        """Apply a run event by event, parking what fails and, after it, what has the same key."""
        for event in run:
            if event.key in waiting:
                parking.park(connection, [event], "Waits behind an earlier event of its key.")
                continue
            try:
                handle(connection, self._handlers, [event])
            except HandlerFailed as failure:
                _log.error("event_parked", **_about(failure))
                parking.park(connection, [event], str(failure))
                waiting.add(event.key)


def _runs(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Consecutive events of one type together."""
    for _, run in groupby(events, key=lambda event: event.type):
        yield list(run)


def _about(failure: HandlerFailed) -> dict[str, object]:
    first = failure.events[0]
    return {
        "producer": first.producer,
        "type": first.type,
        "position": first.position,
        "events": len(failure.events),
        "error": str(failure),
    }
