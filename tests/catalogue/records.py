"""Records of the catalogue as their editors send them, and what was told of them."""

from typing import Any

import jsonschema
from sqlalchemy import text

from chassis.actor import SERVICE
from contracts.events import schemas
from tests.catalogue.actors import FENWRIGHT
from tests.clients import Clients

STATIONERY = {"code": "stationery", "name": "Stationery", "cpv": "30192700-8", "ledger_code": "E19"}
CONTRACT = {
    "supplier_id": FENWRIGHT,
    "title": "Stationery and paper",
    "reference": "C-1",
    "category_code": "stationery",
    "starts_on": "2026-09-01",
    "ends_on": "2028-08-31",
}
PAPER = {
    "category_code": "stationery",
    "sku": "PAP-A4-80",
    "name": "Copier paper A4, 80 g",
    "description": "Box of five reams,\nwrapped",
    "unit": "XBX",
    "pack_size": 5,
    "vat_class": "S",
    "tiers": [{"from_quantity": 1, "unit_price": "12.5"}, {"from_quantity": 50, "unit_price": "11.8000"}],
    "phases": ["secondary", "primary"],
}


def told(catalogue: Clients, event_type: str) -> list[dict[str, Any]]:
    """The bodies of all events of a type, each held against its newest schema."""
    with catalogue.database("catalogue").database.transaction(SERVICE) as connection:
        rows = connection.execute(
            text("SELECT body FROM event_log WHERE type = :type ORDER BY id"), {"type": event_type}
        )
        bodies = [row.body for row in rows]
    schema = schemas()[event_type, max(version for kind, version in schemas() if kind == event_type)]
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for body in bodies:
        validator.validate(body)
    return bodies
