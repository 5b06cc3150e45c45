"""Amendments: what a school's line was changed to, by agreement of school, supplier and alliance."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.usecases.follow_orders import record_amendments

EVENT_TYPE: Final = "PurchaseOrderAmended"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over the school's part and match again."""
    record_amendments(connection, [event.body for event in events])
