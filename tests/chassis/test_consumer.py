"""A consumer applies each event once, in order, and parks what its handlers cannot take."""

import threading
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import OperationalError

from chassis import consumer as consumer_module
from chassis import parking
from chassis.actor import SERVICE
from chassis.consumer import Consumer, Event, Gap, handlers_in
from chassis.correlation import correlation_id
from chassis.database import Database
from tests.backends import ServiceDatabase
from tests.chassis.events import (
    CONSUMER,
    HANDLERS,
    PRODUCER,
    TYPE,
    add_effect_table,
    effects,
    refuse_poison,
    rows,
    scalar,
    write_effects,
)

PICKY = {TYPE: refuse_poison}


@pytest.fixture
def service(databases) -> ServiceDatabase:
    fresh = databases(CONSUMER)
    add_effect_table(fresh.owner_url)
    return fresh


@pytest.fixture
def database(service: ServiceDatabase) -> Database:
    return service.database


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "RETRY_AFTER", (0.0, 0.0))


def an_event(
    position: int, key: str = "school:1", *, event_type: str = TYPE, correlation: str | None = None, **body
) -> Event:
    return Event(
        event_id=str(uuid4()),
        type=event_type,
        version=1,
        key=key,
        occurred_at=datetime.now(UTC),
        traceparent=None,
        correlation_id=correlation,
        position=position,
        producer=PRODUCER,
        body=body,
    )


def positions(database: Database) -> list[int]:
    return [position for position, _ in effects(database)]


def a_consumer(database: Database, handlers=HANDLERS) -> Consumer:
    return Consumer(PRODUCER, database, handlers)


def test_events_are_applied_and_the_cursor_moves(database: Database) -> None:
    consumer = a_consumer(database)
    assert consumer.position() == 0
    consumer.take([an_event(1), an_event(2)])
    consumer.take([an_event(3)])
    assert positions(database) == [1, 2, 3]
    assert consumer.position() == 3


def test_what_was_applied_is_skipped(database: Database) -> None:
    consumer = a_consumer(database)
    consumer.take([an_event(1), an_event(2)])
    consumer.take([an_event(1), an_event(2)])
    consumer.take([an_event(2), an_event(3)])
    assert positions(database) == [1, 2, 3]


def test_what_comes_too_early_is_a_gap_and_changes_nothing(database: Database) -> None:
    consumer = a_consumer(database)
    consumer.take([an_event(1)])
    with pytest.raises(Gap):
        consumer.take([an_event(3)])
    assert consumer.position() == 1
    assert positions(database) == [1]


def test_effects_and_cursor_are_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies after the effects and before the cursor leaves neither."""
    monkeypatch.setattr(consumer_module, "_MOVE", text("SELECT 1 / 0, :position, :producer"))
    with pytest.raises(Exception, match="division by zero"):
        a_consumer(database).take([an_event(1)])
    assert (effects(database), a_consumer(database).position()) == ([], 0)


def test_two_workers_of_a_service_apply_each_event_once(database: Database) -> None:
    start = threading.Barrier(2)

    def take() -> None:
        start.wait()
        for position in range(1, 41):
            a_consumer(database).take([an_event(position)])

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert positions(database) == list(range(1, 41))


def test_a_run_of_one_type_goes_to_its_handler_at_once(database: Database) -> None:
    calls: list[tuple[str, list[int]]] = []

    def note(_connection: Connection, events: Sequence[Event]) -> None:
        calls.append((events[0].type, [event.position for event in events]))

    events = [
        an_event(1, event_type="A"),
        an_event(2, event_type="A"),
        an_event(3, event_type="B"),
        an_event(4, event_type="A"),
    ]
    a_consumer(database, {"A": note, "B": note}).take(events)
    assert calls == [("A", [1, 2]), ("B", [3]), ("A", [4])]


def test_a_type_that_nobody_handles_is_passed_over(database: Database) -> None:
    consumer = a_consumer(database)
    consumer.take([an_event(1, event_type="BrandNew"), an_event(2)])
    assert positions(database) == [2]
    assert consumer.position() == 2


def test_a_handler_works_under_the_correlation_id_of_its_events(database: Database) -> None:
    seen: list[tuple[str, str]] = []

    def note(connection: Connection, _events: Sequence[Event]) -> None:
        setting = connection.execute(text("SELECT current_setting('bursar.correlation_id')")).scalar_one()
        seen.append((correlation_id(), setting))

    consumer = a_consumer(database, {TYPE: note})
    consumer.take([an_event(1, correlation="correlation-1"), an_event(2, correlation="correlation-1")])
    consumer.take([an_event(3, correlation="correlation-2"), an_event(4, correlation="correlation-3")])
    assert seen[0] == ("correlation-1", "correlation-1")
    assert seen[1][0] == seen[1][1] != ""
    assert seen[1][0] not in {"correlation-2", "correlation-3"}


def test_poison_is_parked_with_its_key_and_others_go_on(database: Database) -> None:
    consumer = a_consumer(database, PICKY)
    consumer.take([an_event(1, "a"), an_event(2, "b", poison=True), an_event(3, "b"), an_event(4, "c")])
    consumer.take([an_event(5, "b"), an_event(6, "a")])
    assert effects(database) == [(1, "a"), (4, "c"), (6, "a")]
    assert [(parked.position, parked.key) for parked in parking.waiting(database)] == [(2, "b"), (3, "b"), (5, "b")]
    assert parking.waiting(database)[0].error == "ValueError: poison"
    assert consumer.position() == 6


def test_a_fault_that_passes_parks_nothing(database: Database) -> None:
    tries = iter((True, False))

    def stumble(connection: Connection, events: Sequence[Event]) -> None:
        write_effects(connection, events)
        if next(tries, False):
            raise ValueError("not yet")

    a_consumer(database, {TYPE: stumble}).take([an_event(1), an_event(2)])
    assert positions(database) == [1, 2]
    assert parking.waiting(database) == []


def test_a_check_deferred_to_the_commit_parks_its_event_too(service: ServiceDatabase) -> None:
    url = make_url(service.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE effect ADD UNIQUE (key) DEFERRABLE INITIALLY DEFERRED")
    a_consumer(service.database).take([an_event(1, "a"), an_event(2, "a"), an_event(3, "b")])
    assert effects(service.database) == [(1, "a"), (3, "b")]
    assert [parked.position for parked in parking.waiting(service.database)] == [2]


def test_a_lost_database_is_no_fault_of_the_event(service: ServiceDatabase) -> None:
    def lose(connection: Connection, _events: Sequence[Event]) -> None:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    consumer = a_consumer(service.database, {TYPE: lose})
    with pytest.raises(OperationalError):
        consumer.take([an_event(1)])
    assert parking.waiting(service.database) == []
    a_consumer(service.database).take([an_event(1)])
    assert positions(service.database) == [1]


@contextmanager
def three_parked(database: Database):
    """Events 1 to 3 of key b are parked behind the first; 4, of key a, is not."""
    a_consumer(database, PICKY).take(
        [an_event(1, "b", poison=True), an_event(2, "b"), an_event(3, "b"), an_event(4, "a")]
    )
    yield [parked.id for parked in parking.waiting(database)]


def test_a_retry_applies_the_whole_key_in_order(database: Database) -> None:
    with three_parked(database) as ids:
        done = parking.retry(database, HANDLERS, ids[2], who="Ada", reason="handler mended")
    assert done == parking.Retried(applied=3, error=None)
    assert positions(database) == [4, 1, 2, 3]
    assert parking.waiting(database) == []
    record = "SELECT resolution, resolved_by, reason, resolved_at IS NOT NULL FROM parked_event"
    assert rows(database, record) == [("applied", "Ada", "handler mended", True)] * 3
    a_consumer(database, PICKY).take([an_event(5, "b")])
    assert positions(database) == [4, 1, 2, 3, 5]


def test_a_retry_stops_at_what_still_fails(database: Database) -> None:
    with three_parked(database) as ids:
        done = parking.retry(database, PICKY, ids[0], who="Ada", reason="hope")
    assert done == parking.Retried(applied=0, error="ValueError: poison")
    assert positions(database) == [4]
    assert len(parking.waiting(database)) == 3


def test_after_a_discard_the_rest_of_the_key_can_be_retried(database: Database) -> None:
    with three_parked(database) as ids:
        parking.discard(database, ids[0], who="Ada", reason="school never existed")
        a_consumer(database, PICKY).take([an_event(5, "b")])
        assert [parked.position for parked in parking.waiting(database)] == [2, 3, 5]
        assert parking.retry(database, PICKY, ids[1], who="Ada", reason="go on").applied == 3
    assert positions(database) == [4, 2, 3, 5]
    discarded = "SELECT position, resolved_by, reason FROM parked_event WHERE resolution = 'discarded'"
    assert rows(database, discarded) == [(1, "Ada", "school never existed")]


def test_a_decision_needs_a_person_and_a_reason(database: Database) -> None:
    with three_parked(database) as ids:
        for who, reason in (("", "why"), ("Ada", " ")):
            with pytest.raises(ValueError, match="who decides"):
                parking.retry(database, HANDLERS, ids[0], who=who, reason=reason)
            with pytest.raises(ValueError, match="who decides"):
                parking.discard(database, ids[0], who=who, reason=reason)
    assert len(parking.waiting(database)) == 3


def test_what_is_not_parked_can_be_neither_retried_nor_discarded(database: Database) -> None:
    with three_parked(database) as ids:
        parking.discard(database, ids[0], who="Ada", reason="done with it")
        for parked_id in (ids[0], 999_999):
            with pytest.raises(parking.NotParked):
                parking.discard(database, parked_id, who="Ada", reason="again")
            with pytest.raises(parking.NotParked):
                parking.retry(database, HANDLERS, parked_id, who="Ada", reason="again")


def test_a_retry_and_the_consumer_do_not_overtake_each_other(database: Database) -> None:
    """While a retry is under way, the consumer waits and then finds the key free."""
    in_handler, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection, events: Sequence[Event]) -> None:
        in_handler.set()
        go_on.wait(30)
        write_effects(connection, events)

    with three_parked(database) as ids:
        arguments = {"who": "Ada", "reason": "mended"}
        retry = threading.Thread(target=parking.retry, args=(database, {TYPE: slow}, ids[0]), kwargs=arguments)
        retry.start()
        in_handler.wait(30)
        take = threading.Thread(target=a_consumer(database).take, args=([an_event(5, "b")],))
        take.start()
        go_on.set()
        retry.join()
        take.join()
    assert positions(database) == [4, 1, 2, 3, 5]


def test_handlers_are_found_by_their_modules() -> None:
    for package in ("services.catalogue.inbox", "services.orders.inbox", "services.billing.inbox", "gateway.inbox"):
        found = handlers_in(package)
        assert found
        assert all(callable(handler) for handler in found.values())


def test_a_handler_may_use_the_transaction_of_a_use_case(database: Database) -> None:
    def use_case(_connection: Connection, events: Sequence[Event]) -> None:
        with database.transaction(SERVICE) as joined:
            write_effects(joined, events)

    a_consumer(database, {TYPE: use_case}).take([an_event(1)])
    assert positions(database) == [1]
    assert scalar(database, "SELECT position FROM consumer_cursor") == 1
