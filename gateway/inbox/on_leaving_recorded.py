"""A school leaves: its people are told, and the managers where it decided so itself."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_leavers

EVENT_TYPE = "LeavingRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_leavers(News(connection, ((event.occurred_at, event.body) for event in events)))
