"""A school would pay more: its approvers are asked."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_changes import tell_of_wanted_consents

EVENT_TYPE = "ConsentWanted"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_wanted_consents(News(connection, ((event.occurred_at, event.body) for event in events)))
