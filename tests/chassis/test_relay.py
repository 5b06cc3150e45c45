"""The relay numbers without gaps and publishes in order, whatever the broker does."""

import threading
from uuid import uuid4

import kombu
import pytest

from chassis.broker import queue_of, queues_from
from chassis.event_log import append
from chassis.event_metrics import EventTables
from chassis.relay import Relay
from tests.chassis.cable import Cable
from tests.chassis.events import (
    CONSUMER,
    PRODUCER,
    Pair,
    effects,
    fail_to_happen,
    happen,
    messages_in,
    number_all,
    rows,
    running,
    scalar,
    until,
)


def published(pair: Pair) -> int:
    return scalar(pair.producer, "SELECT published_position FROM relay_state")


def numbered(pair: Pair) -> int:
    return scalar(pair.producer, "SELECT numbered_position FROM relay_state")


def test_what_is_committed_is_applied_elsewhere_once_and_in_order(pair: Pair) -> None:
    with pair.relay(), pair.subscription():
        happen(pair.producer, "a", "b")
        happen(pair.producer, "a")
        until(pair.caught_up(3))
    assert effects(pair.consumer) == [(1, "a"), (2, "b"), (3, "a")]


def test_numbers_have_no_gaps_and_keep_each_key_in_order_under_concurrent_writers(databases) -> None:
    database = databases(PRODUCER).database
    writers, each, keys = 6, 40, [f"school:{n}" for n in range(3)]
    sequence = dict.fromkeys(keys, 0)
    locks = {key: threading.Lock() for key in keys}  # as use cases lock the aggregate's row

    def write(writer: int) -> None:
        for turn in range(each):
            key = keys[(writer + turn) % len(keys)]
            with locks[key]:
                sequence[key] += 1
                happen(database, key, step=sequence[key])
            if turn % 5 == 0:
                fail_to_happen(database, key)

    relays = [Relay(PRODUCER, database, "amqp://nowhere.invalid") for _ in range(2)]
    with running(*(relay.number for relay in relays)):
        threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: scalar(database, "SELECT count(*) FROM event_log WHERE position IS NULL") == 0)
        assert sum(relay.leads for relay in relays) == 1

    found = rows(database, "SELECT position, key, (body ->> 'step')::int FROM event_log ORDER BY position")
    assert [position for position, _, _ in found] == list(range(1, writers * each + 1))
    for key in keys:
        steps = [step for _, of_key, step in found if of_key == key]
        assert steps == list(range(1, len(steps) + 1))


def test_an_event_committed_late_gets_a_later_position(databases) -> None:
    database = databases(PRODUCER).database
    with database.engine.begin() as slow:
        append(slow, "SchoolRecorded", key="early-id", body={})
        happen(database, "late-id")
        number_all(database)
    number_all(database)
    found = rows(database, "SELECT position, key FROM event_log ORDER BY id")
    assert found == [(2, "early-id"), (1, "late-id")]


def test_another_relay_leads_when_the_leader_ends(pair: Pair) -> None:
    with pair.relay() as second:
        until(lambda: second.leads)
        with pair.relay() as third:
            happen(pair.producer, "a")
            until(lambda: published(pair) == 1)
            assert not third.leads
    with pair.relay() as third:
        happen(pair.producer, "b")
        until(lambda: published(pair) == 2)
        assert third.leads


def test_a_leader_whose_connection_is_killed_is_replaced(pair: Pair) -> None:
    with pair.relay() as first, pair.relay() as second:
        until(lambda: first.leads or second.leads)
        happen(pair.producer, "a")
        until(lambda: published(pair) == 1)
        scalar(
            pair.producer,
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name LIKE 'bursar relay%' AND datname = current_database() AND usename = current_user",
        )
        happen(pair.producer, "b")
        until(lambda: published(pair) == 2)
    assert rows(pair.producer, "SELECT position, key FROM event_log ORDER BY id") == [(1, "a"), (2, "b")]


def test_a_broker_that_is_down_stops_neither_numbering_nor_the_feed(pair: Pair) -> None:
    cable = Cable(pair.broker_url)
    try:
        with pair.relay(cable.url), pair.subscription(broker_url=cable.url):
            happen(pair.producer, "before")
            until(lambda: published(pair) == 1)
            until(pair.caught_up(1))
            cable.cut()
            happen(pair.producer, "during")
            until(lambda: numbered(pair) == 2)
            until(pair.caught_up(2))
            assert published(pair) == 1
            assert oldest_unpublished(pair) > 0
            cable.mend()
            happen(pair.producer, "after")
            until(lambda: published(pair) == 3)
            until(pair.caught_up(3))
    finally:
        cable.close()
    assert effects(pair.consumer) == [(1, "before"), (2, "during"), (3, "after")]
    assert oldest_unpublished(pair) == 0


def test_a_queue_deleted_under_its_consumer_is_declared_again(pair: Pair) -> None:
    with pair.relay(), pair.subscription(feed_every=0.5):
        happen(pair.producer, "a")
        until(pair.caught_up(1))
        delete(pair, queue_of(CONSUMER, PRODUCER))
        happen(pair.producer, "b")
        until(pair.caught_up(2))
    assert effects(pair.consumer) == [(1, "a"), (2, "b")]


@pytest.mark.rabbitmq
def test_what_reaches_no_queue_is_not_taken_for_published(rabbitmq_pair: Pair) -> None:
    pair = rabbitmq_pair
    with pair.relay():
        happen(pair.producer, "a")
        until(lambda: published(pair) == 1)
        delete(pair, *queues_from(PRODUCER))
        happen(pair.producer, "b")
        until(lambda: published(pair) == 2)
    assert [messages_in(pair.broker_url, queue) for queue in queues_from(PRODUCER)] == [1, 1, 1, 1]


def test_many_events_travel_in_few_messages(pair: Pair) -> None:
    with pair.link():
        happen(pair.producer, *(f"school:{uuid4()}" for _ in range(1200)))
    with pair.relay():
        until(lambda: published(pair) == 1200)
    assert pair.waiting_messages() == 3
    with pair.subscription():
        until(pair.caught_up(1200))
    assert [position for position, _ in effects(pair.consumer)] == list(range(1, 1201))


def delete(pair: Pair, *queues: kombu.Queue) -> None:
    with pair.link() as link:
        for queue in queues:
            queue.bind(link.channel).delete()


def oldest_unpublished(pair: Pair) -> float:
    """The age in seconds that the metrics page shows."""
    (age, *_) = EventTables(pair.producer).collect()
    return float(age.samples[0].value)
