"""Count what schools are billed against their budgets."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import budgets

EVENT_TYPE = "BillIssued"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep what each bill charges, by purchase order and category."""
    budgets.record_bills(connection, [event.body for event in events])
