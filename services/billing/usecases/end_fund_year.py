"""Close a year of the partnership fund and carry forward what is left, or cancel one of which nothing is billed."""

from datetime import datetime

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.london import london_day
from contracts.money import pounds
from services.billing.domain.fund_entries import year_end_entry
from services.billing.domain.fund_errors import FundYearBilled, FundYearNotOver, FundYearNotProposed
from services.billing.storage import fund_years, ledger
from services.billing.usecases.keep_fund_year import tell_withdrawn
from services.billing.usecases.read_fund import YearView, view_year


def close_fund_year(database: Database, actor: Actor, year_id: str, now: datetime) -> YearView:
    """Move the year's contributions, spending, bank charges and interest into the fund's balance.

    Contributions not confirmed lapse; what schools have not paid yet stays owed.

    Raises NotFound, FundYearNotProposed, FundYearNotOver.
    """
    with database.transaction(actor) as connection:
        locked = fund_years.lock_year(connection, year_id)
        if locked is None:
            raise NotFound("There is no such year of the fund.")
        if locked.state != "proposed":
            raise FundYearNotProposed("A year is closed that is proposed and neither closed nor cancelled.")
        year = view_year(connection, year_id)
        faults = _left_to_do(year, over=london_day(now) > locked.to_on)
        if before := fund_years.proposed_before(connection, year_id):
            faults.append(f"{before} comes before it and is not closed.")
        if faults:
            raise FundYearNotOver(" ".join(faults))
        contributed, spent = (
            year.head.billed_pence - year.head.credited_pence,
            sum(line.spent_pence for line in year.lines),
        )
        bank = fund_years.bank_left_to_carry(connection, locked.to_on)
        carried = contributed - spent - bank.charges_pence + bank.interest_pence
        entry = year_end_entry(
            year_id,
            locked.title,
            locked.to_on,
            contributed_pence=contributed,
            spent_pence=spent,
            charges_pence=bank.charges_pence,
            interest_pence=bank.interest_pence,
        )
        ledger.post(connection, [entry], actor.name)
        fund_years.mark_ended(connection, year_id, "closed", actor.name, now, carried=carried)
        return view_year(connection, year_id)


def cancel_fund_year(database: Database, actor: Actor, year_id: str, why: str, now: datetime) -> YearView:
    """Give a year up, with the reason that the schools read; those who were asked are told.

    Raises NotFound, FundYearNotProposed, FundYearBilled.
    """
    with database.transaction(actor) as connection:
        locked = fund_years.lock_year(connection, year_id)
        if locked is None:
            raise NotFound("There is no such year of the fund.")
        if locked.state not in ("draft", "proposed"):
            raise FundYearNotProposed("This year is closed or cancelled already.")
        year = view_year(connection, year_id)
        if year.head.billed_schools or any(payment.state != "withdrawn" for payment in year.payments):
            raise FundYearBilled("Something of this year is billed or paid. Close it when it is over.")
        fund_years.mark_ended(connection, year_id, "cancelled", actor.name, now, why=why)
        tell_withdrawn(connection, year.contributions, actor.name, now, cancelled=True, why=why)
        return view_year(connection, year_id)


def _left_to_do(year: YearView, *, over: bool) -> list[str]:
    faults = []
    if not over:
        faults.append(f"The year lasts until {year.head.to_on:%-d %B %Y}.")
    unbilled = year.head.confirmed_pence - year.head.billed_pence
    if unbilled:
        faults.append(f"£{pounds(unbilled)} is confirmed and not billed.")
    to_pay = [payment.number for payment in year.payments if payment.state in ("to_pay", "part_paid")]
    if to_pay:
        faults.append(f"Not through the bank yet: {', '.join(to_pay)}.")
    return faults
