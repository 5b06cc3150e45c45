"""A school sent its order: its approvers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_sent_orders

EVENT_TYPE = "OrderSubmitted"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_sent_orders(News(connection, ((event.occurred_at, event.body) for event in events)))
