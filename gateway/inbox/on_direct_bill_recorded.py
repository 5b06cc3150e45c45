"""A supplier has made its invoice out to a school: the school is told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_bills import tell_of_direct_bills

EVENT_TYPE = "DirectBillRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_direct_bills(News(connection, ((event.occurred_at, event.body) for event in events)))
