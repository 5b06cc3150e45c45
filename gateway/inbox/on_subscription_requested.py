"""Somebody asks for a service, or one of two approvers has agreed: the approvers who may decide are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_services import tell_of_wanted_services

EVENT_TYPE = "SubscriptionRequested"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_wanted_services(News(connection, ((event.occurred_at, event.body) for event in events)))
