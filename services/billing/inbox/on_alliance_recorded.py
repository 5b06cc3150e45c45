"""The alliance's own details: the buyer that suppliers' invoices must name."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.companies import record_alliance

EVENT_TYPE: Final = "AllianceRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest details."""
    record_alliance(connection, events[-1].body)
