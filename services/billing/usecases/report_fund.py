"""The report on a year of the partnership fund, for the alliance and for every school alike."""

from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.money import pounds
from contracts.report import Chart, Column, Report, Section, Value
from services.billing.usecases.read_fund import YearView, get_year

_BUDGET: Final = (
    Column("name", "For"),
    Column("amount_pence", "Budget", "money", added=True),
    Column("spent_pence", "Spent", "money", added=True),
    Column("to_pay_pence", "To be paid", "money", added=True),
    Column("left_pence", "Left", "money", added=True),
)
_STEPS: Final = (Column("step", "Step"), Column("schools", "Schools", "number"), Column("pence", "Amount", "money"))
_ACCOUNT: Final = (Column("step", "On the fund’s account"), Column("pence", "Amount", "money"))
_PAYMENTS: Final = (
    Column("number", "Payment"),
    Column("pay_on", "Date", "date"),
    Column("payee", "Paid to"),
    Column("purpose", "For"),
    Column("line_name", "Budget line"),
    Column("evidence", "Evidence"),
    Column("state", "State", "state"),
    Column("amount_pence", "Amount", "money", added=True),
)
_SCHOOLS: Final = (
    Column("school_name", "School"),
    Column("pupils", "Pupils", "number", added=True),
    Column("pupils_on", "Counted on", "date"),
    Column("pupils_source", "Source"),
    Column("cap_pence", "Cap", "money"),
    Column("amount_pence", "Contribution", "money", added=True),
    Column("state", "Governors", "state"),
    Column("minute_reference", "Minute"),
    Column("decided_on", "Decided on", "date"),
    Column("bill_number", "Bill"),
    Column("paid_pence", "Paid", "money", added=True),
)


def report_fund_year(database: Database, actor: Actor, year_id: str) -> Report:
    """Budget, contributions, account and payments; the contributions of all schools, or the reader's own.

    Raises NotFound.
    """
    view = get_year(database, actor, year_id)
    whose = "Your contribution" if actor.kind == "school" else "Contributions by school"
    return Report(
        f"partnership-fund-{view.head.from_on:%Y}",
        view.head.title,
        _sentence(view),
        (
            _budget(view),
            Section("Contributions", _STEPS, _steps(view.head)),
            Section("Account", _ACCOUNT, _moved(view.account), note="By the ledger, which the bank’s statement makes."),
            Section("Payments", _PAYMENTS, [_values(_PAYMENTS, row) for row in _standing(view)]),
            Section(whose, _SCHOOLS, [_values(_SCHOOLS, row) for row in view.contributions]),
        ),
    )


def _sentence(view: YearView) -> str:
    head, account = view.head, view.account
    return (
        f"Schools were asked for £{pounds(head.asked_pence)}, and their governors have confirmed"
        f" £{pounds(head.confirmed_pence)}: £{pounds(head.billed_pence)} is billed and £{pounds(head.received_pence)}"
        f" received. £{pounds(account.spent_pence)} was spent, and £{pounds(account.balance_pence)} is on the account."
    )


def _budget(view: YearView) -> Section:
    rows: list[dict[str, Value]] = [
        {
            "name": line.name,
            "amount_pence": line.amount_pence,
            "spent_pence": line.spent_pence,
            "to_pay_pence": line.to_pay_pence,
            "left_pence": line.amount_pence - line.spent_pence - line.to_pay_pence,
        }
        for line in view.lines
    ]
    return Section("Budget", _BUDGET, rows, chart=Chart("name", "amount_pence", "Budget by purpose"))


def _steps(head: Row[Any]) -> list[dict[str, Value]]:
    unanswered = "Awaiting the governors" if head.state == "proposed" else "Not answered"
    steps = (
        ("Asked for", head.schools, head.asked_pence),
        (unanswered, head.awaiting_schools, head.awaiting_pence),
        ("Declined", head.declined_schools, head.declined_pence),
        ("Confirmed", head.confirmed_schools, head.confirmed_pence),
        ("Billed", head.billed_schools, head.billed_pence),
        ("Credited", None, head.credited_pence),
        ("Received", None, head.received_pence),
    )
    return [{"step": step, "schools": schools, "pence": pence} for step, schools, pence in steps]


def _moved(account: Row[Any]) -> list[dict[str, Value]]:
    steps = (
        ("Brought forward", account.brought_forward_pence),
        ("Received from schools", account.received_pence),
        ("Spent", -account.spent_pence),
        ("Interest, less charges", account.other_pence),
        ("Balance", account.balance_pence),
    )
    return [{"step": step, "pence": pence} for step, pence in steps]


def _standing(view: YearView) -> list[Row[Any]]:
    return [payment for payment in view.payments if payment.state != "withdrawn"]


def _values(columns: tuple[Column, ...], row: Row[Any]) -> dict[str, Value]:
    """The row's values of these columns, dates as ISO text."""
    found = {column.key: getattr(row, column.key) for column in columns}
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in found.items()}
