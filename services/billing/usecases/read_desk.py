"""Show what waits in the books: the figures of the alliance's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from services.billing.storage import desk


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that waits: how many there are and what they come to in pence."""

    name: str
    count: int
    pence: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits, and the last day of the latest closed month, if one is."""

    items: Sequence[Waiting]
    closed_to: date | None


def read_desk(database: Database, actor: Actor) -> Desk:
    """What waits in the books today, for the person who asks."""
    today = london_today()
    with database.transaction(actor) as connection:
        counted = desk.counted(connection, today, actor.person_id)
        items = [Waiting(row.name, row.waiting, row.pence) for row in counted]
        return Desk(items, desk.closed_to(connection))
