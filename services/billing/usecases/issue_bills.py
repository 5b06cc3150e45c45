"""Bill every school of a round, or of a recurring service's period, for what is matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_numbers
from contracts.london import london_today
from services.billing.domain.bill import due_on, payment_reference
from services.billing.domain.errors import UnknownRound, UnknownServiceOrder
from services.billing.domain.ledger import CLEARING_NET, CLEARING_VAT, SCHOOL_DEBTORS
from services.billing.storage import bills, directory, issuing, orders
from services.billing.storage.bulk import planned_for_many
from services.billing.storage.periods import posting_day
from services.billing.usecases.issue_credit_notes import issue_credit_notes
from services.billing.usecases.settle_orders import settle_orders


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued at once: bills, and credit notes for what suppliers have credited since earlier bills."""

    bills: Sequence[Row[Any]]
    credit_notes: Sequence[Row[Any]]


def issue_bills(database: Database, actor: Actor, round_id: str) -> Issued:
    """One bill for each school that has billable lines in the round, and a credit note for each bill with a credit.

    Held lines wait for a later bill, and nobody else's. Raises UnknownRound.
    """
    with database.transaction(actor) as connection:
        title = directory.round_title(connection, round_id)
        if title is None:
            raise UnknownRound("No round has this id.", fields={"round_id": "Unknown round."})
        order_ids = orders.rechargeable_orders(connection, round_id)
        return _issue(
            connection,
            order_ids,
            {"round_id": round_id, "purchase_order_id": None, "title": title},
            actor,
            london_today(),
        )


def issue_service_bills(database: Database, actor: Actor, purchase_order_id: str, on: date | None = None) -> Issued:
    """Bills and credit notes for a recurring service's period, as for a round, issued today or on another day.

    What stands behind it is the purchase order of the period, as a round does behind others. Raises
    UnknownServiceOrder.
    """
    with database.transaction(actor) as connection:
        found = orders.service_order(connection, purchase_order_id)
        if found is None:
            message = "No purchase order for a recurring service has this id."
            raise UnknownServiceOrder(message, fields={"purchase_order_id": "Unknown purchase order."})
        order_ids = [purchase_order_id] if found.rechargeable else []
        of = {"round_id": None, "purchase_order_id": purchase_order_id, "title": found.title}
        return _issue(connection, order_ids, of, actor, on or london_today())


def _issue(connection: Connection, order_ids: list[str], of: dict[str, Any], actor: Actor, on: date) -> Issued:
    """Bill what these orders have ready; `of` says what for: a round_id or a purchase_order_id, and a title."""
    orders.lock_orders(connection, order_ids)
    due = issuing.billable_by_school(connection, order_ids)
    rows = _rows(connection, due, {**of, "issue_date": on}, actor.name) if due else []
    with planned_for_many(connection, sum(school.line_count for school in due)):
        if rows:
            issuing.add_bills(connection, rows, order_ids)
            _tell(connection, rows)
        notes = issue_credit_notes(connection, order_ids, actor.name)
    settle_orders(connection, order_ids)
    return Issued(bills.get_bills(connection, [row["bill_id"] for row in rows]), notes)


def _rows(connection: Connection, due: list[Row[Any]], of: dict[str, Any], issued_by: str) -> list[dict[str, Any]]:
    """The rows of bills for what is due; `of` says what for, and their day."""
    return [
        {
            "bill_id": str(uuid4()),
            "number": number,
            "payment_reference": payment_reference(number, school.school_urn),
            "school_urn": school.school_urn,
            "outside_scope": school.outside_scope,
            **of,
            "due_date": due_on(of["issue_date"], school.payment_days),
            "net_pence": school.net_pence,
            "vat_pence": school.vat_pence,
            "gross_pence": school.net_pence + school.vat_pence,
            "paid_pence": 0,
            "credited_pence": 0,
            "issued_by": issued_by,
        }
        for number, school in zip(next_numbers(connection, "B", len(due)), due, strict=True)
    ]


def _tell(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Post the bills to the ledger and publish them."""
    worth = sum(row["gross_pence"] > 0 for row in rows)
    day = posting_day(connection, rows[0]["issue_date"])
    bill_ids = [row["bill_id"] for row in rows]
    accounts = (SCHOOL_DEBTORS, CLEARING_NET, CLEARING_VAT)
    issuing.post_bills(connection, bill_ids, next_numbers(connection, "J", worth), day, accounts=accounts)
    issuing.tell_bills(connection, bill_ids)
