"""Fixtures of the billing tests."""

import pytest

from tests.billing.world import World
from tests.clients import Clients


@pytest.fixture
def world(service_client: Clients) -> World:
    """A billing service that knows three schools, two suppliers and a closed round."""
    return World(service_client)
