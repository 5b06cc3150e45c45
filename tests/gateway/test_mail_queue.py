"""Mail is queued once, with what it tells of, and as its person chose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from gateway.usecases.queue_mail import queue_mail
from tests.backends import ServiceDatabase

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PERSON = "00000000-0000-4000-8000-000000000001"


def mails(store: ServiceDatabase) -> list[Any]:
    with store.database.transaction(SERVICE) as connection:
        return list(connection.execute(text("SELECT * FROM mail ORDER BY mail_id")))


def queue(store: ServiceDatabase, key: str = "invitation:1", **given: Any) -> None:
    mail = {"kind": "invitation", "subject": "Welcome", "text": "Come in.", "to_address": "head@oak.example"} | given
    with store.database.transaction(SERVICE) as connection:
        queue_mail(connection, key=key, now=NOW, **mail)


def test_the_same_key_is_one_mail(store: ServiceDatabase) -> None:
    queue(store)
    queue(store, subject="Welcome again")
    queue(store, key="invitation:2")
    assert [(mail.key, mail.subject, mail.state) for mail in mails(store)] == [
        ("invitation:1", "Welcome", "queued"),
        ("invitation:2", "Welcome", "queued"),
    ]


def test_mail_is_queued_with_what_it_tells_of_or_not_at_all(store: ServiceDatabase) -> None:
    def fail_later() -> None:
        with store.database.transaction(SERVICE) as connection:
            queue_mail(connection, kind="invitation", key="k", subject="s", text="t", to_person_id=PERSON)
            raise RuntimeError("Something failed later.")

    with pytest.raises(RuntimeError, match="later"):
        fail_later()
    assert mails(store) == []


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "no_such_kind"},
        {"to_address": None},
        {"to_person_id": PERSON},
        {"subject": "Two\nlines"},
        {"link": "https://elsewhere.example/"},
    ],
)
def test_a_mail_that_could_not_be_sent_is_refused(store: ServiceDatabase, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        queue(store, **given)


def test_mail_waits_a_week_unless_its_sender_names_an_earlier_end(store: ServiceDatabase) -> None:
    queue(store)
    queue(store, key="invitation:2", expires_at=NOW + timedelta(hours=1))
    assert [mail.expires_at for mail in mails(store)] == [NOW + timedelta(days=7), NOW + timedelta(hours=1)]
