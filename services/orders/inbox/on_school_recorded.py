"""Keep who the schools are, of which kind, and from when to when they are members."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies, subscriptions
from services.orders.storage.leavers import drop_orders_of_leavers

EVENT_TYPE = "SchoolRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each school as last announced; those that have left leave open rounds and their services."""
    bodies = [event.body for event in events]
    copies.record_schools(connection, bodies)
    drop_orders_of_leavers(connection, datetime.now(UTC))
    subscriptions.count_pupils(connection, bodies)
    subscriptions.end_with_membership(connection, bodies)
