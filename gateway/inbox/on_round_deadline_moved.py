"""The deadline of an open round has moved: schools that owe an answer or have ordered are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_moved_deadlines

EVENT_TYPE = "RoundDeadlineMoved"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_moved_deadlines(News(connection, ((event.occurred_at, event.body) for event in events)))
