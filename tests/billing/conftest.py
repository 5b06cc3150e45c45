"""Fixtures of the billing tests."""

from collections.abc import Callable, Iterator

import pytest

from tests.backends import ServiceDatabase
from tests.billing.world import World
from tests.clients import Clients
from tests.official_rules import Judge, judging


@pytest.fixture
def world(service_client: Clients) -> World:
    """A billing service that knows three schools, two suppliers and a closed round."""
    return World(service_client)


@pytest.fixture(scope="module")
def shared_world(module_databases: Callable[[str], ServiceDatabase]) -> World:
    """A world with one received purchase order, for tests of what must change nothing."""
    world = World(Clients(module_databases))
    world.ordered()
    return world


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """Says which of the official rules a document breaks."""
    with judging() as judged:
        yield judged
