"""Rounds: what bills are issued for."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from services.billing.storage.directory import record_rounds

EVENT_TYPE: Final = "RoundClosed"
_KEPT: Final = ("round_id", "number", "title", "closed_at")


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Keep the newest state of each."""
    record_rounds(connection, [{name: event.body[name] for name in _KEPT} for event in events])
