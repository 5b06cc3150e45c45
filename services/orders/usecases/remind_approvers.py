"""A buyer reminds the approvers of an order that waits for them."""

from datetime import datetime, timedelta
from typing import Final

from chassis.actor import Actor
from chassis.database import Database
from services.orders.domain.errors import RemindedRecently
from services.orders.domain.order import HistoryEntry, Person
from services.orders.storage import approvals
from services.orders.storage.orders import OrderInRound
from services.orders.usecases.read_order import own_order

AT_MOST_EVERY: Final = timedelta(hours=1)


def remind_approvers(database: Database, actor: Actor, round_id: str, urn: int, now: datetime) -> OrderInRound:
    """Note the reminder in the order's history, from which the approvers are told; the order itself stays as it is.

    Raises NotFound, RoundNotOpen, OrderNotSubmitted, RemindedRecently.
    """
    with database.transaction(actor) as connection:
        approvals.hold_order(connection, round_id, urn)
        found = own_order(connection, actor, round_id, urn)
        found.round.must_take_orders(now)
        found.order.must_be_waiting()
        last = approvals.last_reminded(connection, round_id, urn)
        if last is not None and now - last < AT_MOST_EVERY:
            raise RemindedRecently("The approvers were reminded within the hour. Give them a little time.")
        entry = HistoryEntry(Person(actor.person_id or "", actor.name), "reminded")
        approvals.add_history(connection, round_id, urn, entry, now)
        return found
