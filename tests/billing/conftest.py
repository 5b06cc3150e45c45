"""Fixtures of the billing tests."""

from collections.abc import Callable

import pytest

from tests.backends import ServiceDatabase
from tests.billing.world import World
from tests.clients import Clients


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
