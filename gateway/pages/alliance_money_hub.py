"""The alliance's money at a glance: every place where it is dealt with, what it is for, and what waits there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template

from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader
from gateway.pages.show import money, plural

Desk = dict[str, dict[str, Any]]
"""What waits, by name, as billing's `/reports/desk` counts it: each with `count` and `pence`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the alliance's money: its title, its endpoint, one sentence, and its figure where it has one."""

    title: str
    endpoint: str
    about: str
    figure: Callable[[Desk], str] | None = None


def waiting(name: str, one: str, many: str = "") -> Callable[[Desk], str]:
    """A figure such as "3 bills · £120.00" of what waits under a name of the desk; nothing while it is unknown."""

    def figure(desk: Desk) -> str:
        found = desk.get(name)
        return f"{plural(found['count'], one, many)} · {money(found['pence'])}" if found and found["count"] else ""

    return figure


PLACES: Final = (
    Place(
        "Invoices",
        "alliance.invoices",
        "What suppliers invoice, matched to orders and receipts.",
        waiting("invoices_held", "invoice held", "invoices held"),
    ),
    Place(
        "Bills",
        "alliance.bills",
        "What each school is billed, and what it has paid.",
        waiting("bills_overdue", "bill overdue", "bills overdue"),
    ),
    Place(
        "Disputed bills",
        "alliance.bill_disputes",
        "What schools dispute of their bills, and your answers.",
        waiting("bills_disputed", "dispute", "disputes"),
    ),
    Place(
        "Bank",
        "alliance.bank",
        "Statements, and what each line pays.",
        waiting("bank_lines_unmatched", "line not matched", "lines not matched"),
    ),
    Place(
        "Payments",
        "alliance.payments",
        "What suppliers are paid: proposed, approved by a second person, written to a file for the bank.",
        waiting("payment_runs_waiting", "run waits", "runs wait"),
    ),
    Place("Matching workbench", "alliance.workbench", "Order, receipt and invoice side by side, decided in bulk."),
    Place(
        "Received and not invoiced",
        "alliance.not_invoiced",
        "What is still to be invoiced, by supplier, contract and school, with its age.",
        waiting("received_not_invoiced", "line", "lines"),
    ),
    Place("VAT", "alliance.vat_report", "VAT on bills and invoices by month, category and rate, and form VAT126."),
    Place("Months", "alliance.ledger_months", "What is open before a month closes, accruals, closing and reopening."),
    Place(
        "Trial balance",
        "alliance.trial_balance",
        "Every account as at any day, aged debt and credit, control accounts, the chart of accounts.",
        waiting("journals_waiting", "journal waits", "journals wait"),
    ),
    Place("Exports", "alliance.exports", "The journal for Sage, Xero, Arbor or a table of your own, each entry once."),
    Place("Partnership fund", "alliance.fund", "What the schools give together, what it is for and what is left."),
)
"""The rows of the page, in the order of a month's work."""


@alliance.get("/money", endpoint="money")
@for_reader
def money_hub() -> str:
    """Every place of the alliance's money; figures are left out while billing does not answer."""
    desk = desk_of_billing()
    rows = [(place, place.figure(desk or {}) if place.figure else "") for place in PLACES]
    return render_template("alliance/money.html", rows=rows, away=desk is None)


def desk_of_billing() -> Desk | None:
    """What waits in the books, by name; None while billing does not answer."""
    found = ask.one_or_none("billing", "/reports/desk")
    return None if found is None else {item["name"]: item for item in found["items"]}
