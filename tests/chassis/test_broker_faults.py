"""Whatever happens to messages on the way, every event takes effect once, in order."""

import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe

import kombu
import pytest
from prometheus_client import REGISTRY

from chassis import broker, parking
from chassis import consumer as consumer_module
from chassis.broker import DEAD_LETTER_QUEUE, connected, queue_of
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.feed import FeedClient
from chassis.subscription import Subscription
from tests.chassis.events import (
    CONSUMER,
    HANDLERS,
    PRODUCER,
    TYPE,
    Pair,
    effects,
    happen,
    messages_in,
    number_all,
    refuse_poison,
    running,
    until,
)
from tests.clients import FEED_SECRET

NEVER = 3600.0


def three_events(pair: Pair) -> None:
    happen(pair.producer, "a", "b", "a")
    number_all(pair.producer)


THREE = [(1, "a"), (2, "b"), (3, "a")]


def test_a_message_delivered_twice_takes_effect_once(pair: Pair) -> None:
    three_events(pair)
    with pair.link() as link:
        for _ in range(3):
            link.publish(PRODUCER, pair.page(0, 2))
        link.publish(PRODUCER, pair.page(2, 1))
        link.publish(PRODUCER, pair.page(1, 2))
    pair.feed.off()
    with pair.subscription():
        until(pair.caught_up(3))
        until(lambda: pair.waiting_messages() == 0)
    assert effects(pair.consumer) == THREE


def test_a_message_that_comes_too_early_waits_for_the_feed(pair: Pair) -> None:
    three_events(pair)
    pair.feed.off()
    with pair.link() as link:
        link.publish(PRODUCER, pair.page(2, 1))
        link.publish(PRODUCER, pair.page(0, 2))
    gaps = metric("bursar_consumer_gaps_total")
    with pair.subscription():
        until(lambda: metric("bursar_consumer_gaps_total") > gaps)
        assert effects(pair.consumer) == []
        pair.feed.on()
        until(pair.caught_up(3))
        until(lambda: pair.waiting_messages() == 0)
    assert effects(pair.consumer) == THREE


def test_a_message_that_never_comes_is_read_from_the_feed(pair: Pair) -> None:
    with pair.subscription(feed_every=0.1):
        three_events(pair)  # numbered, and published by nobody
        until(pair.caught_up(3))
    assert effects(pair.consumer) == THREE


def test_a_purged_queue_heals_without_traffic(pair: Pair) -> None:
    with pair.relay():
        three_events(pair)
        until(lambda: pair.waiting_messages() > 0)
    with pair.link() as link:
        queue_of(CONSUMER, PRODUCER).bind(link.channel).purge()
    with pair.subscription():
        until(pair.caught_up(3))
    assert effects(pair.consumer) == THREE


def test_a_consumer_killed_before_it_acknowledges_changes_nothing(pair: Pair) -> None:
    three_events(pair)
    with pair.link() as link:
        link.publish(PRODUCER, pair.page(0, 3))
    pair.feed.off()
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    victim = spawn.Process(
        target=apply_and_tell, args=(pair.consumer.url, pair.feed.url, pair.broker_url, sender), daemon=True
    )
    victim.start()
    assert receiver.poll(60)
    assert receiver.recv() == "applied, not acknowledged"
    os.kill(victim.pid or 0, signal.SIGKILL)
    victim.join()
    assert effects(pair.consumer) == THREE
    with pair.subscription():
        pass  # the feed is off, and the queue brings the message again
    with pair.subscription({}):
        until(lambda: pair.waiting_messages() == 0)
    assert effects(pair.consumer) == THREE


def apply_and_tell(database_url: str, feed_url: str, broker_url: str, sender: Pipe) -> None:
    """The victim: applies a message, says so where it would acknowledge it, and waits to be killed."""

    def tell(_message: kombu.Message) -> None:
        sender.send("applied, not acknowledged")
        signal.pause()

    kombu.Message.ack = tell
    consumer = Consumer(PRODUCER, Database(database_url), HANDLERS)
    feed = FeedClient(PRODUCER, feed_url, FEED_SECRET)
    with running(Subscription(CONSUMER, consumer, feed, broker_url, feed_every=NEVER).run):
        signal.pause()


def test_what_cannot_be_read_goes_to_the_dead_letters(pair: Pair) -> None:
    three_events(pair)
    with pair.link() as link:
        link.publish(PRODUCER, "this is not JSON")
        link.publish(PRODUCER, pair.page(0, 2).replace('"position" : 2', '"position" : 9'))
    with pair.subscription():
        until(pair.caught_up(3))
        until(lambda: messages_in(pair.broker_url, DEAD_LETTER_QUEUE) == 2)
        until(lambda: pair.waiting_messages() == 0)
    assert effects(pair.consumer) == THREE


def test_poison_stops_its_own_key_only(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "RETRY_AFTER", (0.01,))
    with pair.relay(), pair.subscription({TYPE: refuse_poison}):
        happen(pair.producer, "a", poison=True)
        happen(pair.producer, "b", "a", "c")
        until(pair.caught_up(4))
        until(lambda: pair.waiting_messages() == 0)
    assert effects(pair.consumer) == [(2, "b"), (4, "c")]
    assert [(parked.position, parked.key) for parked in parking.waiting(pair.consumer)] == [(1, "a"), (3, "a")]
    first = parking.waiting(pair.consumer)[0]
    assert parking.retry(pair.consumer, HANDLERS, first.id, who="Ada", reason="mended").applied == 2
    assert effects(pair.consumer) == [(2, "b"), (4, "c"), (1, "a"), (3, "a")]


def test_a_long_batch_is_finished_before_the_subscription_ends(pair: Pair) -> None:
    three_events(pair)
    with pair.link() as link:
        link.publish(PRODUCER, pair.page(0, 2))
        link.publish(PRODUCER, pair.page(2, 1))
    pair.feed.off()
    asked_to_stop = []

    def handler(connection, events) -> None:
        asked_to_stop[0].set()
        HANDLERS[TYPE](connection, events)

    consumer = Consumer(PRODUCER, pair.consumer, {TYPE: handler})
    feed = FeedClient(PRODUCER, pair.feed.url, FEED_SECRET)
    subscription = Subscription(CONSUMER, consumer, feed, pair.broker_url, feed_every=NEVER)

    def run(stop) -> None:
        asked_to_stop.append(stop)
        subscription.run(stop)

    with running(run):
        until(lambda: asked_to_stop and asked_to_stop[0].is_set())
    assert effects(pair.consumer) == [(1, "a"), (2, "b")]
    with pair.subscription():
        until(pair.caught_up(3))
    assert effects(pair.consumer) == THREE


@pytest.mark.rabbitmq
def test_a_long_handler_does_not_cost_the_connection(rabbitmq_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = rabbitmq_pair
    connections = []

    @contextmanager
    def counted(*arguments, **options):
        with connected(*arguments, **options) as link:
            connections.append(link)
            yield link

    monkeypatch.setattr(broker, "_HEARTBEAT_SECONDS", 1)  # a silent client is cut off after three
    monkeypatch.setattr(broker, "connected", counted)
    three_events(pair)
    with pair.link() as link:
        link.publish(PRODUCER, pair.page(0, 3))
    pair.feed.off()

    def slow(connection, events) -> None:
        threading.Event().wait(6)
        HANDLERS[TYPE](connection, events)

    with pair.subscription({TYPE: slow}):
        until(pair.caught_up(3))
        until(lambda: pair.waiting_messages() == 0)
    assert len(connections) == 1
    assert effects(pair.consumer) == THREE


def metric(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"producer": PRODUCER}) or 0.0
