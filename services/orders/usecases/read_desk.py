"""Show what waits for the alliance in ordering: the figures of its home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.orders.storage import desk

SILENT_NAMES: Final = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """(name, count) of what waits, and the open rounds as storage gives them."""

    items: Sequence[Row[Any]]
    rounds: Sequence[Row[Any]]


def read_desk(database: Database, actor: Actor, today: date) -> Desk:
    """What waits in ordering, and how far the open rounds are on this day."""
    with database.transaction(actor) as connection:
        return Desk(desk.waiting(connection), desk.open_rounds(connection, today, SILENT_NAMES))
