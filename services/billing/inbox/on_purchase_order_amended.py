"""Amendments: what lines of a purchase order were changed to, by agreement or by the supplier's answer."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.usecases.follow_orders import record_amendments

EVENT_TYPE: Final = "PurchaseOrderAmended"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over lines and schools' parts, and match again."""
    record_amendments(connection, [event.body for event in events])
