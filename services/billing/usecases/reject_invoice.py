"""Reject a supplier's invoice as a whole: nothing of it is billed, and the supplier is asked for another one."""

from chassis.actor import Actor
from chassis.database import Database
from services.billing.domain.errors import InvoiceNotRejectable, MatchNotDecided
from services.billing.storage import decisions, invoice_answers, invoices, orders, periods
from services.billing.usecases.match_invoices import match_invoices
from services.billing.usecases.read_invoices import InvoiceView, view_invoice


def reject_invoice(database: Database, actor: Actor, invoice_id: str, why: str) -> InvoiceView:
    """Reject an invoice in the actor's name: every school's line is disputed, and the supplier told why.

    It stays posted until the supplier credits it; then its units can be invoiced anew. Raises NotFound;
    InvoiceNotRejectable for a credit note, and for what is not matched yet, billed, paid or rejected before.
    """
    with database.transaction(actor) as connection:
        head = view_invoice(connection, invoice_id).head
        order_ids = invoices.orders_of(connection, invoice_id)
        orders.lock_orders(connection, order_ids)
        (facts,) = invoice_answers.facts(connection, [invoice_id])
        if head.kind == "credit_note" or facts.gross_pence < 0:
            raise InvoiceNotRejectable("A credit note is not rejected: it gives back what was invoiced.")
        if facts.rejected_why is not None:
            raise InvoiceNotRejectable("This invoice was rejected before.")
        if not facts.matched:
            raise InvoiceNotRejectable("Not every line is matched yet: wait until the orders’ drops are known.")
        if facts.paid_pence or head.state == "billed" or decisions.anything_billed(connection, invoice_id):
            raise InvoiceNotRejectable("Schools were billed for part of it, or it is paid: ask for a credit instead.")
        decisions.dispute_all(connection, invoice_id, who=actor.name, person_id=actor.person_id, why=why)
        invoices.set_rejected(connection, invoice_id, why)
        match_invoices(connection, order_ids)
        return view_invoice(connection, invoice_id)


def withdraw_rejection(database: Database, actor: Actor, invoice_id: str, why: str) -> InvoiceView:
    """Take a rejection back: every line stands as the match says, and the supplier is told of the new state.

    Raises NotFound; MatchNotDecided if the invoice is not rejected; InvoiceNotRejectable once the supplier has credited
    anything of it; PeriodClosed if it was rejected in a month that is closed.
    """
    with database.transaction(actor) as connection:
        view_invoice(connection, invoice_id)
        order_ids = invoices.orders_of(connection, invoice_id)
        orders.lock_orders(connection, order_ids)
        (facts,) = invoice_answers.facts(connection, [invoice_id])
        if facts.rejected_why is None:
            raise MatchNotDecided("This invoice is not rejected.")
        if facts.credited_pence or decisions.anything_billed(connection, invoice_id):
            raise InvoiceNotRejectable("The supplier has credited it: the rejection stands.")
        decided_on = decisions.last_decided_on(connection, invoice_id)
        if decided_on is not None:
            periods.refuse_closed(connection, decided_on)
        decisions.withdraw_all(connection, invoice_id, who=actor.name, person_id=actor.person_id, why=why)
        invoices.set_rejected(connection, invoice_id, None)
        match_invoices(connection, order_ids)
        return view_invoice(connection, invoice_id)
