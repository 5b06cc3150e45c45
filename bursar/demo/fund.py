"""The demo's partnership fund: a year that two governing bodies confirmed, one declined, and others have before them.

One of the schools has paid, and the fund has paid for something: so every figure of its report is there.
"""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row

from bursar.demo.alliance import COUNTED
from bursar.demo.desk import Desk
from bursar.demo.money import Movement, statement
from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.working_days import add_working_days
from services.billing.domain.fund import BudgetLine, Decision, Plan
from services.billing.usecases.bill_contributions import bill_contributions
from services.billing.usecases.decide_contribution import Evidence, decide_contribution
from services.billing.usecases.import_bank_statement import import_statement
from services.billing.usecases.keep_bank_accounts import list_accounts, tell_account
from services.billing.usecases.keep_fund_year import draft_year, propose_year
from services.billing.usecases.read_fund import get_year, list_years
from services.billing.usecases.spend_fund import record_payment

FUND_ACCOUNT: Final = "20-45-77 10203199"
LINES: Final = (
    BudgetLine("Safeguarding network and its annual review", 480_000),
    BudgetLine("Shared training days", 520_000),
    BudgetLine("Clerk to the alliance's meetings", 200_000),
)
CAPS: Final = {900008: 250_000, 900009: 250_000}
"""The two large secondary schools are asked for at most £2,500.00 each."""
ANSWERS: Final[dict[int, tuple[Decision, str, str]]] = {
    900001: ("confirmed", "FGB autumn 1, item 7", ""),
    900005: ("confirmed", "Trust committee 14, minute 5.2", ""),
    900008: ("declined", "Resources committee, minute 9", "The school buys its own training this year."),
}
"""What the governors of a school decided, where their minutes say so, and why."""


def keep_fund(desk: Desk, billing: Database) -> None:
    """Ask for the year's contributions, have some answered, billed and paid, and pay for something."""
    years = [year for year in list_years(billing, SERVICE) if year.state != "cancelled"]
    year_id = years[0].fund_year_id if years else _drafted(desk, billing)
    year = get_year(billing, SERVICE, year_id)
    if year.head.state == "draft":
        year = propose_year(billing, desk.cast.manager, year_id, year.head.version, desk.now)
    for contribution in year.contributions:
        _answer(desk, billing, contribution)
    bill_contributions(billing, desk.cast.manager, year_id)
    if not any(each.account == FUND_ACCOUNT for each in list_accounts(billing, SERVICE)):
        sort_code, _, number = FUND_ACCOUNT.replace("-", "").partition(" ")
        told = {"account": FUND_ACCOUNT, "name": "Partnership fund", "purpose": "fund"}
        told |= {"sort_code": sort_code, "account_number": number}
        tell_account(billing, desk.cast.manager, told)
    _move(desk, billing, year_id)


def _drafted(desk: Desk, billing: Database) -> str:
    first = date(desk.today.year - (desk.today.month < 9), 9, 1)
    plan = Plan(
        title=f"Partnership fund {first.year}–{(first.year + 1) % 100:02d}",
        from_on=first,
        to_on=first.replace(year=first.year + 1) - timedelta(days=1),
        basis_on=min(desk.today, max(COUNTED, first)),
        answer_by=min(add_working_days(desk.today, 15), first.replace(year=first.year + 1) - timedelta(days=1)),
        lines=LINES,
        caps=CAPS,
    )
    fund_year_id: str = draft_year(billing, desk.cast.manager, plan, desk.now).head.fund_year_id
    return fund_year_id


def _answer(desk: Desk, billing: Database, contribution: Row[Any]) -> None:
    """Let the school's governor answer, if the demo says so and they have not."""
    governor = _governors(desk).get(contribution.school_urn)
    if contribution.state != "awaiting" or contribution.school_urn not in ANSWERS or governor is None:
        return
    decision, minute, why = ANSWERS[contribution.school_urn]
    evidence = Evidence(governor.name, desk.today - timedelta(days=3), minute, why)
    decide_contribution(
        billing, governor, contribution.fund_contribution_id, decision, evidence, contribution.version, desk.now
    )


def _governors(desk: Desk) -> dict[int, Actor]:
    return {governor.school_urn: governor for governor in desk.cast.governors if governor.school_urn is not None}


def _move(desk: Desk, billing: Database, year_id: str) -> None:
    """One school pays its contribution; then the fund pays for the network's first meeting."""
    year = get_year(billing, SERVICE, year_id)
    if not year.head.received_pence:
        paying = next(row for row in year.contributions if row.bill_id is not None)
        reference = f"{paying.bill_number}/{paying.school_urn}"
        received = Movement(paying.amount_pence, paying.school_name, reference)
        import_statement(billing, desk.cast.manager, statement([received], desk.today), FUND_ACCOUNT)
    if not year.payments:
        year = record_payment(
            billing,
            desk.cast.manager,
            year_id,
            line_no=1,
            pay_on=desk.today,
            payee="Stourfield Safeguarding Trust",
            purpose="Network meeting of the autumn term",
            evidence="Invoice SST-0118",
            amount_pence=18_500,
        )
    payment = year.payments[0]
    if payment.state == "to_pay":
        spent = Movement(-payment.amount_pence, payment.payee, payment.number)
        import_statement(billing, desk.cast.manager, statement([spent], desk.today), FUND_ACCOUNT)
