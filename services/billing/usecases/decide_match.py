"""What a manager decides of schools' lines, one or many at once: accept, dispute, ask for a credit, or take it back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import BrokenRule, NotFound
from services.billing.domain.deciding import Decision, Stand, decide
from services.billing.domain.errors import MatchNotAcceptable
from services.billing.domain.match_facts import Key
from services.billing.domain.period_errors import PeriodClosed
from services.billing.storage import decisions, orders, periods, taken_off
from services.billing.usecases.issue_credit_notes import take_off_bills
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.read_invoices import InvoiceView, view_invoice
from services.billing.usecases.settle_orders import settle_orders

_USED_UP: Final = "Earlier invoices have used up what this school ordered and received."


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision on many lines: those on which it stands, and why it does not on the others."""

    done: Sequence[Key]
    refused: Mapping[Key, BrokenRule | NotFound]


def decide_match(database: Database, actor: Actor, decision: Decision, key: Key, why: str) -> InvoiceView:
    """Decide on one school's line, with who and why kept for ever.

    A dispute, or a decision that is taken back, takes a billed line off its bill with a credit note while nothing of
    the bill is paid and nothing of the line credited. Raises NotFound, MatchNotHeld, MatchBilled, MatchNotDecided,
    NothingToClaim, MatchNotAcceptable (nothing received, or used up by earlier invoices), PeriodClosed for taking back
    what was decided or billed in a month that is closed.
    """
    with database.transaction(actor) as connection:
        view_invoice(connection, key[0])
        decided = _decide(connection, actor, decision, [key], why)
        for fault in decided.refused.values():
            raise fault
        return view_invoice(connection, key[0])


def decide_matches(
    database: Database,
    actor: Actor,
    decision: Decision,
    why: str,
    keys: Collection[Key] = (),
    invoice_ids: Collection[str] = (),
) -> Decided:
    """Decide alike on chosen lines, and on every line of chosen invoices that the decision can be about.

    What cannot be decided so is refused line by line, and hinders no other.
    """
    with database.transaction(actor) as connection:
        whole = decisions.matches_concerned(connection, decision, invoice_ids) if invoice_ids else []
        return _decide(connection, actor, decision, list(dict.fromkeys([*keys, *whole])), why)


def _decide(connection: Connection, actor: Actor, decision: Decision, keys: Sequence[Key], why: str) -> Decided:
    order_ids = decisions.orders_of_matches(connection, keys)
    orders.lock_orders(connection, order_ids)
    taken_off.lock_bills(connection, keys)
    found = decisions.matches_to_decide(connection, keys)
    closed = _closed(connection, found.values())
    stands: dict[Key, Stand] = {}
    refused: dict[Key, BrokenRule | NotFound] = {}
    for key in keys:
        try:
            stands[key] = _stand(decision, found.get(key), closed)
        except (BrokenRule, NotFound) as fault:
            refused[key] = fault
    while stands:
        attempt = connection.begin_nested()
        decisions.set_stands(connection, stands)
        decisions.note_decisions(
            connection, stands.keys(), decision, who=actor.name, person_id=actor.person_id, why=why
        )
        off = [key for key, stand in stands.items() if stand.off_bill]
        if off:
            take_off_bills(connection, off, actor.name, why)
        match_invoices(connection, order_ids)
        stuck = decisions.still_held(connection, stands.keys()) if decision == "accepted" else set()
        if not stuck:
            attempt.commit()
            break
        attempt.rollback()  # what would stay held is left as it was, and the others are tried without it
        refused |= {key: MatchNotAcceptable(_USED_UP) for key in stuck}
        stands = {key: stand for key, stand in stands.items() if key not in stuck}
    settle_orders(connection, order_ids)
    return Decided(list(stands), refused)


def _stand(decision: Decision, match: Row[Any] | None, closed: Mapping[date, PeriodClosed]) -> Stand:
    if match is None:
        raise NotFound("The invoice has no such line for this school.")
    stand = decide(decision, match)
    if decision == "withdrawn" and match.decided_on in closed:
        raise PeriodClosed(f"This was decided on {match.decided_on:%-d %B %Y}. {closed[match.decided_on]}")
    if stand.off_bill and match.billed_on in closed:
        raise PeriodClosed(f"This was billed on {match.billed_on:%-d %B %Y}. {closed[match.billed_on]}")
    return stand


def _closed(connection: Connection, matches: Iterable[Row[Any]]) -> dict[date, PeriodClosed]:
    """Of the days of the last decisions and of the bills, those whose month is closed; asked once a day."""
    found: dict[date, PeriodClosed] = {}
    for day in {day for match in matches for day in (match.decided_on, match.billed_on) if day is not None}:
        try:
            periods.refuse_closed(connection, day)
        except PeriodClosed as closed:
            found[day] = closed
    return found
