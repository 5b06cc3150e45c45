"""A subscription listens to one producer: its queue for speed, its feed for what the queue does not bring."""

import threading
import time
from collections import deque
from typing import Final

import structlog
from kombu import Message

from chassis import broker
from chassis.consumer import Consumer, Gap
from chassis.event import Page, UnreadablePage, read_page
from chassis.event_metrics import GAPS, LAG, UNREADABLE
from chassis.feed import FeedClient, FeedUnavailable
from chassis.persistence import persist

FEED_EVERY: Final = 5.0
"""Seconds without a message after which the feed is read, so that a purged queue heals by itself."""

_LOOKS_EVERY: Final = 0.5
_FEED_AGAIN_AFTER: Final = 1.0

_log = structlog.get_logger()


class Subscription:
    """Keeps part `name` up to date with the producer that `consumer` applies and `feed` reads."""

    def __init__(
        self, name: str, consumer: Consumer, feed: FeedClient, broker_url: str, *, feed_every: float = FEED_EVERY
    ) -> None:
        self._consumer = consumer
        self._producer = consumer.producer
        self._feed = feed
        self._broker_url = broker_url
        self._queue = broker.queue_of(name, consumer.producer)
        self._feed_every = feed_every
        self._feed_due = 0.0
        self._arrived: deque[tuple[Message, Exception | None]] = deque()

    def run(self, stop: threading.Event) -> None:
        """Consume until `stop`, finishing the batch in hand; a broker that is down costs only time."""
        persist(stop, "subscription_failed", self._listen)

    def _listen(self, stop: threading.Event) -> None:
        self._arrived.clear()
        self._read_feed(stop)  # also while the broker is down: this is called again and again then
        with broker.connected(self._broker_url, [self._queue], listening=True) as link:
            link.consume(self._queue, lambda message: self._arrived.append((message, None)), self._note_undecodable)
            while not stop.is_set():
                link.idle(_LOOKS_EVERY)
                while self._arrived and not stop.is_set():
                    self._receive(link, *self._arrived.popleft(), stop)
                if time.monotonic() > self._feed_due:
                    with link.kept_alive():
                        self._read_feed(stop)

    def _note_undecodable(self, message: Message, fault: Exception) -> None:
        self._arrived.append((message, fault))

    def _receive(self, link: broker.Link, message: Message, fault: Exception | None, stop: threading.Event) -> None:
        """Apply a message and acknowledge it; what cannot be read goes to the dead letters, and the feed is asked."""
        try:
            if fault is not None:
                raise UnreadablePage(repr(fault))
            page = read_page(message.body, self._producer)
        except UnreadablePage as unreadable:
            _log.error("message_unreadable", producer=self._producer, error=str(unreadable))
            link.bury(message, str(unreadable))
            UNREADABLE.labels(self._producer).inc()
            self._feed_due = 0.0
            return
        with link.kept_alive():
            applied = self._take(page, stop)
        if applied:
            message.ack()

    def _take(self, page: Page, stop: threading.Event) -> bool:
        """Apply a page; if it came too early, read the feed until it is applied as well, or until `stop`."""
        if not page.events:
            return True
        last = page.events[-1].position
        try:
            self._consumer.take(page.events)
        except Gap as gap:
            _log.warning("gap_in_queue", producer=self._producer, error=str(gap))
            GAPS.labels(self._producer).inc()
            while self._consumer.position() < last:
                if not self._read_feed(stop) and stop.wait(_FEED_AGAIN_AFTER):
                    return False
        self._feed_due = time.monotonic() + self._feed_every
        LAG.labels(self._producer).set(max(0, page.head - last))
        return True

    def _read_feed(self, stop: threading.Event) -> bool:
        """Read the feed from the cursor to the producer's head; returns whether that was reached."""
        self._feed_due = time.monotonic() + self._feed_every
        while not stop.is_set():
            cursor = self._consumer.position()
            try:
                page = self._feed.after(cursor)
            except FeedUnavailable as fault:
                _log.warning("feed_unavailable", producer=self._producer, error=str(fault))
                return False
            if page.head < cursor:
                _log.error("producer_is_behind", producer=self._producer, cursor=cursor, head=page.head)
            LAG.labels(self._producer).set(max(0, page.head - cursor))
            if not page.events:
                return True
            self._consumer.take(page.events)
        return False
