"""A school may leave at any time: on that day its drafts drop, and what closed rounds committed stands."""

from datetime import datetime

from chassis.actor import SERVICE
from chassis.database import Database
from services.orders.storage.leavers import drop_orders_of_leavers


def drop_leavers(database: Database, now: datetime) -> int:
    """Drop the orders of schools that have left from the open rounds; how many. Harmless to repeat."""
    with database.transaction(SERVICE) as connection:
        return drop_orders_of_leavers(connection, now)
