"""A supplier takes an order with changes: the managers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_changes import tell_of_offered_changes

EVENT_TYPE = "ChangesOffered"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_offered_changes(News(connection, ((event.occurred_at, event.body) for event in events)))
