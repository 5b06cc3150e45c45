"""Keep the names of suppliers."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies

EVENT_TYPE = "SupplierRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each supplier's last name."""
    copies.record_suppliers(connection, [event.body for event in events])
