"""List the invoices of which something is held, with whose and why."""

from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.billing.storage import held_invoices

LINES_EACH: Final = 5


def list_held_invoices(
    database: Database, actor: Actor, *, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of held invoices by our number, each with its first held lines, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = held_invoices.list_held(connection, each=LINES_EACH, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].our_number if len(found) > limit else None
