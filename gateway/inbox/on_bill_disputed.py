"""A school disputes a line of its bill: the business managers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_bills import tell_of_disputes

EVENT_TYPE = "BillDisputed"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_disputes(News(connection, ((event.occurred_at, event.body) for event in events)))
