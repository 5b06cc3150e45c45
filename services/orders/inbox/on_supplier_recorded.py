"""Keep the names of suppliers, and what documents say of them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import companies, copies

EVENT_TYPE = "SupplierRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each supplier as last announced."""
    bodies = [event.body for event in events]
    copies.record_suppliers(connection, bodies)
    companies.record_supplier_details(connection, bodies)
