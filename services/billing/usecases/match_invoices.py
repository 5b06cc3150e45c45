"""Match the invoices of purchase orders against what was ordered and received."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row

from services.billing.domain.credits import CreditShare, check_credits, place_credits
from services.billing.domain.match_facts import (
    ALL,
    NOTHING,
    UNTOUCHED,
    Alike,
    Amount,
    DropLine,
    InvoicedLine,
    Key,
    Match,
    Standing,
    Touched,
)
from services.billing.domain.matching import match_together
from services.billing.storage import alike, credit_notes, invoices, matches, orders
from services.billing.storage.direct_bills import tell_direct_bills
from services.billing.usecases.answer_invoices import answer_invoices, answer_orders


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was matched before, is invoiced, and was ordered and received."""

    before: dict[Key, Row[Any]]
    invoiced: list[InvoicedLine]
    drops: list[DropLine]


def match_invoices(
    connection: Connection,
    order_ids: Collection[str],
    registering: str | None = None,
    touched: Mapping[str, Touched] | None = None,
) -> None:
    """Match afresh what is invoiced and credited on these purchase orders; bills stand.

    `touched` says what of each order can have changed; without it everything is matched and every document answered.
    A credit is laid on the matches that it gives back of as soon as their shares are certain. What has become of bills
    that are settled directly is told of. Raises
    CreditExceedsInvoice when `registering`, the document that is being registered, gives back too much.
    """
    invoiced = invoices.orders_with_invoices(connection, list(order_ids))
    orders.lock_orders(connection, invoiced)
    changed = {registering} if registering else set()
    for order_id in invoiced:
        changed |= _match(connection, order_id, touched[order_id] if touched else ALL, registering)
    tell_direct_bills(connection, changed)
    if touched is None:
        answer_orders(connection, invoiced)
    else:
        answer_invoices(connection, changed)


def _match(connection: Connection, order_id: str, touched: Touched, registering: str | None) -> set[str]:
    """Match what is touched of one purchase order; returns the documents with a difference."""
    tolerance = orders.tolerance(connection, order_id)
    if tolerance.pence:
        touched = ALL  # what is tolerated of a whole invoice hangs on all its lines
    close = alike.close_lines(connection, order_id, touched)
    lines = orders.order_lines(connection, order_id)
    charges = {line.line_no for line in lines if line.is_charge}
    some = alike.alike_lines(connection, order_id, touched, close, charges)
    facts = _facts_of(connection, order_id, touched, close)
    standing = matches.standing(facts.before, credit_notes.credited(connection, order_id) if close else {})
    together, found = match_together(lines, some, facts.drops, facts.invoiced, standing, tolerance)
    shares = _place(connection, order_id, facts.invoiced, found, registering)
    if shares:
        standing = _with_credits(standing, found, credit_notes.credited(connection, order_id))
        together, found = match_together(lines, some, facts.drops, facts.invoiced, standing, tolerance)
    changed = _write(connection, order_id, list(zip(together, some, strict=True)), found, facts.before)
    return changed | {share.invoice_id for share in shares}


def _write(
    connection: Connection,
    order_id: str,
    together: Sequence[tuple[Match, Alike]],
    found: Sequence[Match],
    before: Mapping[Key, Row[Any]],
) -> set[str]:
    """Write what has become of matches; returns the documents with a difference."""
    keyed = {(match.invoice_id, match.line_no, match.school_urn): match for match in found}
    new = [(match, each.places) for match, each in together if each.before is None]
    new += [(match, (key[1:],)) for key, match in keyed.items() if key not in before]
    known = [(match, each.places) for match, each in together if each.before is not None]
    known += [(match, (key[1:],)) for key, match in keyed.items() if key in before]
    gone = [key for key, row in before.items() if key not in keyed and not row.billed]
    return (
        matches.remove_matches(connection, gone)
        | matches.follow_matches(connection, order_id, known)
        | matches.add_matches(connection, order_id, new)
    )


def _facts_of(connection: Connection, order_id: str, touched: Touched, close: Mapping[int, bool]) -> _Facts:
    """What is matched line by line: of a line that several schools share all of it, of others what is touched."""
    facts = _Facts({}, [], [])
    for order_lines, schools in (
        ([number for number, shared in close.items() if shared], None),
        ([number for number, shared in close.items() if not shared], touched.schools),
    ):
        if order_lines:
            these = Touched(frozenset(order_lines), schools)
            facts.before.update(matches.matches_of_order(connection, order_id, these))
            facts.invoiced.extend(invoices.invoiced_lines(connection, order_id, these))
            facts.drops.extend(orders.drops(connection, order_id, these))
    return facts


def _place(
    connection: Connection,
    order_id: str,
    lines: Sequence[InvoicedLine],
    found: Sequence[Match],
    registering: str | None,
) -> list[CreditShare]:
    """Lay the credits that wait on what they give back of, as far as they can be."""
    given_back = [line for line in lines if line.gives_back]
    if not given_back:
        return []
    placed = credit_notes.placed(connection, order_id)
    waiting = [line for line in given_back if (line.invoice_id, line.line_no) not in placed]
    if registering:
        check_credits(lines)
    shares = place_credits(waiting, found, registering)
    credit_notes.add_shares(connection, order_id, orders.supplier_of(connection, order_id), shares)
    return shares


def _with_credits(
    standing: Mapping[Key, Standing], found: Sequence[Match], credited: Mapping[Key, Amount]
) -> dict[Key, Standing]:
    """What stands once credits are laid on matches that were found just now."""
    keys = {(match.invoice_id, match.line_no, match.school_urn): match.quantity_invoiced for match in found}
    return {
        key: replace(standing.get(key, UNTOUCHED), quantity_invoiced=quantity, credited=credited.get(key, NOTHING))
        for key, quantity in keys.items()
    }
