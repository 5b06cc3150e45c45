"""An invoice waits until schools have recorded what arrived: those schools are asked."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.domain.mail import REMINDED_WITHIN
from gateway.usecases.news import News
from gateway.usecases.tell_of_invoices import tell_of_awaited_receipts

EVENT_TYPE = "InvoiceAwaitsReceipts"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_awaited_receipts(
        News(connection, ((event.occurred_at, event.body) for event in events), fresh_for=REMINDED_WITHIN)
    )
