"""A purchase order is unanswered: its supplier and the managers are told."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.domain.mail import REMINDED_WITHIN
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_overdue_answers

EVENT_TYPE = "AnswerOverdue"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_overdue_answers(
        News(connection, ((event.occurred_at, event.body) for event in events), fresh_for=REMINDED_WITHIN)
    )
