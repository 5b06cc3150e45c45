"""A supplier's bank details are about to change, or have: everybody concerned is told, and may stop it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_suppliers import tell_of_bank_details

EVENT_TYPE = "BankDetailsChanging"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each address and person concerned, once."""
    tell_of_bank_details(connection, News(connection, ((event.occurred_at, event.body) for event in events)))
