"""Show bills, credit notes and bank lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.bill_document import PayInto
from services.billing.domain.late_payment import LatePayment
from services.billing.storage import bills, credit_notes, direct_bills, disputes, ready_to_bill
from services.billing.usecases.read_accounts import late_of_bill
from services.billing.usecases.where_to_pay import pay_into


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill with its lines, what its school disputes of it, what late payment adds by law, and where it is paid."""

    head: Row[Any]
    lines: Sequence[Row[Any]]
    disputes: Sequence[Row[Any]]
    late: LatePayment | None
    pay_into: PayInto | None


def list_ready(database: Database, actor: Actor) -> list[Row[Any]]:
    """What issuing would bill and give back now, by round and by period of a service, with VAT."""
    with database.transaction(actor) as connection:
        return ready_to_bill.ready_to_bill(connection)


def list_bills(
    database: Database,
    actor: Actor,
    *,
    school_urn: int | None,
    round_id: str | None,
    purchase_order_id: str | None = None,
    after: str,
    limit: int,
) -> tuple[list[Row[Any]], str | None]:
    """A page of bills by number, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = bills.list_bills(
            connection,
            school_urn=school_urn,
            round_id=round_id,
            purchase_order_id=purchase_order_id,
            after=after,
            limit=limit + 1,
        )
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get_bill(database: Database, actor: Actor, bill_id: str) -> BillView:
    """One bill with all that belongs to it. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = bills.get_bills(connection, [bill_id])
        if not found:
            raise NotFound("There is no such bill.")
        direct = found[0].settlement == "direct"
        lines = direct_bills.direct_bill_lines if direct else bills.bill_lines
        disputed = disputes.disputes_of_bill(connection, bill_id)
        shown = found[0], lines(connection, bill_id), disputed, late_of_bill(connection, bill_id)
    return BillView(*shown, pay_into=None if direct else pay_into(database, found[0].purpose))


def list_credit_notes(
    database: Database, actor: Actor, *, school_urn: int | None, bill_id: str | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of credit notes to schools by number, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = credit_notes.list_credit_notes(
            connection, school_urn=school_urn, bill_id=bill_id, after=after, limit=limit + 1
        )
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get_credit_note(database: Database, actor: Actor, credit_note_id: str) -> tuple[Row[Any], list[Row[Any]]]:
    """One credit note and its lines. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = credit_notes.get_credit_notes(connection, [credit_note_id])
        if not found:
            raise NotFound("There is no such credit note.")
        return found[0], credit_notes.credit_note_lines(connection, credit_note_id)
