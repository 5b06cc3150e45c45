"""Contracts: how each is settled, and what it tolerates of an invoice."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.directory import record_contracts

EVENT_TYPE: Final = "ContractRecorded"
_KEPT: Final = ("contract_id", "supplier_id", "title", "reference", "settlement")


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each; what was told before tolerances were known tolerates nothing."""
    record_contracts(connection, [_row(event.body) for event in events])


def _row(body: Mapping[str, Any]) -> dict[str, Any]:
    tolerances = body.get("tolerances", {})
    return {
        **{name: body[name] for name in _KEPT},
        "tolerated_basis_points": tolerances.get("price_basis_points", 0),
        "tolerated_units": tolerances.get("quantity_units", 0),
        "tolerated_pence": tolerances.get("total_pence", 0),
        "claim_days": body.get("claim_days", 5),
        "payment_days": body.get("payment_days", 30),
    }
