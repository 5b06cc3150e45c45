"""A manager proposed to pay suppliers: the others, who may approve it, are told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_the_ledger import tell_of_proposed_payments

EVENT_TYPE: Final = "PaymentRunProposed"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_proposed_payments(News(connection, ((event.occurred_at, event.body) for event in events)))
