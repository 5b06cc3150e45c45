"""A supplier as it now stands: its name, and the address to which its orders go."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.storage.suppliers import record_suppliers

EVENT_TYPE = "SupplierRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each."""
    record_suppliers(connection, [event.body for event in events])
