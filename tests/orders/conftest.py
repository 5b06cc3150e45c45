"""A market for each test: its own database, people and offers."""

import pytest

from tests.clients import Clients
from tests.orders.market import Market


@pytest.fixture
def market(service_client: Clients) -> Market:
    """An orders database with one supplier and one contract, and a way to make everything else."""
    return Market(service_client)
