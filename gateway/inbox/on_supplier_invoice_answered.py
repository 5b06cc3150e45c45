"""The state of a supplier's invoice has changed: its people are told, with the reasons."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from gateway.usecases.news import News
from gateway.usecases.run_webhooks import queue_webhooks
from gateway.usecases.tell_of_invoices import tell_of_answered_invoices

EVENT_TYPE: Final = "SupplierInvoiceAnswered"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_answered_invoices(News(connection, ((event.occurred_at, event.body) for event in events)))
    queue_webhooks(connection, "supplier_invoice.state", events)
