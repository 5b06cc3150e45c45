"""A service was approved or refused: who had asked for it is told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_services import tell_of_decided_services

EVENT_TYPE = "SubscriptionDecided"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_decided_services(News(connection, ((event.occurred_at, event.body) for event in events)))
