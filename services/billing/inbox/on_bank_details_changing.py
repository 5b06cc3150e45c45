"""A supplier's bank details are about to change: it is kept out of payment runs until that is settled."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.payable import record_changes

EVENT_TYPE: Final = "BankDetailsChanging"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep what is on its way, and forget what is over."""
    record_changes(connection, [event.body for event in events])
