"""Fixtures of the chassis' tests."""

from collections.abc import Callable, Iterator

import pytest
import structlog

from tests import backends
from tests.backends import ServiceDatabase
from tests.chassis.events import CONSUMER, PRODUCER, Feed, Pair, add_effect_table


@pytest.fixture(autouse=True, scope="package")
def _plain_logs() -> None:
    """Faults are logged by threads that a test waits for; structlog's own tracebacks take seconds to draw."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


Databases = Callable[[str], ServiceDatabase]


@pytest.fixture
def pair(databases: Databases, any_broker: str) -> Iterator[Pair]:
    """A producer, a consumer, a feed and an empty broker, once on each kind of broker; nothing runs yet."""
    yield from _pair(databases, any_broker)


@pytest.fixture
def rabbitmq_pair(databases: Databases, rabbitmq_url: str) -> Iterator[Pair]:
    """The same, on RabbitMQ only."""
    yield from _pair(databases, rabbitmq_url)


@pytest.fixture
def brokerless_pair(databases: Databases) -> Iterator[Pair]:
    """The same, with a broker that nobody answers for."""
    yield from _pair(databases, "amqp://nobody:nothing@127.0.0.1:1/")


@pytest.fixture
def rabbitmq_url() -> Iterator[str]:
    """An empty RabbitMQ."""
    try:
        backends.rabbitmq()
    except backends.BackendMissing as fault:
        pytest.skip(str(fault))
    with backends.fresh_broker("rabbitmq") as url:
        yield url


def _pair(databases: Databases, broker_url: str) -> Iterator[Pair]:
    producer, consumer = databases(PRODUCER), databases(CONSUMER)
    add_effect_table(consumer.owner_url)
    feed = Feed(producer.database)
    yield Pair(producer.database, consumer.database, consumer, broker_url, feed)
    feed.off()
