"""Keep the names of suppliers."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.catalogue.storage.suppliers import save_suppliers

EVENT_TYPE = "SupplierRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each supplier's newest name."""
    save_suppliers(connection, {event.body["supplier_id"]: event.body["name"] for event in events})
