"""An order was revised: its supplier is told: its people, and the address for its orders."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.run_webhooks import queue_webhooks
from gateway.usecases.tell_people import tell_of_revised_orders
from gateway.usecases.tell_suppliers import tell_order_addresses_of_revisions

EVENT_TYPE = "PurchaseOrderAmended"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail with the new documents, once; the first version of the event does not say whose the order is."""
    news = News(connection, ((event.occurred_at, event.body) for event in events if "supplier_id" in event.body))
    tell_of_revised_orders(news)
    tell_order_addresses_of_revisions(connection, news)
    queue_webhooks(connection, "purchase_order.amended", events)
