"""Contracts: how each is settled."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.directory import record_contracts

EVENT_TYPE: Final = "ContractRecorded"
_KEPT: Final = ("contract_id", "supplier_id", "title", "reference", "settlement")


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each."""
    record_contracts(connection, [{name: event.body[name] for name in _KEPT} for event in events])
