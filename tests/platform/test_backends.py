"""The backing services that tests stand on do what the other tests rely on."""

from collections.abc import Callable

import kombu
import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from chassis.actor import SERVICE
from tests import backends
from tests.backends import ServiceDatabase


def test_postgresql_is_new_enough() -> None:
    url = make_url(backends.postgres().url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        assert connection.info.server_version >= 150000


def test_a_broker_starts_empty_and_carries_a_message(any_broker: str) -> None:
    options = {"init_extension": False} if any_broker.startswith("pgmq") else {}
    with kombu.Connection(any_broker, transport_options=options) as connection:
        queue = connection.SimpleQueue("greetings")
        with pytest.raises(queue.Empty):
            queue.get_nowait()
        queue.put("hello")
        message = queue.get(timeout=10)
        message.ack()
        assert message.payload == "hello"
        queue.close()


def test_each_call_gives_a_new_migrated_database(databases: Callable[[str], ServiceDatabase]) -> None:
    first, second = databases("members"), databases("members")
    with first.database.transaction(SERVICE) as connection:
        connection.execute(text("INSERT INTO document_number VALUES ('R', 7)"))
    with second.database.transaction(SERVICE) as connection:
        assert connection.execute(text("SELECT count(*) FROM document_number")).scalar_one() == 0


def test_the_application_login_may_not_bypass_row_security(databases: Callable[[str], ServiceDatabase]) -> None:
    with databases("members").database.transaction(SERVICE) as connection:
        rights = connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        ).one()
    assert tuple(rights) == (False, False, False)


def test_the_application_login_may_not_change_the_schema(databases: Callable[[str], ServiceDatabase]) -> None:
    with (
        databases("members").database.transaction(SERVICE) as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text("CREATE TABLE loot (everything text)"))
