"""Nobody said what arrived: the schools concerned are asked."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.domain.mail import REMINDED_WITHIN
from gateway.usecases.news import News
from gateway.usecases.tell_people import tell_of_overdue_receipts

EVENT_TYPE = "ReceiptsOverdue"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_overdue_receipts(
        News(connection, ((event.occurred_at, event.body) for event in events), fresh_for=REMINDED_WITHIN)
    )
