"""A payment to a supplier is on its way, or is not after all: its people are told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_invoices import tell_of_remittances

EVENT_TYPE: Final = "RemittanceAdvised"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_remittances(News(connection, ((event.occurred_at, event.body) for event in events)))
