"""The feed answers workers from the log alone, and nobody else."""

import pytest

from chassis.actor import Actor
from chassis.database import Database
from chassis.feed import FeedClient, FeedUnavailable
from tests.chassis.events import PRODUCER, Feed, happen, number_all
from tests.clients import FEED_SECRET

NOBODY = Actor("alliance", None, "Nobody")


@pytest.fixture
def door(service_client):
    """The producer's HTTP door, asked without a service token."""
    client = service_client(PRODUCER, NOBODY)
    return client, service_client.database(PRODUCER).database


def ask(door, query: str = "", secret: str = FEED_SECRET):
    return door[0].open(f"/internal/events{query}", headers={"Authorization": f"Bearer {secret}"})


def test_the_feed_continues_after_a_position(door) -> None:
    happen(door[1], "a", "b", "c")
    number_all(door[1])
    answer = ask(door, "?after=1&limit=1").get_json()
    assert answer["head"] == 3
    assert [(event["position"], event["key"]) for event in answer["events"]] == [(2, "b")]
    assert ask(door, "?after=3").get_json() == {"head": 3, "events": []}


@pytest.mark.parametrize("secret", ["", "wrong", FEED_SECRET + "x", "ключ"])
def test_the_feed_is_only_behind_its_secret(door, secret: str) -> None:
    answer = door[0].open("/internal/events", headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token_invalid")


def test_the_feed_is_not_open_to_service_tokens(service_client) -> None:
    assert service_client(PRODUCER, NOBODY).get("/internal/events").status_code == 401


@pytest.mark.parametrize("query", ["?after=-1", "?after=x", "?after=1e3", "?after=99999999999999999999", "?limit=x"])
def test_a_senseless_position_is_refused(door, query: str) -> None:
    answer = ask(door, query)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_the_client_reads_what_the_feed_gives(databases) -> None:
    database: Database = databases(PRODUCER).database
    happen(database, "a", "b")
    number_all(database)
    feed = Feed(database)
    try:
        page = FeedClient(PRODUCER, feed.url + "/", FEED_SECRET).after(1)
        assert (page.head, [event.key for event in page.events]) == (2, ["b"])
        with pytest.raises(FeedUnavailable):
            FeedClient(PRODUCER, feed.url, "wrong").after(1)
    finally:
        feed.off()
    with pytest.raises(FeedUnavailable):
        FeedClient(PRODUCER, feed.url, FEED_SECRET).after(1)
