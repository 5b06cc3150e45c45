"""Show supplier invoices with their match."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.match_totals import Matched, MatchTotals, total_matches
from services.billing.storage import decisions, invoices, matches


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice with its lines and its matches, as storage gives them."""

    head: Row[Any]
    lines: Sequence[Row[Any]]
    matches: Sequence[Row[Any]]
    decisions: Sequence[Row[Any]]

    @property
    def totals(self) -> MatchTotals:
        """Order, receipts and invoice in total."""
        return total_matches(cast(Sequence[Matched], self.matches))


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
    return InvoiceView(
        head,
        invoices.invoice_lines(connection, invoice_id),
        matches.matches_of_invoice(connection, invoice_id),
        decisions.decisions_of_invoice(connection, invoice_id),
    )


def list_claims(
    database: Database, actor: Actor, *, after: tuple[str, int, int], limit: int
) -> tuple[list[Row[Any]], tuple[str, int, int] | None]:
    """A page of what suppliers have still to credit, by (our number, line, school), and where the next page begins."""
    with database.transaction(actor) as connection:
        found = matches.claims(connection, after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.our_number, last.line_no, last.school_urn) if last else None
