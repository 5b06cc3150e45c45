"""Settle rounds whose purchase orders are settled."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.usecases.settle_purchase_orders import settle_purchase_orders

EVENT_TYPE = "PurchaseOrderSettled"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep that billing has settled these purchase orders."""
    settle_purchase_orders(connection, [event.body["purchase_order_id"] for event in events])
