"""Purchase orders: what invoices are matched against."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.usecases.follow_orders import record_orders

EVENT_TYPE: Final = "PurchaseOrderIssued"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Note the purchase orders with their lines."""
    record_orders(connection, [event.body for event in events])
