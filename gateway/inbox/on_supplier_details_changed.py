"""A supplier changed its own record: the business managers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_suppliers import tell_of_changed_details

EVENT_TYPE = "SupplierDetailsChanged"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_changed_details(News(connection, ((event.occurred_at, event.body) for event in events)))
