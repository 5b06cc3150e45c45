"""A round closed with an order: its school is told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_placed_orders

EVENT_TYPE = "OrderPlaced"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_placed_orders(News(connection, ((event.occurred_at, event.body) for event in events)))
