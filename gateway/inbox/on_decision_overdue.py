"""A supplier's changes still wait: whoever is waited for is asked again."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.domain.mail import REMINDED_WITHIN
from gateway.usecases.news import News
from gateway.usecases.tell_of_changes import tell_of_overdue_decisions

EVENT_TYPE = "DecisionOverdue"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_overdue_decisions(
        News(connection, ((event.occurred_at, event.body) for event in events), fresh_for=REMINDED_WITHIN)
    )
