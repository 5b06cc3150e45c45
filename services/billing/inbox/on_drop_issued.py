"""Drops: what each school ordered."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.usecases.follow_orders import record_drops

EVENT_TYPE: Final = "DropIssued"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Note what each school ordered."""
    record_drops(connection, [event.body for event in events])
