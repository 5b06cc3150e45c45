"""Events from one part to another: how soon on an idle system, and how many a second.

Each function takes the producer's and the consumer's empty, migrated databases, the consumer's owner address and an
empty broker, and returns rows for `bench/results.json`. Relay and consumer are processes of their own, as in life.
The feed is not there, so that only what the broker has carried is counted.
"""

import json
import multiprocessing
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from chassis.actor import SERVICE
from chassis.consumer import Consumer, Event
from chassis.database import Database
from chassis.event_log import append
from chassis.feed import FeedClient
from chassis.relay import Relay
from chassis.subscription import Subscription

PRODUCER, CONSUMER = "members", "catalogue"
REPEATS = 60
EVENTS = 50_000
PATIENCE_SECONDS = 120
LATENCY_TARGET_MS = 60
THROUGHPUT_TARGET = 5000

_TYPE = "SchoolRecorded"
_BODY = {"urn": 118001, "name": "Barrow Lane Primary School", "phase": "primary", "pupils": 271, "town": "Maidstone"}
_TABLE = "bench_effect"
_WRITE = text(f"""
    INSERT INTO {_TABLE} (position, key, body)
    SELECT * FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS (position bigint, key text, body jsonb)
""")
_TELL = text("SELECT pg_notify('bench_applied', :position)")
_SPAWN = multiprocessing.get_context("spawn")

Row = dict[str, Any]


def latency(producer: Database, consumer: Database, owner_url: str, broker_url: str) -> list[Row]:
    """Median time from one event's commit to its effect's commit elsewhere, against one committed insert."""
    with _effect_table(owner_url), _applied(consumer) as applied:
        floor_ms = statistics.median(_milliseconds(lambda: _insert_one(consumer)) for _ in range(REPEATS))
        with _running(producer, consumer, broker_url):
            _log_one(producer)
            applied(1)
            taken = []
            for position in range(2, REPEATS + 2):
                _log_one(producer)
                taken.append(_milliseconds(partial(applied, position)))
                time.sleep(0.05)  # an idle system, not a stream
    figure = statistics.median(taken)
    return [
        {
            "name": f"event from commit to applied elsewhere, idle, {_kind(broker_url)}",
            "figure": round(figure, 1),
            "unit": "ms",
            "floor": round(floor_ms, 2),
            "ratio": round(figure / floor_ms, 1),
            "target": LATENCY_TARGET_MS,
            "better": "lower",
            "met": figure < LATENCY_TARGET_MS,
        }
    ]


def throughput(producer: Database, consumer: Database, owner_url: str, broker_url: str) -> list[Row]:
    """Rate at which a log of 50,000 events is applied elsewhere, against one INSERT … SELECT of as many rows.

    The target is RabbitMQ's; pgmq's rate is reported beside it.
    """
    with _effect_table(owner_url), _applied(consumer) as applied, _running(producer, consumer, broker_url):
        _log_one(producer)
        applied(1)
        _log_many(producer)
        seconds = _milliseconds(lambda: applied(EVENTS + 1)) / 1000
        floor_seconds = _milliseconds(lambda: _insert_many(consumer)) / 1000
    figure, floor = EVENTS / seconds, EVENTS / floor_seconds
    return [
        {
            "name": f"{EVENTS} logged events applied elsewhere, {_kind(broker_url)}",
            "figure": round(figure),
            "unit": "events/s",
            "floor": round(floor),
            "ratio": round(figure / floor, 3),
            "target": THROUGHPUT_TARGET,
            "better": "higher",
            "met": figure >= THROUGHPUT_TARGET,
        }
    ]


def write_effects(connection: Connection, events: Sequence[Event]) -> None:
    """The consumer's handler: one statement for the whole run, and word of how far it got."""
    rows = [{"position": event.position, "key": event.key, "body": event.body} for event in events]
    connection.execute(_WRITE, {"events": json.dumps(rows)})
    connection.execute(_TELL, {"position": str(events[-1].position)})


def run_relay(database_url: str, broker_url: str) -> None:
    """The producer's process."""
    relay = Relay(PRODUCER, Database(database_url), broker_url)
    _run(relay.number, relay.publish)


def run_consumer(database_url: str, broker_url: str) -> None:
    """The consumer's process."""
    consumer = Consumer(PRODUCER, Database(database_url), {_TYPE: write_effects})
    feed = FeedClient(PRODUCER, "http://127.0.0.1:1", "none")
    _run(Subscription(CONSUMER, consumer, feed, broker_url, feed_every=3600).run)


def _run(*works: Callable[[threading.Event], None]) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threads = [threading.Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _running(producer: Database, consumer: Database, broker_url: str) -> Iterator[None]:
    processes = [
        _SPAWN.Process(target=run_relay, args=(producer.url, broker_url), daemon=True),
        _SPAWN.Process(target=run_consumer, args=(consumer.url, broker_url), daemon=True),
    ]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.join()


@contextmanager
def _applied(consumer: Database) -> Iterator[Callable[[int], None]]:
    """A function that waits until the effects up to a position are committed."""
    url = make_url(consumer.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute("LISTEN bench_applied")

        def wait(position: int) -> None:
            for notify in listener.notifies(timeout=PATIENCE_SECONDS):
                if int(notify.payload) >= position:
                    return
            raise TimeoutError(f"Event {position} was not applied within {PATIENCE_SECONDS} seconds.")

        yield wait


@contextmanager
def _effect_table(owner_url: str) -> Iterator[None]:
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {_TABLE} (position bigint, key text, body jsonb)"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {_TABLE}"))


def _log_one(producer: Database) -> None:
    with producer.transaction(SERVICE) as connection:
        append(connection, _TYPE, key="school:118001", body=_BODY)


def _log_many(producer: Database) -> None:
    with producer.transaction(SERVICE) as connection:
        connection.execute(
            text(
                "INSERT INTO event_log (type, version, key, body)"
                " SELECT :type, 1, 'school:' || n % 591, CAST(:body AS jsonb) FROM generate_series(1, :events) AS n"
            ),
            {"type": _TYPE, "body": json.dumps(_BODY), "events": EVENTS},
        )


def _insert_one(consumer: Database) -> None:
    with consumer.transaction(SERVICE) as connection:
        rows = [{"position": 0, "key": "floor", "body": _BODY}]
        connection.execute(_WRITE, {"events": json.dumps(rows)})


def _insert_many(consumer: Database) -> None:
    with consumer.transaction(SERVICE) as connection:
        connection.execute(
            text(
                f"INSERT INTO {_TABLE} (position, key, body)"
                " SELECT n, 'school:' || n % 591, CAST(:body AS jsonb) FROM generate_series(1, :events) AS n"
            ),
            {"body": json.dumps(_BODY), "events": EVENTS},
        )


def _milliseconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def _kind(broker_url: str) -> str:
    return "pgmq" if broker_url.startswith("pgmq") else "RabbitMQ"
