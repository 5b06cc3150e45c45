"""Keep each school's own approval limits."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import approval_limits

EVENT_TYPE = "ApprovalLimitsRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each school's limits as last recorded."""
    approval_limits.record_limits(connection, [event.body for event in events])
