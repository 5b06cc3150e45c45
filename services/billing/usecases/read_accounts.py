"""Show a school's statement of account, and what late payment would add by law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_today
from services.billing.domain.account import OpenBill, StatementItem, statement
from services.billing.domain.bill_document import PayInto
from services.billing.domain.late_payment import LatePayment, late_payment
from services.billing.storage import accounts, bill_parties, companies, direct_bills, held_money
from services.billing.usecases.where_to_pay import pay_into


@dataclass(frozen=True, slots=True)
class PayHere:
    """A bank account and the numbers of the bills that are paid into it."""

    account: PayInto
    bills: Sequence[str]


@dataclass(frozen=True, slots=True)
class AccountView:
    """A school's statement of account on a day; the balance in pence is what the school owes the alliance.

    `pay_suppliers` are the bills that it owes suppliers itself, and no part of the balance. `alliance` is what is known
    of the alliance, None before it has recorded its details. `on_account_pence` is what the alliance holds for the
    school beyond all bills: no part of the balance either.
    """

    on: date
    school: Row[Any]
    alliance: Mapping[str, Any] | None
    items: Sequence[StatementItem]
    balance_pence: int
    open_bills: Sequence[OpenBill]
    pay_suppliers: Sequence[Row[Any]]
    on_account_pence: int = 0
    pay_into: Sequence[PayHere] = ()


def get_account(database: Database, actor: Actor, urn: int, on: date | None = None) -> AccountView:
    """A school's statement of account, made of that school's bills and receipts alone. Raises NotFound."""
    if actor.kind == "school" and actor.school_urn != urn:
        raise NotFound("There is no such account.")
    on = on or london_today()
    with database.transaction(actor) as connection:
        school = bill_parties.find_school(connection, urn)
        if school is None:
            raise NotFound("There is no such account.")
        items, balance = statement(accounts.movements(connection, urn))
        rates = accounts.reference_rates(connection)
        found = [_open_bill(row, on, rates) for row in accounts.open_bills(connection, urn=urn)]
        alliance = companies.find_alliance(connection)
        direct = direct_bills.bills_of_school(connection, urn)
        held = held_money.held_of_school(connection, urn)
    told = _to_pay_into(database, found)
    return AccountView(on, school, alliance, items, balance, found, direct, held, told)


def late_of_bill(connection: Connection, bill_id: str) -> LatePayment | None:
    """What late payment adds to one bill today; None if it is paid or not overdue."""
    rates = accounts.reference_rates(connection)
    today = london_today()
    found = [_open_bill(row, today, rates).late for row in accounts.open_bills(connection, bill_id=bill_id)]
    return found[0] if found else None


def _open_bill(row: Row[Any], on: date, rates: Mapping[date, Decimal]) -> OpenBill:
    paid = [(date.fromisoformat(day), pence) for day, pence in row.paid]
    late = late_payment(row.debt_pence, row.due_date, on, rates, paid) if row.open_pence > 0 else None
    return OpenBill(
        row.bill_id,
        row.number,
        row.title,
        row.payment_reference,
        row.due_date,
        row.open_pence,
        row.disputed,
        max((on - row.due_date).days, 0),
        late,
        row.purpose,
    )


def _to_pay_into(database: Database, bills: Sequence[OpenBill]) -> list[PayHere]:
    """Where the bills with something left to pay are paid, account by account; none where no account is told."""
    numbers: dict[str, list[str]] = {}
    for bill in bills:
        if bill.open_pence > 0:
            numbers.setdefault(bill.purpose, []).append(bill.number)
    accounts_told = {purpose: pay_into(database, purpose) for purpose in numbers}
    return [PayHere(told, numbers[purpose]) for purpose, told in accounts_told.items() if told]
