"""Keep the titles of contracts."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from services.orders.storage import copies

EVENT_TYPE = "ContractRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over each contract as last announced."""
    copies.record_contracts(connection, [event.body for event in events])
