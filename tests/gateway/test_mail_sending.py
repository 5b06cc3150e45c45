"""Mail leaves once, through a real mail server, and outlives servers and workers that do not."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.mail import RETRIES
from gateway.mail.transport import Folder, ServerAway, Smtp
from gateway.usecases.queue_mail import queue_mail
from gateway.usecases.send_mail import Letterhead, make_up_digests, send_due_mail
from tests.backends import ServiceDatabase
from tests.gateway.conftest import role
from tests.gateway.mail_sink import Sink, free_port, mail_sink

HEAD = Letterhead("Bursar <bursar@alliance.example>", "https://bursar.example", "a secret of the tests")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with mail_sink() as server:
        yield server


def queue(store: ServiceDatabase, key: str = "one", **given: Any) -> None:
    mail = {"kind": "invitation", "subject": "Welcome", "text": "Come in.\n\nWe wait.", "link": "/invitations/abc"}
    to = {} if "to_person_id" in given else {"to_address": "head@oak.example"}
    with store.database.transaction(SERVICE) as connection:
        queue_mail(connection, key=key, **{"now": NOW} | mail | to | given)


def send(store: ServiceDatabase, sink: Sink, at: datetime = NOW, database: Database | None = None) -> int:
    return send_due_mail(database or store.database, Smtp(sink.url), HEAD, lambda: at)


def states(store: ServiceDatabase) -> dict[str, tuple[str, int]]:
    with store.database.transaction(SERVICE) as connection:
        return {
            row.key: (row.state, row.tries) for row in connection.execute(text("SELECT key, state, tries FROM mail"))
        }


def test_a_mail_is_text_and_html_with_headers_that_keep_it_from_trouble(store: ServiceDatabase, sink: Sink) -> None:
    queue(store, subject="Überraschung: £5 & more", text="Hello <b>.\n\nSecond paragraph.")
    assert send(store, sink) == 1
    (message,) = sink.taken
    assert message["From"] == "Bursar <bursar@alliance.example>"
    assert message["To"] == "head@oak.example"
    assert message["Subject"] == "Überraschung: £5 & more"
    assert message["Date"] == "Fri, 20 Nov 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@alliance.example>")
    assert message["List-Unsubscribe"] is None
    plain = message.get_body(("plain",)).get_content()
    assert "Hello <b>.\n\nSecond paragraph.\n\nhttps://bursar.example/invitations/abc\n" in plain.replace("\r\n", "\n")
    assert "https://bursar.example/settings/notifications" in plain
    page = message.get_body(("html",)).get_content()
    assert "<p>Hello &lt;b&gt;.</p><p>Second paragraph.</p>" in page
    assert 'href="https://bursar.example/invitations/abc"' in page


def test_the_words_of_a_secret_mail_are_forgotten_once_it_is_sent(store: ServiceDatabase, sink: Sink) -> None:
    queue(store)
    send(store, sink)
    with store.database.transaction(SERVICE) as connection:
        assert connection.execute(text("SELECT text, link, state FROM mail")).one() == ("", None, "sent")


def test_each_mail_is_sent_once_by_however_many_workers(store: ServiceDatabase, sink: Sink) -> None:
    for number in range(40):
        queue(store, f"mail:{number}", subject=f"Number {number}")
    workers = [Database(store.app_url, pool_size=1) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        taken = sum(pool.map(lambda own: send(store, sink, database=own), workers))
    for own in workers:
        own.dispose()
    assert taken == 40
    assert sorted(message["Subject"] for message in sink.taken) == sorted(f"Number {number}" for number in range(40))


def test_a_worker_that_dies_over_a_mail_delays_it_and_the_id_stays(store: ServiceDatabase, sink: Sink) -> None:
    queue(store)

    class Died(BaseException):
        """The process ended: nothing after the sending was done."""

    class Dying:
        def opened(self) -> Any:
            inner = Smtp(sink.url).opened()

            class Line:
                def __enter__(self) -> Any:
                    self.line = inner.__enter__()
                    return self

                def __exit__(self, *fault: Any) -> None:
                    inner.__exit__(*fault)

                def send(self, message: Any) -> None:
                    self.line.send(message)
                    raise Died

            return Line()

    with pytest.raises(Died):
        send_due_mail(store.database, Dying(), HEAD, lambda: NOW)
    assert send(store, sink, NOW + timedelta(minutes=1)) == 0
    assert send(store, sink, NOW + RETRIES[0]) == 1
    first, again = sink.taken
    assert first["Message-ID"] == again["Message-ID"]
    assert states(store) == {"one": ("sent", 2)}


def test_a_mail_not_taken_is_tried_again_later_and_later(store: ServiceDatabase, sink: Sink) -> None:
    queue(store)
    sink.refusals = ["451 Busy", "451 Still busy"]
    assert send(store, sink) == 0
    assert send(store, sink, NOW + timedelta(seconds=90)) == 0
    assert states(store) == {"one": ("queued", 1)}
    assert send(store, sink, NOW + timedelta(minutes=2)) == 0
    assert send(store, sink, NOW + timedelta(minutes=5)) == 0
    assert send(store, sink, NOW + timedelta(minutes=6)) == 1
    assert states(store) == {"one": ("sent", 3)}


def test_tries_end_in_a_dead_letter(store: ServiceDatabase, sink: Sink) -> None:
    queue(store)
    sink.refusals = ["451 Busy"] * 20
    at = NOW
    for wait in RETRIES:
        assert send(store, sink, at) == 0
        at += wait
    assert states(store) == {"one": ("failed", len(RETRIES))}
    assert send(store, sink, at + timedelta(days=1)) == 0
    assert len(sink.refusals) == 20 - len(RETRIES)


def test_a_refusal_for_good_is_a_dead_letter_at_once_and_holds_nothing_up(store: ServiceDatabase, sink: Sink) -> None:
    queue(store, "refused")
    queue(store, "unsendable", to_address="no address at all")
    queue(store, "taken")
    sink.refusals = ["550 No such mailbox"]
    assert send(store, sink) == 1
    assert states(store) == {"refused": ("failed", 1), "unsendable": ("failed", 1), "taken": ("sent", 1)}
    with store.database.transaction(SERVICE) as connection:
        error = connection.execute(text("SELECT error FROM mail WHERE key = 'refused'")).scalar_one()
    assert error == "550 No such mailbox"


def test_a_server_that_is_away_costs_no_mail_a_try(store: ServiceDatabase) -> None:
    queue(store)
    port = free_port()
    with pytest.raises(ServerAway):
        send_due_mail(store.database, Smtp(f"smtp://127.0.0.1:{port}"), HEAD, lambda: NOW)
    assert states(store) == {"one": ("queued", 0)}
    with mail_sink(port) as late:
        assert send(store, late, NOW + timedelta(days=1)) == 1


def test_a_password_is_never_sent_without_tls() -> None:
    with mail_sink(host="127.0.0.2") as server:
        elsewhere = Smtp(server.url.replace("smtp://", "smtp://me:secret@"))
        with pytest.raises(ServerAway, match="offers no TLS"):
            elsewhere.opened().__enter__()


def test_what_is_too_late_is_not_sent(store: ServiceDatabase, sink: Sink) -> None:
    queue(store, expires_at=NOW + timedelta(hours=1))
    make_up_digests(store.database, NOW + timedelta(hours=1))
    assert send(store, sink, NOW + timedelta(hours=1)) == 0
    assert states(store) == {"one": ("expired", 0)}


def test_a_mail_no_worker_could_finish_becomes_a_dead_letter(store: ServiceDatabase) -> None:
    queue(store)
    with store.database.transaction(SERVICE) as connection:
        connection.execute(text("UPDATE mail SET tries = :most"), {"most": len(RETRIES)})
    make_up_digests(store.database, NOW)
    assert states(store)["one"][0] == "failed"


def test_mail_to_a_person_goes_to_their_address_of_the_moment(
    store: ServiceDatabase, sink: Sink, known: Callable[..., str]
) -> None:
    """It also waits for a person whom the members service has not told of yet."""
    queue(store, to_person_id="00000000-0000-4000-8000-000000000001")
    assert send(store, sink) == 0
    known("old@oak.example", role("school_buyer", urn=1))
    known("new@oak.example", role("school_buyer", urn=1))
    assert send(store, sink) == 1
    assert sink.taken[0]["To"] == "new@oak.example"


def test_a_folder_keeps_each_message_once(store: ServiceDatabase, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    queue(store)
    for _ in range(2):
        send_due_mail(store.database, Folder(folder), HEAD, lambda: NOW)
        with store.database.transaction(SERVICE) as connection:
            connection.execute(text("UPDATE mail SET state = 'queued', sent_at = NULL, due_at = :now"), {"now": NOW})
    (file,) = folder.iterdir()
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == "head@oak.example"
    assert folder.stat().st_mode & 0o077 == 0


def test_a_refused_sender_is_tried_again(store: ServiceDatabase, sink: Sink) -> None:
    """It is a fault of the settings, and no reason to lose the mail."""
    queue(store)
    sink.refused_senders = ["bursar@alliance.example"]
    assert send(store, sink) == 0
    assert states(store) == {"one": ("queued", 1)}
    sink.refused_senders = []
    assert send(store, sink, NOW + RETRIES[0]) == 1
