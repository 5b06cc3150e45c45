"""A catalogue with two suppliers and a category, a contract and an offer."""

from typing import Any

import pytest

from tests.catalogue.actors import FENWRIGHT, KILN, MANAGER, supplier_recorded
from tests.catalogue.records import CONTRACT, PAPER, STATIONERY
from tests.clients import Clients, deliver


@pytest.fixture
def catalogue(service_client: Clients) -> Clients:
    deliver(
        service_client.database("catalogue"),
        "catalogue",
        [supplier_recorded(FENWRIGHT, "Fenwright Paper"), supplier_recorded(KILN, "Kiln")],
    )
    assert service_client("catalogue", MANAGER).post("/categories", STATIONERY).status_code == 201
    return service_client


@pytest.fixture
def contract(catalogue: Clients) -> dict[str, Any]:
    answer = catalogue("catalogue", MANAGER).post("/contracts", CONTRACT)
    assert answer.status_code == 201
    return dict(answer.json or {})


@pytest.fixture
def offer(catalogue: Clients, contract: dict[str, Any]) -> dict[str, Any]:
    answer = catalogue("catalogue", MANAGER).post("/offers", PAPER | {"contract_id": contract["contract_id"]})
    assert answer.status_code == 201
    return dict(answer.json or {})
