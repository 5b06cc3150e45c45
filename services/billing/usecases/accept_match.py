"""Release a held line: the alliance pays the supplier, and the school what it has itself committed to."""

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.errors import MatchNotAcceptable, MatchNotHeld
from services.billing.domain.matching import NEVER_ACCEPTED, Key
from services.billing.storage import matches, orders
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.read_invoices import InvoiceView, view_invoice


def accept_match(database: Database, actor: Actor, key: Key, why: str) -> InvoiceView:
    """Accept the reasons for which a line is held, in the actor's name.

    Nobody's budget pays for another's mistake: the school will be billed for no more than it ordered and received, at
    no more than the price and VAT of its order. The rest stays in clearing, for the supplier to credit. Reasons that
    come up later hold the line again. Raises NotFound, MatchNotHeld; MatchNotAcceptable when the school has received
    nothing.
    """
    with database.transaction(actor) as connection:
        order_id = view_invoice(connection, key[0]).head.purchase_order_id
        orders.lock_orders(connection, [order_id])
        match = matches.get_match(connection, key)
        if match is None:
            raise NotFound("The invoice has no such line for this school.")
        if match.state != "held":
            raise MatchNotHeld("This line is not held.")
        if not NEVER_ACCEPTED.isdisjoint(match.reasons):
            raise MatchNotAcceptable("A school pays for nothing that it has not ordered and received.")
        matches.note_acceptance(connection, key, match.reasons, who=actor.name, person_id=actor.person_id, why=why)
        match_invoices(connection, [order_id])
        after = matches.get_match(connection, key)
        if after is None or after.state == "held":
            raise MatchNotAcceptable("Earlier invoices have used up what this school ordered and received.")
        return view_invoice(connection, key[0])
