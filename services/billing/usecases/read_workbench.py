"""Show the matching workbench: what waits for a decision, what for receipts, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from services.billing.storage import workbench

Place = tuple[str, int, int]
"""Our number of an invoice, its line and a school's URN."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A page of schools' lines, how many there are of each kind, and where the next page begins."""

    lines: Sequence[Row[Any]]
    counts: Mapping[str, int]
    following: Place | None


def read_workbench(
    database: Database, actor: Actor, *, show: workbench.Shown, supplier_id: str | None, after: Place, limit: int
) -> Bench:
    """A page of the lines that are to be shown, by (our number, line, school)."""
    with database.transaction(actor) as connection:
        found = workbench.bench_lines(connection, show, supplier_id=supplier_id, after=after, limit=limit + 1)
        counts = workbench.bench_counts(connection)
    last = found[limit - 1] if len(found) > limit else None
    return Bench(found[:limit], counts, (last.our_number, last.line_no, last.school_urn) if last else None)
