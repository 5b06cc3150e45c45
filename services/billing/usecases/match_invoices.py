"""Match the invoices of purchase orders against what was ordered and received."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from services.billing.domain.credits import check_credits, place_credits
from services.billing.domain.match_facts import NOTHING, UNTOUCHED, Amount, InvoicedLine, Key, Match, Standing
from services.billing.domain.matching import match_purchase_order
from services.billing.storage import credit_notes, invoices, matches, orders
from services.billing.usecases.answer_invoices import answer_orders


def match_invoices(connection: Connection, order_ids: Collection[str], registering: str | None = None) -> None:
    """Match afresh what is invoiced and credited on these purchase orders; bills stand.

    A credit is laid on the matches that it gives back of as soon as their shares are certain. Raises
    CreditExceedsInvoice when `registering`, the document that is being registered, gives back too much.
    """
    invoiced = invoices.orders_with_invoices(connection, list(order_ids))
    orders.lock_orders(connection, invoiced)
    for order_id in invoiced:
        _match(connection, order_id, registering)
    answer_orders(connection, invoiced)


def _match(connection: Connection, order_id: str, registering: str | None) -> None:
    before = matches.matches_of_order(connection, order_id)
    lines = invoices.invoiced_lines(connection, order_id)
    order = (orders.order_lines(connection, order_id), orders.drops(connection, order_id))
    tolerance = orders.tolerance(connection, order_id)
    standing = matches.standing(before, credit_notes.credited(connection, order_id))
    found = match_purchase_order(*order, lines, standing, tolerance)
    if _place(connection, order_id, lines, found, registering):
        standing = _with_credits(standing, found, credit_notes.credited(connection, order_id))
        found = match_purchase_order(*order, lines, standing, tolerance)
    matches.write_matches(connection, order_id, before, found)


def _place(
    connection: Connection,
    order_id: str,
    lines: Sequence[InvoicedLine],
    found: Sequence[Match],
    registering: str | None,
) -> bool:
    """Lay the credits that wait on what they give back of; whether there were any that could be."""
    given_back = [line for line in lines if line.gives_back]
    if not given_back:
        return False
    placed = credit_notes.placed(connection, order_id)
    waiting = [line for line in given_back if (line.invoice_id, line.line_no) not in placed]
    if registering:
        check_credits(lines)
    shares = place_credits(waiting, found, registering)
    credit_notes.add_shares(connection, order_id, orders.supplier_of(connection, order_id), shares)
    return bool(shares)


def _with_credits(
    standing: Mapping[Key, Standing], found: Sequence[Match], credited: Mapping[Key, Amount]
) -> dict[Key, Standing]:
    """What stands once credits are laid on matches that were found just now."""
    keys = {(match.invoice_id, match.line_no, match.school_urn): match.quantity_invoiced for match in found}
    return {
        key: replace(standing.get(key, UNTOUCHED), quantity_invoiced=quantity, credited=credited.get(key, NOTHING))
        for key, quantity in keys.items()
    }
