"""Keep who carries another VAT than an offer says."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.usecases.follow_vat import follow_vat

EVENT_TYPE = "VatExceptionRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each exception as last told; orders that became dearer by it go back to their schools."""
    follow_vat(connection, [event.body for event in events], datetime.now(UTC))
