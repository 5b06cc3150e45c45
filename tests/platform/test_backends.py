"""The backing services that tests stand on do what the other tests rely on."""

import kombu
import psycopg
import pytest
from sqlalchemy import make_url

from tests import backends


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
