"""Show what waits in the books: the figures of the alliance's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from services.billing.storage import desk


@dataclass(frozen=True, slots=True)
class Desk:
    """(name, count, pence) of what waits, and the last day of the latest closed month, if one is."""

    items: Sequence[Row[Any]]
    closed_to: date | None


def read_desk(database: Database, actor: Actor) -> Desk:
    """What waits in the books today."""
    with database.transaction(actor) as connection:
        return Desk(desk.counted(connection, london_today()), desk.closed_to(connection))
