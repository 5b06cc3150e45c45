"""The daily digest: once a day for each person, at half past seven in London whatever the season."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.mail import DIGEST_AT, last_digest, next_digest
from gateway.mail.transport import Smtp
from gateway.mail.unsubscribe import unsubscribing_person
from gateway.usecases.queue_mail import queue_mail
from gateway.usecases.send_mail import Letterhead, make_up_digests, send_due_mail
from tests.backends import ServiceDatabase
from tests.gateway.conftest import role
from tests.gateway.mail_sink import Sink, mail_sink

LONDON = ZoneInfo("Europe/London")
HEAD = Letterhead("Bursar <bursar@alliance.example>", "https://bursar.example", "a secret of the tests")


def london(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.fixture
def buyer(known: Callable[..., str]) -> str:
    return known("buyer@oak.example", role("school_buyer", urn=1))


@pytest.fixture
def sink() -> Iterator[Sink]:
    with mail_sink() as server:
        yield server


def notice(store: ServiceDatabase, person: str, number: int, at: datetime, kind: str = "round_opened") -> None:
    with store.database.transaction(SERVICE) as connection:
        queue_mail(
            connection,
            kind=kind,
            key=f"{kind}:{number}:{person}",
            subject=f"Notice {number}",
            text=f"It is about {number}.",
            link=f"/about/{number}",
            to_person_id=person,
            now=at,
        )


def states(store: ServiceDatabase) -> dict[str, str]:
    with store.database.transaction(SERVICE) as connection:
        return {row.key.partition(":")[0]: row.state for row in connection.execute(text("SELECT key, state FROM mail"))}


def test_notices_of_a_day_are_one_mail_the_next_morning(store: ServiceDatabase, buyer: str, sink: Sink) -> None:
    for number, at in enumerate(("2026-11-19 09:00", "2026-11-19 18:00", "2026-11-20 07:30")):
        notice(store, buyer, number, london(at))
    assert make_up_digests(store.database, london("2026-11-20 07:34")) == 0
    assert make_up_digests(store.database, london("2026-11-20 07:35")) == 3
    assert send_due_mail(store.database, Smtp(sink.url), HEAD, lambda: london("2026-11-20 07:35")) == 1
    (message,) = sink.taken
    assert message["Subject"] == "3 notices from Bursar"
    plain = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Notice 0\n--------\n\nIt is about 0.\n\nhttps://bursar.example/about/0\n" in plain
    assert plain.index("Notice 1") < plain.index("Notice 2")
    assert "<h2" in message.get_body(("html",)).get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip("<>")
    assert unsubscribing_person(HEAD.secret_key, address.removeprefix("https://bursar.example/unsubscribe/")) == buyer


def test_a_single_notice_keeps_its_subject(store: ServiceDatabase, buyer: str, sink: Sink) -> None:
    notice(store, buyer, 1, london("2026-11-19 09:00"))
    make_up_digests(store.database, london("2026-11-20 08:00"))
    send_due_mail(store.database, Smtp(sink.url), HEAD, lambda: london("2026-11-20 08:00"))
    assert sink.taken[0]["Subject"] == "Notice 1"


def test_a_digest_missed_while_nothing_ran_comes_once_later_that_day(store: ServiceDatabase, buyer: str) -> None:
    notice(store, buyer, 1, london("2026-11-18 09:00"))
    workers = [Database(store.app_url, pool_size=1) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda own: make_up_digests(own, london("2026-11-20 15:00")), workers))
    for own in workers:
        own.dispose()
    assert sorted(made) == [0, 0, 1]
    notice(store, buyer, 2, london("2026-11-20 15:01"))
    assert make_up_digests(store.database, london("2026-11-20 23:00")) == 0
    assert make_up_digests(store.database, london("2026-11-21 07:35")) == 1


def test_a_notice_that_is_too_late_is_not_in_the_digest(store: ServiceDatabase, buyer: str) -> None:
    notice(store, buyer, 1, london("2026-11-01 09:00"))
    assert make_up_digests(store.database, london("2026-11-20 15:00")) == 0
    assert states(store) == {"round_opened": "expired"}


@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-03-28T12:00:00Z", "2026-03-29T06:35:00Z"),  # summer time begins that night
        ("2026-03-29T06:35:00Z", "2026-03-30T06:35:00Z"),
        ("2026-10-24T12:00:00Z", "2026-10-25T07:35:00Z"),  # it ends that night
        ("2026-10-24T06:34:59Z", "2026-10-24T06:35:00Z"),
        ("2026-12-24T07:35:00Z", "2026-12-25T07:35:00Z"),
    ],
)
def test_digests_keep_their_hour_across_both_clock_changes(now: str, following: str) -> None:
    assert next_digest(datetime.fromisoformat(now)) == datetime.fromisoformat(following)


@given(some.integers(0, 3 * 365 * 24 * 60))
def test_there_is_a_digest_every_day_at_its_hour(minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    last, following = last_digest(now), next_digest(now)
    assert last <= now < following
    assert {last.astimezone(LONDON).time(), following.astimezone(LONDON).time()} == {DIGEST_AT}
    assert (following.astimezone(LONDON).date() - last.astimezone(LONDON).date()).days == 1


def choose(store: ServiceDatabase, person: str, **choices: str) -> None:
    with store.database.transaction(SERVICE) as connection:
        for kind, delivery in choices.items():
            given: dict[str, Any] = {"person": person, "kind": kind, "delivery": delivery}
            connection.execute(text("INSERT INTO mail_choice VALUES (:person, :kind, :delivery)"), given)


def test_everybody_chooses_but_not_what_must_be_told(store: ServiceDatabase, buyer: str) -> None:
    choose(store, buyer, round_opened="at_once", order_approved="off", round_reminder="digest", order_returned="off")
    for kind in ("round_opened", "order_approved", "round_reminder", "order_returned", "bill_issued"):
        notice(store, buyer, 1, london("2026-11-19 09:00"), kind)
    assert states(store) == {
        "round_opened": "queued",
        "order_approved": "off",
        "round_reminder": "gathered",
        "order_returned": "queued",
        "bill_issued": "gathered",
    }
