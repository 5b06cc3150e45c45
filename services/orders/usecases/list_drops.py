"""List what a supplier has to deliver, over all its orders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.orders.storage.drops import drops_of_all


def list_drops(
    database: Database, actor: Actor, *, to_come: bool, after: str | None, limit: int
) -> tuple[Sequence[Row[Any]], str | None]:
    """A page of drops and the cursor of the next (None on the last)."""
    with database.transaction(actor) as connection:
        found = drops_of_all(connection, to_come=to_come, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], None if last is None else f"{last.number}/{last.school_urn}"
