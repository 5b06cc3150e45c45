"""Count what suppliers invoice to schools directly against their budgets."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import budgets

EVENT_TYPE = "DirectBillRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep what agrees of each bill by purchase order and category, in place of what was told of it before."""
    budgets.replace_bills(connection, [event.body for event in events])
