"""The alliance decided about a supplier's changes: the supplier is told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_changes import tell_of_decided_changes

EVENT_TYPE = "ChangesDecided"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_decided_changes(News(connection, ((event.occurred_at, event.body) for event in events)))
