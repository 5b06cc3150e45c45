"""Keep the codes of categories, for documents."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies

EVENT_TYPE = "CategoryRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each category's last code."""
    copies.record_categories(connection, [event.body for event in events])
