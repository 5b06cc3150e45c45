"""A school gets something of a bill back: it is told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_bills import tell_of_credit_notes

EVENT_TYPE: Final = "CreditNoteIssued"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_credit_notes(News(connection, ((event.occurred_at, event.body) for event in events)))
