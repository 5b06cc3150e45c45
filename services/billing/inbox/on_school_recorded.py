"""Schools: their names, for bills and statements."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.directory import record_schools

EVENT_TYPE: Final = "SchoolRecorded"
_KEPT: Final = ("urn", "name", "joined_on", "left_on")


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each."""
    record_schools(connection, [{name: event.body[name] for name in _KEPT} for event in events])
