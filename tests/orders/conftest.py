"""A market for each test: its own database, people and offers."""

from collections.abc import Callable

import pytest

from tests.backends import ServiceDatabase
from tests.clients import Clients
from tests.orders.market import Market


@pytest.fixture
def market(service_client: Clients) -> Market:
    """An orders database with one supplier and one contract, and a way to make everything else."""
    return Market(service_client)


@pytest.fixture(scope="module")
def shared_market(module_databases: Callable[[str], ServiceDatabase]) -> Market:
    """A market for tests of one module that leave nothing behind for one another."""
    return Market(Clients(module_databases))
