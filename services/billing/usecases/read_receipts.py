"""Show what was received and not invoiced, and which invoices wait for receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.billing.storage import awaited_receipts, uninvoiced

Place = tuple[str, int, int]
"""The number of a purchase order, its line and a school's URN."""


@dataclass(frozen=True, slots=True)
class Uninvoiced:
    """A page of lines received and not invoiced, what they come to in all, and where the next page begins."""

    lines: Sequence[Row[Any]]
    sums: Sequence[Row[Any]]
    following: Place | None


def list_uninvoiced(
    database: Database, actor: Actor, *, on: date, after: Place = ("", 0, 0), limit: int | None = None
) -> Uninvoiced:
    """What was received by the end of a day and not invoiced by then; all of it without a limit."""
    with database.transaction(actor) as connection:
        most = limit + 1 if limit else None
        found = uninvoiced.received_not_invoiced(connection, on, after, most)
        sums = uninvoiced.sums_not_invoiced(connection, on)
    if not limit or len(found) <= limit:
        return Uninvoiced(found, sums, None)
    last = found[limit - 1]
    return Uninvoiced(found[:limit], sums, (last.purchase_order_number, last.line_no, last.school_urn))


def list_awaited(database: Database, actor: Actor) -> list[Row[Any]]:
    """Every invoice and school that it waits for, and when the school was last asked."""
    with database.transaction(actor) as connection:
        return awaited_receipts.awaited_receipts(connection)
