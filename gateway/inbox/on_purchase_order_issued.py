"""A purchase order was issued: its supplier is told: its people, and the address for its orders."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.run_webhooks import queue_webhooks
from gateway.usecases.tell_people import tell_of_purchase_orders
from gateway.usecases.tell_suppliers import tell_order_addresses

EVENT_TYPE = "PurchaseOrderIssued"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    news = News(connection, ((event.occurred_at, event.body) for event in events))
    tell_of_purchase_orders(news)
    tell_order_addresses(connection, news)
    queue_webhooks(connection, "purchase_order.issued", events)
