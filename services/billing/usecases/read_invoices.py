"""Show supplier invoices with their match."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.match_totals import MatchTotals, total_matches
from services.billing.storage import decisions, invoices, match_sums, matches

MOST_WHOLE: Final = 1_000
"""So many lines and matches an invoice shows at once; of a longer one those that differ, and all page by page."""


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice with what its matches come to in total and for each school, as storage gives them.

    `lines` and `matches` are all, or of an invoice of more than MOST_WHOLE those that differ; `decisions` are on those
    matches, `counts` of all.
    """

    head: Row[Any]
    lines: Sequence[Row[Any]]
    matches: Sequence[Row[Any]]
    decisions: Sequence[Row[Any]]
    totals: MatchTotals
    schools: Sequence[Row[Any]]
    counts: Mapping[str, int]


def list_invoices(database: Database, actor: Actor, *, after: str, limit: int) -> tuple[list[Row[Any]], str | None]:
    """A page of invoices by our number, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = invoices.list_invoices(connection, after, limit + 1)
    return found[:limit], found[limit - 1].our_number if len(found) > limit else None


def get_invoice(database: Database, actor: Actor, invoice_id: str) -> InvoiceView:
    """One invoice. Raises NotFound."""
    with database.transaction(actor) as connection:
        return view_invoice(connection, invoice_id)


def view_invoice(connection: Connection, invoice_id: str) -> InvoiceView:
    """One invoice inside a transaction. Raises NotFound."""
    head = invoices.get_invoice(connection, invoice_id)
    if head is None:
        raise NotFound("There is no such invoice.")
    line_count = invoices.count_lines(connection, invoice_id)
    figures = match_sums.figures(connection, invoice_id, line_count)
    counts = {
        "line_count": line_count,
        "match_count": sum(row.times for row in figures),
        "held_count": sum(row.times for row in figures if row.state == "held"),
        "differing_line_count": match_sums.count_differing_lines(connection, invoice_id),
    }
    if max(line_count, counts["match_count"]) <= MOST_WHOLE:
        lines = invoices.invoice_lines(connection, invoice_id)
        found = matches.matches_of_invoice(connection, invoice_id)
    else:
        found = matches.matches_of_invoice(connection, invoice_id, differing=True, limit=MOST_WHOLE)
        lines = invoices.invoice_lines(connection, invoice_id, only=sorted({match.line_no for match in found}))
    return InvoiceView(
        head,
        lines,
        found,
        _decided(connection, found),
        total_matches(figures),
        match_sums.by_school(connection, invoice_id),
        counts,
    )


def list_lines(
    database: Database, actor: Actor, invoice_id: str, *, after: int, limit: int, numbers: Sequence[int] | None = None
) -> tuple[list[Row[Any]], int | None]:
    """A page of an invoice's lines above the number `after`, and where the next page begins; only those of these
    numbers, if any are given. Raises NotFound."""
    with database.transaction(actor) as connection:
        _refuse_unknown(connection, invoice_id)
        found = invoices.invoice_lines(connection, invoice_id, only=numbers, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].line_no if len(found) > limit else None


def list_matches(
    database: Database, actor: Actor, invoice_id: str, *, after: tuple[int, int], limit: int, differing: bool
) -> tuple[list[Row[Any]], list[Row[Any]], tuple[int, int] | None]:
    """A page of an invoice's matches above (line, URN), the decisions on them, and where the next page begins.

    `differing`: only what is held or for the supplier to credit. Raises NotFound.
    """
    with database.transaction(actor) as connection:
        _refuse_unknown(connection, invoice_id)
        found = matches.matches_of_invoice(connection, invoice_id, differing=differing, after=after, limit=limit + 1)
        decided = _decided(connection, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], decided, (last.line_no, last.school_urn) if last else None


def _refuse_unknown(connection: Connection, invoice_id: str) -> None:
    if invoices.get_invoice(connection, invoice_id) is None:
        raise NotFound("There is no such invoice.")


def list_claims(
    database: Database, actor: Actor, *, after: tuple[str, int, int], limit: int
) -> tuple[list[Row[Any]], tuple[str, int, int] | None]:
    """A page of what suppliers have still to credit, by (our number, line, school), and where the next page begins."""
    with database.transaction(actor) as connection:
        found = matches.claims(connection, after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.our_number, last.line_no, last.school_urn) if last else None


def _decided(connection: Connection, found: Sequence[Row[Any]]) -> list[Row[Any]]:
    return decisions.decisions_on(
        connection, [(str(match.supplier_invoice_id), match.line_no, match.school_urn) for match in found]
    )
