"""Sections of several reports on money, for whoever binds them together."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from chassis.actor import Actor
from chassis.database import Database
from contracts.report import Column, Section, Value, picked
from services.billing.usecases.read_desk import read_desk
from services.billing.usecases.read_fund import list_years
from services.billing.usecases.read_ledger import aged_debt, trial_balance
from services.billing.usecases.report_spending import spending_report

_WAITS: Final = {
    "bank_lines_unmatched": "Bank lines not matched, in and out added up",
    "invoices_held": "Invoices held",
    "received_not_invoiced": "Lines received and not invoiced",
    "ready_to_bill": "Schools to bill",
    "ready_to_credit": "Schools to credit",
    "bills_open": "Bills not paid yet",
    "bills_overdue": "Bills overdue",
    "bills_disputed": "Bills disputed",
    "credit_claims": "Credits asked for",
    "supplier_invoices_open": "Invoices to pay",
    "payment_runs_waiting": "Payment runs that wait",
    "journals_waiting": "Journals that wait",
}
_POSITION: Final = (
    Column("what", "What waits"),
    Column("count", "How many", "number"),
    Column("pence", "Amount", "money"),
)
_TODAY: Final = "Today, whatever time the report is about. With VAT, but for what is received and not invoiced."
_FUND: Final = (
    Column("title", "Year"),
    Column("budget_pence", "Budget", "money"),
    Column("asked_pence", "Asked of schools", "money"),
    Column("confirmed_pence", "Confirmed by governors", "money"),
    Column("billed_pence", "Billed", "money"),
    Column("received_pence", "Received", "money"),
)
_LEDGER: Final = (
    Column("account", "Account"),
    Column("name", "Name"),
    Column("debit_pence", "Debit", "money", added=True),
    Column("credit_pence", "Credit", "money", added=True),
)


def report_sections(
    database: Database, actor: Actor, parts: Sequence[tuple[str, int]], from_on: date, to_on: date
) -> list[Section]:
    """Sections named by report and place: of spending, aged-debt, position, fund or ledger. Raises NotFound."""
    reports: Mapping[str, Callable[[], Sequence[Section]]] = {
        "spending": lambda: spending_report(database, actor, from_on, to_on).sections,
        "aged-debt": lambda: aged_debt(database, actor).sections,
        "position": lambda: [_position(database, actor)],
        "fund": lambda: [_fund(database, actor)],
        "ledger": lambda: [_ledger(database, actor)],
    }
    with database.transaction(actor):
        return picked(parts, reports)


def _position(database: Database, actor: Actor) -> Section:
    waiting = {item.name: item for item in read_desk(database, actor).items}
    rows: list[dict[str, Value]] = [
        {"what": words, "count": waiting[name].count, "pence": waiting[name].pence, "why": name}
        for name, words in _WAITS.items()
        if name in waiting
    ]
    return Section("What waits", _POSITION, rows, _TODAY, why="desk")


def _fund(database: Database, actor: Actor) -> Section:
    years = [year for year in list_years(database, actor) if year.state != "cancelled"]
    rows = [{column.key: getattr(year, column.key) for column in _FUND} | {"why": year.fund_year_id} for year in years]
    return Section("The partnership fund", _FUND, rows, "Unconfirmed contributions are not billed.", why="fund_year")


def _ledger(database: Database, actor: Actor) -> Section:
    found = trial_balance(database, actor)
    rows = [{column.key: each[column.key] for column in _LEDGER} | {"why": each["account"]} for each in found]
    return Section("The ledger", _LEDGER, rows, "The trial balance of today; both sides are equal.", why="account")
