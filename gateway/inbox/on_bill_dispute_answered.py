"""What a school disputed of its bill is answered: it is told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_bills import tell_of_dispute_answers

EVENT_TYPE = "BillDisputeAnswered"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_dispute_answers(News(connection, ((event.occurred_at, event.body) for event in events)))
