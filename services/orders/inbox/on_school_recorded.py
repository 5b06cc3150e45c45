"""Keep who the schools are, their pupils, and from when to when they are members; who leaves, leaves its services."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies, subscriptions

EVENT_TYPE = "SchoolRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each school as last announced."""
    bodies = [event.body for event in events]
    copies.record_schools(connection, bodies)
    subscriptions.count_pupils(connection, bodies)
    subscriptions.end_with_membership(connection, bodies)
