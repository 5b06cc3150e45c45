"""Show what suppliers were paid."""

from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.billing.storage import remittances


def list_remittances(
    database: Database, actor: Actor, *, supplier_id: str | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of payments by number, each with its invoices, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = remittances.list_remittances(connection, supplier_id=supplier_id, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].number if len(found) > limit else None
