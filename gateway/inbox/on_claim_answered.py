"""A supplier answers a claim: the school and the managers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_deliveries import tell_of_claim_answers

EVENT_TYPE = "ClaimAnswered"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_claim_answers(News(connection, ((event.occurred_at, event.body) for event in events)))
