"""Keep who the schools are, of which phase, and from when to when they are members."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies

EVENT_TYPE = "SchoolRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each school as last announced."""
    copies.record_schools(connection, [event.body for event in events])
