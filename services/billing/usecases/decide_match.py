"""What a manager decides of one school's line: accept it, dispute it, ask for a credit, or take the decision back."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.errors import (
    MatchBilled,
    MatchNotAcceptable,
    MatchNotDecided,
    MatchNotHeld,
    NothingToClaim,
)
from services.billing.domain.judging import NEVER_ACCEPTED
from services.billing.domain.match_facts import Key
from services.billing.storage import decisions, matches, orders
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.read_invoices import InvoiceView, view_invoice
from services.billing.usecases.settle_orders import settle_orders

Decide = Callable[[Connection, Row[Any]], str]
"""Makes a decision stand and returns what it is called; raises where it cannot be made."""


def accept_match(database: Database, actor: Actor, key: Key, why: str) -> InvoiceView:
    """Accept the reasons for which a line is held, in the actor's name.

    Nobody's budget pays for another's mistake: the school will be billed for no more than it ordered and received, at
    no more than the price and VAT of its order. The rest stays in clearing, for the supplier to credit. Reasons that
    come up later hold the line again. Raises NotFound, MatchNotHeld; MatchNotAcceptable when the school has received
    nothing.
    """

    def accept(connection: Connection, match: Row[Any]) -> str:
        if match.state != "held":
            raise MatchNotHeld("This line is not held.")
        if not NEVER_ACCEPTED.isdisjoint(match.reasons):
            raise MatchNotAcceptable("A school pays for nothing that it has not ordered and received.")
        accepted = [reason for reason in match.reasons if reason != "disputed"]
        decisions.set_standing(connection, key, accepted=accepted, disputed=False)
        return "accepted"

    return _decide(database, actor, key, why, accept)


def dispute_match(database: Database, actor: Actor, key: Key, why: str) -> InvoiceView:
    """Hold one school's line, whatever the match says, until the dispute is taken back or the line accepted.

    Raises NotFound, MatchBilled.
    """

    def dispute(connection: Connection, match: Row[Any]) -> str:
        _refuse_billed(match)
        decisions.set_standing(connection, key, accepted=[], disputed=True)
        return "disputed"

    return _decide(database, actor, key, why, dispute)


def request_credit(database: Database, actor: Actor, key: Key, why: str) -> InvoiceView:
    """Ask the supplier to credit what it invoiced beyond what the school ordered and received, billed or not.

    Raises NotFound; NothingToClaim.
    """

    def ask(_: Connection, match: Row[Any]) -> str:
        if not match.claim_net_pence + match.claim_vat_pence:
            raise NothingToClaim("The supplier asks for no more of this line than was ordered and received.")
        return "credit_requested"

    return _decide(database, actor, key, why, ask)


def withdraw_decision(database: Database, actor: Actor, key: Key, why: str) -> InvoiceView:
    """Take back what was accepted or disputed of a line that is not billed. Raises NotFound, MatchBilled,
    MatchNotDecided."""

    def withdraw(connection: Connection, match: Row[Any]) -> str:
        _refuse_billed(match)
        if not match.accepted_reasons and not match.disputed:
            raise MatchNotDecided("Nothing was decided on this line.")
        decisions.set_standing(connection, key, accepted=[], disputed=False)
        return "withdrawn"

    return _decide(database, actor, key, why, withdraw)


def _decide(database: Database, actor: Actor, key: Key, why: str, decide: Decide) -> InvoiceView:
    with database.transaction(actor) as connection:
        head, found = view_invoice(connection, key[0]).head, matches.get_match(connection, key)
        order_id = found.purchase_order_id if found else head.purchase_order_id
        orders.lock_orders(connection, [order_id])
        match = matches.get_match(connection, key)
        if match is None:
            raise NotFound("The invoice has no such line for this school.")
        decision = decide(connection, match)
        decisions.note_decision(
            connection, key, decision, match.reasons, who=actor.name, person_id=actor.person_id, why=why
        )
        match_invoices(connection, [order_id])
        after = matches.get_match(connection, key)
        if decision == "accepted" and (after is None or after.state == "held"):
            raise MatchNotAcceptable("Earlier invoices have used up what this school ordered and received.")
        settle_orders(connection, [order_id])
        return view_invoice(connection, key[0])


def _refuse_billed(match: Row[Any]) -> None:
    if match.state == "billed":
        raise MatchBilled("The school has been billed for this line; the supplier can still credit it.")
