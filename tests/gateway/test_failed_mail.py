"""`bursar mail`: dead letters are listed, tried anew or let go, and shown in metrics until then."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from bursar.cli import main
from chassis.actor import SERVICE
from gateway.mail.metrics import MailTable
from gateway.usecases.queue_mail import queue_mail
from tests.backends import ServiceDatabase


@pytest.fixture
def failed(store: ServiceDatabase) -> ServiceDatabase:
    """A gateway with one dead letter, mail 1, and one mail that is queued."""
    with store.database.transaction(SERVICE) as connection:
        for key in ("lost", "waiting"):
            queue_mail(
                connection, kind="invitation", key=key, subject="Welcome", text="t", to_address=f"{key}@oak.example"
            )
        connection.execute(text("UPDATE mail SET state = 'failed', tries = 3, error = '550 No' WHERE key = 'lost'"))
    return store


def mail(store: ServiceDatabase, *words: str) -> Result:
    environ = {"GATEWAY_DATABASE_URL": store.app_url, "MEMBERS_DATABASE_URL": "in use", "USER": "morgan"}
    return CliRunner().invoke(main, ["mail", *words], env=environ)


def row(store: ServiceDatabase) -> tuple[str, int, str | None]:
    with store.database.transaction(SERVICE) as connection:
        found = connection.execute(text("SELECT state, tries, error FROM mail WHERE key = 'lost'")).one()
    return found.state, found.tries, found.error


def test_dead_letters_are_listed(failed: ServiceDatabase) -> None:
    said = mail(failed, "failed").output
    assert said.startswith("1: invitation to lost@oak.example, 'Welcome', queued at ")
    assert said.endswith(", tried 3 times: 550 No\n")


def test_a_dead_letter_is_tried_anew(failed: ServiceDatabase) -> None:
    with failed.database.transaction(SERVICE) as connection:
        connection.execute(text("UPDATE mail SET expires_at = '2020-01-01' WHERE key = 'lost'"))
    assert mail(failed, "retry", "1").output == "Queued again.\n"
    assert row(failed) == ("queued", 0, None)
    with failed.database.transaction(SERVICE) as connection:
        assert connection.execute(text("SELECT expires_at FROM mail WHERE key = 'lost'")).scalar() > datetime.now(UTC)
    again = mail(failed, "retry", "1")
    assert (again.exit_code, again.output) == (1, "Error: Mail 1 is no dead letter.\n")


def test_a_dead_letter_is_let_go_on_record(failed: ServiceDatabase) -> None:
    assert mail(failed, "discard", "1", "--reason", "left the school").output == "Discarded.\n"
    assert row(failed) == ("discarded", 3, "Discarded by morgan: left the school (550 No)")
    assert mail(failed, "failed").output == ""
    assert mail(failed, "discard", "2", "--reason", "x").exit_code == 1


def test_what_waits_is_measured(failed: ServiceDatabase) -> None:
    registry = CollectorRegistry()
    registry.register(MailTable(failed.database))
    waiting = {
        state: registry.get_sample_value("bursar_mail_waiting", {"state": state}) for state in ("queued", "failed")
    }
    assert waiting == {"queued": 1, "failed": 1}
    age = registry.get_sample_value("bursar_mail_age_seconds")
    assert age is not None
    assert 0 <= age < 600
