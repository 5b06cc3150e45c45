"""Suppliers' answers: a rejected purchase order cannot be invoiced."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.usecases.follow_orders import record_answers

EVENT_TYPE: Final = "PurchaseOrderAcknowledged"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Note the answers."""
    record_answers(connection, [event.body for event in events])
