"""Show supplier invoices with their match."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.storage import invoices, matches


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice with its lines and its matches, as storage gives them."""

    head: Row[Any]
    lines: Sequence[Row[Any]]
    matches: Sequence[Row[Any]]


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
    lines = invoices.invoice_lines(connection, invoice_id)
    return InvoiceView(head, lines, matches.matches_of_invoice(connection, invoice_id))
