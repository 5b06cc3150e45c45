"""Suppliers: their names and details, for invoices and bills."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.companies import record_supplier_details
from services.billing.storage.directory import record_suppliers

EVENT_TYPE: Final = "SupplierRecorded"
_KEPT: Final = ("supplier_id", "name")


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each."""
    record_suppliers(connection, [{name: event.body[name] for name in _KEPT} for event in events])
    record_supplier_details(connection, [event.body for event in events])
