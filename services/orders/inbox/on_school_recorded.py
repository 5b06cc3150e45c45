"""Keep who the schools are, of which kind, and from when to when they are members."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies
from services.orders.storage.leavers import drop_orders_of_leavers

EVENT_TYPE = "SchoolRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each school as last announced; what those that have left had in open rounds drops."""
    copies.record_schools(connection, [event.body for event in events])
    drop_orders_of_leavers(connection, datetime.now(UTC))
