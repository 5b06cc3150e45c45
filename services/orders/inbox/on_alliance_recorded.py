"""Keep what the alliance says of itself, for documents."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import companies

EVENT_TYPE = "AllianceRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over the newest details."""
    companies.record_alliance(connection, events[-1].body)
