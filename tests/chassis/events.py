"""A producer and a consumer for the tests of events: real databases, a real broker, a feed over real HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Connection, create_engine, make_url, text
from werkzeug.serving import WSGIRequestHandler, make_server

from chassis.actor import SERVICE
from chassis.broker import Link, connected, queue_of
from chassis.consumer import Consumer, Event
from chassis.database import Database
from chassis.event import read_page
from chassis.event_log import NewEvent, append_many, page_after
from chassis.feed import FeedClient, feed_blueprint
from chassis.handlers import Handlers
from chassis.relay import Relay, number_committed
from chassis.subscription import Subscription
from tests.backends import ServiceDatabase
from tests.clients import FEED_SECRET

PRODUCER, CONSUMER = "members", "catalogue"
TYPE = "SchoolRecorded"
PATIENCE_SECONDS = 60.0

_EFFECT = text("""
    INSERT INTO effect (position, key, body) SELECT position, key, body
    FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS (position bigint, key text, body jsonb)
""")


def write_effects(connection: Connection, events: Sequence[Event]) -> None:
    """A handler that leaves one row for each event each time it is called."""
    rows = [{"position": event.position, "key": event.key, "body": event.body} for event in events]
    connection.execute(_EFFECT, {"events": json.dumps(rows)})


def refuse_poison(connection: Connection, events: Sequence[Event]) -> None:
    """A handler that fails on any event whose body says `poison`, after it has written its effects."""
    write_effects(connection, events)
    if any(event.body.get("poison") for event in events):
        raise ValueError("poison")


HANDLERS: Handlers = {TYPE: write_effects}


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition that other threads or processes bring about; fails only when all patience is spent."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"This never came true: {getattr(condition, '__doc__', None) or condition}")
        time.sleep(0.01)


def happen(database: Database, *keys: str, **body: Any) -> None:
    """Append one event for each key, in one transaction."""
    with database.transaction(SERVICE) as connection:
        append_many(connection, [NewEvent(TYPE, key, {"key": key, **body}) for key in keys])


def fail_to_happen(database: Database, key: str) -> None:
    """Append an event in a transaction that is rolled back: it uses up an id, and never happened."""
    with suppress(LookupError), database.transaction(SERVICE) as connection:
        append_many(connection, [NewEvent(TYPE, key, {})])
        raise LookupError


def number_all(database: Database) -> int:
    """Number what is committed, as the leading relay does; returns how many events that were."""
    url = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        return number_committed(connection)


def scalar(database: Database, statement: str, **values: Any) -> Any:
    """The first value of a query."""
    with database.transaction(SERVICE) as connection:
        return connection.execute(text(statement), values).scalar()


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with database.transaction(SERVICE) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def effects(database: Database) -> list[tuple[int, str]]:
    """(position, key) of every effect, in the order in which they were written."""
    return [(position, key) for position, key in rows(database, "SELECT position, key FROM effect ORDER BY id")]


def add_effect_table(owner_url: str) -> None:
    """The table that the handlers above write to."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE effect (id bigserial PRIMARY KEY, position bigint, key text, body jsonb)")
        )
    engine.dispose()


class Feed:
    """The producer's feed over HTTP, on a port that stays the same while it is switched off and on."""

    def __init__(self, database: Database) -> None:
        self._app = Flask("feed")
        self._app.register_blueprint(feed_blueprint(database, FEED_SECRET))
        self._server: Any = None
        self.on()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def on(self) -> None:
        """Answer."""
        port = getattr(self, "port", 0)
        self._server = make_server("127.0.0.1", port, self._app, threaded=True, request_handler=_Quiet)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def off(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Quiet(WSGIRequestHandler):
    def log(self, *_arguments: Any) -> None:
        pass


@dataclass
class Pair:
    """A producer and a consumer, with whatever runs between them."""

    producer: Database
    consumer: Database
    consumer_database: ServiceDatabase
    broker_url: str
    feed: Feed

    @contextmanager
    def relay(self, broker_url: str | None = None, *, publishing: bool = True) -> Iterator[Relay]:
        """A running relay of the producer."""
        relay = Relay(PRODUCER, self.producer, broker_url or self.broker_url)
        with running(relay.number, *((relay.publish,) if publishing else ())):
            yield relay

    @contextmanager
    def subscription(
        self, handlers: Handlers = HANDLERS, *, broker_url: str | None = None, feed_every: float = 3600
    ) -> Iterator[None]:
        """A running subscription of the consumer; its feed is read at the start, and after `feed_every` seconds."""
        consumer = Consumer(PRODUCER, self.consumer, handlers)
        client = FeedClient(PRODUCER, self.feed.url, FEED_SECRET)
        subscription = Subscription(CONSUMER, consumer, client, broker_url or self.broker_url, feed_every=feed_every)
        with running(subscription.run):
            yield

    @contextmanager
    def link(self) -> Iterator[Link]:
        """A link of the test's own."""
        with connected(self.broker_url, [queue_of(CONSUMER, PRODUCER)]) as link:
            yield link

    def page(self, after: int, limit: int) -> str:
        """A page of the producer's log, as the relay would publish it."""
        with self.producer.transaction(SERVICE) as connection:
            return page_after(connection, after, limit).text

    def events(self, after: int = 0, limit: int = 500) -> Sequence[Event]:
        """Events of the producer's log."""
        return read_page(self.page(after, limit), PRODUCER).events

    def waiting_messages(self) -> int:
        """How many messages are in the consumer's queue, not counting those delivered and not yet acknowledged."""
        return messages_in(self.broker_url, queue_of(CONSUMER, PRODUCER))

    def cursor(self) -> int:
        """The last position that the consumer has applied."""
        found = scalar(self.consumer, "SELECT position FROM consumer_cursor WHERE producer = :name", name=PRODUCER)
        return int(found or 0)

    def caught_up(self, head: int) -> Callable[[], bool]:
        """A condition: everything up to `head` is applied."""
        return lambda: self.cursor() >= head


def messages_in(broker_url: str, queue: Any) -> int:
    """How many messages a queue holds."""
    with connected(broker_url, [queue]) as link:
        return int(queue.bind(link.channel).queue_declare(passive=True).message_count)


@contextmanager
def running(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run each on a thread of its own for the length of the block, and fail if one does not end."""
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(stop,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in threads)
