"""Somebody asks the approvers of an order: they are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_reminded_approvers

EVENT_TYPE = "ApproversReminded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_reminded_approvers(News(connection, ((event.occurred_at, event.body) for event in events)))
