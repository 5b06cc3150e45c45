"""Pay out of the partnership fund, for what its budget is for, with evidence; or take a payment back before it is made.

Recording posts nothing: the line of the fund's bank statement does, once it is matched to the payment.
"""

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.numbers import next_number
from contracts.errors import NotFound
from contracts.money import pounds
from services.billing.domain.fund import check_payment_day
from services.billing.domain.fund_errors import (
    FundBalanceTooLow,
    FundLineOverspent,
    FundPaymentPaid,
    FundYearClosed,
    FundYearNotProposed,
)
from services.billing.storage import fund_payments, fund_years
from services.billing.usecases.read_fund import YearView, view_year


def record_payment(
    database: Database,
    actor: Actor,
    year_id: str,
    *,
    line_no: int,
    pay_on: date,
    payee: str,
    purpose: str,
    evidence: str,
    amount_pence: int,
) -> YearView:
    """Note a payment against a line of the year's budget, under the next FP number, which the bank is to carry.

    Raises NotFound, FundYearNotProposed, FundPaymentMisdated, FundLineOverspent, FundBalanceTooLow.
    """
    with database.transaction(actor) as connection:
        year = fund_years.lock_year(connection, year_id)
        if year is None:
            raise NotFound("There is no such year of the fund.")
        if year.state != "proposed":
            raise FundYearNotProposed("Money is spent in a year that is proposed and neither closed nor cancelled.")
        check_payment_day(pay_on, year.from_on, year.to_on)
        _check_line(connection, year_id, line_no, amount_pence)
        _check_balance(connection, amount_pence)
        row: dict[str, Any] = {
            "fund_payment_id": str(uuid4()),
            "number": next_number(connection, "FP"),
            "fund_year_id": year_id,
            "line_no": line_no,
            "pay_on": pay_on,
            "payee": payee,
            "purpose": purpose,
            "evidence": evidence,
            "amount_pence": amount_pence,
            "recorded_by": actor.name,
        }
        fund_payments.add_payment(connection, row)
        return view_year(connection, year_id)


def withdraw_payment(database: Database, actor: Actor, payment_id: str, why: str) -> YearView:
    """Take back a payment that has not been made. Raises NotFound, FundYearClosed, FundPaymentPaid."""
    with database.transaction(actor) as connection:
        fund_payments.lock_payment(connection, payment_id)
        found = fund_payments.get_payment(connection, payment_id)
        if found is None:
            raise NotFound("There is no such payment.")
        if closed := fund_payments.closed_years(connection, [payment_id]):
            raise FundYearClosed(f"{closed[0]} is closed.")
        if found.paid_pence:
            raise FundPaymentPaid(f"£{pounds(found.paid_pence)} of {found.number} went through the bank already.")
        fund_payments.withdraw_payment(connection, payment_id, why)
        return view_year(connection, found.fund_year_id)


def _check_line(connection: Connection, year_id: str, line_no: int, pence: int) -> None:
    line = next((row for row in fund_years.lines_of(connection, year_id) if row.line_no == line_no), None)
    if line is None:
        raise FundLineOverspent("The budget has no such line.", fields={"line_no": "Choose a line of the budget."})
    left = line.amount_pence - line.spent_pence - line.to_pay_pence
    if pence > left:
        message = f"Only £{pounds(max(left, 0))} is left of “{line.name}”."
        raise FundLineOverspent(message, fields={"amount_pence": message})


def _check_balance(connection: Connection, pence: int) -> None:
    """The fund spends what is on its account now, less what is to leave it already."""
    free = fund_years.balance_now(connection) - fund_payments.open_payments_pence(connection)
    if pence > free:
        message = f"The fund’s account has £{pounds(max(free, 0))} to spend."
        raise FundBalanceTooLow(message, fields={"amount_pence": message})
