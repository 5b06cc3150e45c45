"""Receipts: what a school has and may be billed for."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.usecases.follow_orders import record_receipts

EVENT_TYPE: Final = "ReceiptRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Note the receipts and match again."""
    record_receipts(connection, [event.body for event in events])
