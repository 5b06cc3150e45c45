"""A school recorded a delivery: the supplier is told what was found wrong."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.run_webhooks import queue_webhooks
from gateway.usecases.tell_of_deliveries import tell_of_claims

EVENT_TYPE = "ReceiptRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_claims(News(connection, ((event.occurred_at, event.body) for event in events)))
    queue_webhooks(connection, "receipt.recorded", events)
