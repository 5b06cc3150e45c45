"""A school says that it has paid a supplier's bill itself; a memorandum, of which nothing is posted."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_today
from services.billing.domain.bill_errors import BillNotPayable, PaidInFuture, PaymentNoted, PaymentNotNoted
from services.billing.storage import bills, direct_bills
from services.billing.usecases.read_books import BillView, get_bill


def note_payment(database: Database, actor: Actor, bill_id: str, paid_on: date) -> BillView:
    """Mark the actor's own bill as paid to the supplier on a day, with all that is left to pay of it.

    Raises NotFound, BillNotPayable, PaidInFuture, PaymentNoted.
    """
    if paid_on > london_today():
        why = "Give the day of the payment, today or before."
        raise PaidInFuture(why, fields={"paid_on": why})
    with database.transaction(actor) as connection:
        bill = _direct_bill(connection, bill_id)
        if bill.paid_on is not None:
            raise PaymentNoted("This bill is marked as paid already. Take that back to change the day.")
        left = bill.gross_pence - bill.credited_pence
        if left <= 0:
            raise BillNotPayable("The supplier has credited this bill: nothing is left to pay.")
        if not direct_bills.note_payment(connection, bill, paid_on, left, actor.name):
            raise PaymentNoted("Somebody has marked this bill as paid meanwhile.")
    return get_bill(database, actor, bill_id)


def withdraw_payment(database: Database, actor: Actor, bill_id: str) -> BillView:
    """Take back that the actor's own bill is paid. Raises NotFound, BillNotPayable, PaymentNotNoted."""
    with database.transaction(actor) as connection:
        _direct_bill(connection, bill_id)
        if not direct_bills.withdraw_payment(connection, bill_id, actor.name):
            raise PaymentNotNoted("This bill is not marked as paid.")
    return get_bill(database, actor, bill_id)


def _direct_bill(connection: Connection, bill_id: str) -> Row[Any]:
    found = bills.get_bills(connection, [bill_id])
    if not found:
        raise NotFound("There is no such bill.")
    if found[0].settlement != "direct":
        raise BillNotPayable("This bill is paid to the alliance, which marks it as paid when the money comes.")
    return found[0]
