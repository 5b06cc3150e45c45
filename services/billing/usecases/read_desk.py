"""Show what waits in the books: the figures of the alliance's home."""

from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from services.billing.storage import desk


def read_desk(database: Database, actor: Actor) -> list[Row[Any]]:
    """(name, count, pence) of each kind of thing that waits for somebody."""
    with database.transaction(actor) as connection:
        return desk.counted(connection, london_today())
