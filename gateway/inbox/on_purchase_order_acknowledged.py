"""A supplier has answered a purchase order: the managers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_answers

EVENT_TYPE = "PurchaseOrderAcknowledged"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_answers(News(connection, ((event.occurred_at, event.body) for event in events)))
