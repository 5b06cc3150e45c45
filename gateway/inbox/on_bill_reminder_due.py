"""A school has not paid all of a bill: its people are reminded."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.domain.mail import REMINDED_WITHIN
from gateway.usecases.news import News
from gateway.usecases.tell_of_bills import tell_of_bill_reminders

EVENT_TYPE = "BillReminderDue"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_bill_reminders(
        News(connection, ((event.occurred_at, event.body) for event in events), fresh_for=REMINDED_WITHIN)
    )
