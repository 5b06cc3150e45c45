"""A worker is one process that probes can ask, and that ends cleanly when it is told to."""

import json
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.settings import Settings
from chassis.worker import Timer, Worker, run_worker
from tests.chassis.events import (
    CONSUMER,
    HANDLERS,
    PRODUCER,
    TYPE,
    Pair,
    effects,
    happen,
    number_all,
    until,
    write_effects,
)
from tests.clients import FEED_SECRET

SPAWN = multiprocessing.get_context("spawn")


def settings_of(pair: Pair, port: int) -> Settings:
    return Settings(
        name=CONSUMER,
        environment="embedded",
        database_url=pair.consumer.url,
        broker_url=pair.broker_url,
        token_public_key="",
        feed_secret=FEED_SECRET,
        worker_port=port,
        pool_size=8,
        producers={PRODUCER: pair.feed.url},
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def work(settings: Settings, hold: Any = None, held: Any = None) -> None:
    """The worker's process; its handler stops in the middle if it is given something to hold on to."""

    def handler(connection, events) -> None:
        write_effects(connection, events)
        if hold is not None:
            held.set()
            hold.wait(60)

    database = Database(settings.database_url)

    def note_a_tick() -> None:
        with database.transaction(SERVICE) as connection:
            connection.execute(text("INSERT INTO effect (position, key) VALUES (0, 'tick')"))

    run_worker(CONSUMER, settings, database, {TYPE: handler}, [Timer(3600, note_a_tick)])


@contextmanager
def a_worker(pair: Pair, *arguments: Any) -> Iterator[tuple[Any, int]]:
    port = free_port()
    process = SPAWN.Process(target=work, args=(settings_of(pair, port), *arguments), daemon=True)
    process.start()
    try:
        yield process, port
    finally:
        process.kill()
        process.join()


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}{path}", timeout=5, retries=False)
    except urllib3.exceptions.HTTPError:
        return 0, ""
    return answer.status, answer.data.decode()


def test_a_worker_answers_probes_and_shows_its_metrics(pair: Pair) -> None:
    happen(pair.producer, "a", "b")
    number_all(pair.producer)
    with a_worker(pair) as (_, port):
        until(lambda: ask(port, "/healthz")[0] == 200)
        status, body = ask(port, "/readyz")
        assert (status, json.loads(body)["status"]) == (200, "ready")
        until(pair.caught_up(2))
        until(lambda: (0, "tick") in effects(pair.consumer))
        metrics = ask(port, "/metrics")[1]
        assert 'bursar_events_applied_total{producer="members"} 2.0' in metrics
        assert 'bursar_parked_events{producer="members"} 0.0' in metrics
        assert "bursar_event_log_age_seconds 0.0" in metrics
        assert "bursar_consumer_lag_events" in metrics
        assert "bursar_handler_seconds_count" in metrics
        assert ask(port, "/elsewhere")[0] == 404


def test_a_worker_told_to_end_finishes_the_batch_in_hand(pair: Pair) -> None:
    happen(pair.producer, "a", "b")
    number_all(pair.producer)
    with pair.link() as link:
        link.publish(PRODUCER, pair.page(0, 2))
    pair.feed.off()
    hold, held = SPAWN.Event(), SPAWN.Event()
    with a_worker(pair, hold, held) as (process, _):
        assert held.wait(60)
        os.kill(process.pid, signal.SIGTERM)
        hold.set()
        process.join(60)
        assert process.exitcode == 0
    assert [key for _, key in effects(pair.consumer) if key != "tick"] == ["a", "b"]
    assert pair.cursor() == 2
    assert pair.waiting_messages() == 0


def test_a_worker_that_cannot_reach_its_broker_lives_on_the_feed(brokerless_pair: Pair) -> None:
    pair = brokerless_pair
    happen(pair.producer, "a")
    number_all(pair.producer)
    with a_worker(pair) as (process, port):
        until(pair.caught_up(1))
        assert ask(port, "/readyz")[0] == 200
        os.kill(process.pid, signal.SIGTERM)
        process.join(60)
        assert process.exitcode == 0
    assert [key for _, key in effects(pair.consumer) if key != "tick"] == ["a"]


def test_a_timer_goes_on_after_a_fault(brokerless_pair: Pair) -> None:
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 1:
            raise ValueError("the first time")

    settings = settings_of(brokerless_pair, 0)
    worker = Worker(CONSUMER, settings, brokerless_pair.consumer, HANDLERS, [Timer(0.01, tick)])
    worker.start()
    until(lambda: len(ticks) > 2)
    assert worker.dead_threads() == []
    worker.stop()


def test_a_producer_has_a_relay_and_the_gateway_has_none(brokerless_pair: Pair) -> None:
    for name, has_relay in ((PRODUCER, True), ("gateway", False)):
        worker = Worker(name, settings_of(brokerless_pair, 0), brokerless_pair.producer, {})
        assert ({"number", "publish"} <= set(worker.work)) is has_relay
