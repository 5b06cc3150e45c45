"""A supplier has sent something: the schools it goes to are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_deliveries import tell_of_despatches

EVENT_TYPE = "DespatchRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_despatches(News(connection, ((event.occurred_at, event.body) for event in events)))
