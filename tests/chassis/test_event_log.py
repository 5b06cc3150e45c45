"""Events are appended with what they tell of, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.correlation import correlated
from chassis.database import Database
from chassis.event import UnreadablePage, read_page
from chassis.event_log import PAGE_BYTES, NewEvent, OutsideTransaction, append, append_many, page_after
from tests.chassis.events import PRODUCER, fail_to_happen, number_all, scalar

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def database(databases) -> Database:
    return databases(PRODUCER).database


def page(database: Database, after: int = 0, limit: int = 500):
    with database.transaction(SERVICE) as connection:
        return read_page(page_after(connection, after, limit).text, PRODUCER)


def test_an_event_is_not_appended_outside_a_transaction(database: Database) -> None:
    with database.engine.connect() as connection, pytest.raises(OutsideTransaction):
        append(connection, "RoundClosed", key="round:1", body={})


def test_an_event_vanishes_with_its_transaction(database: Database) -> None:
    fail_to_happen(database, "round:1")
    assert scalar(database, "SELECT count(*) FROM event_log") == 0


def test_an_event_carries_its_origin(database: Database) -> None:
    before = datetime.now(UTC)
    with correlated("correlation-0001", TRACE), database.transaction(SERVICE) as connection:
        append(connection, "RoundClosed", key="round:1", body={"title": "Päper £5"}, version=2)
    number_all(database)
    (event,) = page(database).events
    assert (event.type, event.version, event.key, event.position) == ("RoundClosed", 2, "round:1", 1)
    assert (event.correlation_id, event.traceparent) == ("correlation-0001", TRACE)
    assert event.body == {"title": "Päper £5"}
    assert event.producer == PRODUCER
    assert abs(event.occurred_at - before) < timedelta(minutes=5)


def test_events_written_by_sql_carry_their_origin_too(database: Database) -> None:
    with correlated("correlation-0002", TRACE), database.transaction(SERVICE) as connection:
        connection.execute(
            text(
                "INSERT INTO event_log (type, version, key, body)"
                " SELECT 'SchoolRecorded', 1, 'school:' || n, '{}' FROM generate_series(1, 3) AS n"
            )
        )
    number_all(database)
    events = page(database).events
    assert [event.key for event in events] == ["school:1", "school:2", "school:3"]
    assert {event.correlation_id for event in events} == {"correlation-0002"}
    assert len({event.event_id for event in events}) == 3


def test_many_events_keep_the_order_in_which_they_were_given(database: Database) -> None:
    with database.transaction(SERVICE) as connection:
        append_many(connection, (NewEvent("SchoolRecorded", f"school:{n}", {}) for n in range(700)))
        append_many(connection, [])
    number_all(database)
    read = [*page(database).events, *page(database, after=500).events]
    assert [event.key for event in read] == [f"school:{n}" for n in range(700)]
    assert [event.position for event in read] == list(range(1, 701))


def test_what_is_not_numbered_is_not_shown(database: Database) -> None:
    with database.transaction(SERVICE) as connection:
        append(connection, "RoundClosed", key="round:1", body={})
    assert list(page(database).events) == []
    assert page(database).head == 0


def test_a_page_is_bounded_by_events_and_by_bytes(database: Database) -> None:
    large = "x" * (PAGE_BYTES // 4)
    with database.transaction(SERVICE) as connection:
        append_many(connection, [NewEvent("RoundClosed", "round:1", {"large": large}) for _ in range(9)])
    number_all(database)
    assert [event.position for event in page(database, after=2, limit=2).events] == [3, 4]
    assert [event.position for event in page(database).events] == [1, 2, 3, 4]
    assert page(database).head == 9


def test_an_event_larger_than_a_page_still_travels(database: Database) -> None:
    with database.transaction(SERVICE) as connection:
        for _ in range(2):
            append(connection, "RoundClosed", key="round:1", body={"large": "x" * (PAGE_BYTES + 1)})
    number_all(database)
    assert [event.position for event in page(database).events] == [1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"events": []}',
        '{"head": 1, "events": [{}]}',
        '{"head": 1, "events": 7}',
        '{"head": "many", "events": []}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_page_is_refused(text: str | bytes) -> None:
    with pytest.raises(UnreadablePage):
        read_page(text, PRODUCER)


def test_a_page_with_a_hole_is_refused(database: Database) -> None:
    with database.transaction(SERVICE) as connection:
        append_many(connection, [NewEvent("RoundClosed", "round:1", {}) for _ in range(3)])
    number_all(database)
    events = page(database).events
    holed = f'{{"head": 3, "events": [{events[0].as_json()}, {events[2].as_json()}]}}'
    with pytest.raises(UnreadablePage):
        read_page(holed, PRODUCER)


def test_an_event_reads_as_it_was_written(database: Database) -> None:
    with correlated("correlation-0003", TRACE), database.transaction(SERVICE) as connection:
        append(connection, "RoundClosed", key="round:1", body={"lines": [{"unit_price": "12.5000"}]})
    number_all(database)
    (event,) = page(database).events
    again = read_page(f'{{"head": 1, "events": [{event.as_json()}]}}', PRODUCER)
    assert list(again.events) == [event]
