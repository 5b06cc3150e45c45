"""Reports bound into one: the board's report and the annual review, whose parts the services give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from contracts.london import london_today
from contracts.money import pounds
from contracts.report import Column, Report, Section, section_from
from gateway.pages import ask
from gateway.pages.related_parties import academy_year, related_parties
from gateway.pages.report_sources import SOURCES


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a pack: the report it comes from, its place there, and its title in the pack."""

    source: str
    place: int
    title: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What is bound together: its title, what it says it is, and its parts in their order."""

    title: str
    about: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A pack with its figures, and the days they are of as an address names them.

    `charts` says of each section which report draws its chart (name and place), if any.
    """

    report: Report
    period: Mapping[str, str]
    charts: Sequence[tuple[str, int] | None]


POSITION, FUND, LEDGER, PARTIES = "position", "fund", "ledger", "parties"
_SAVINGS: Final = Part("savings", 0, "Savings against the price alone, by category")
_CATEGORY: Final = Part("spending", 1, "Spending by category")
_SUPPLIER: Final = Part("spending", 2, "Spending by supplier")
_DELIVERIES: Final = Part("suppliers", 0, "How suppliers delivered")
_FUND: Final = Part(FUND, 0, "The partnership fund")

PACKS: Final = {
    "board": Pack(
        "Board’s report",
        "Where the alliance stands: what waits, what was saved and spent, what schools owe, the ledger and the fund.",
        (
            Part(POSITION, 0, "What waits"),
            _SAVINGS,
            Part("spending", 0, "Spending by school"),
            _CATEGORY,
            _DELIVERIES,
            Part("aged-debt", 0, "What schools owe"),
            _FUND,
            Part(PARTIES, 0, "Related parties"),
            Part(LEDGER, 0, "The ledger"),
        ),
    ),
    "review": Pack(
        "Annual review",
        "The year for its members: savings, spending, take-up, suppliers, the work of lead buyers and the fund.",
        (
            _SAVINGS,
            Part("savings", 1, "Savings by school and category"),
            _CATEGORY,
            _SUPPLIER,
            Part("take-up", 0, "Take-up by round"),
            _DELIVERIES,
            Part("workload", 0, "The work of lead buyers"),
            _FUND,
        ),
    ),
}

_WAITS: Final = {
    "bank_lines_unmatched": "Bank lines not matched",
    "invoices_held": "Invoices held",
    "received_not_invoiced": "Lines received and not invoiced",
    "ready_to_bill": "Schools to bill",
    "bills_open": "Bills not paid yet",
    "bills_overdue": "Bills overdue",
    "bills_disputed": "Bills disputed",
    "credit_claims": "Credits asked for",
    "supplier_invoices_open": "Invoices to pay",
    "payment_runs_waiting": "Payment runs that wait",
}


def bind(name: str, period: Mapping[str, str]) -> Bound:
    """The pack with all its parts, asked of their services at the same time; of the year up to today unless told."""
    pack, days = PACKS[name], _days(period)
    asked = {"closed_from": days[0].isoformat(), "closed_to": days[1].isoformat()}
    wanted = list(dict.fromkeys(part.source for part in pack.parts))
    told = dict(zip(wanted, ask.together(*(_reader(source, asked, days) for source in wanted)), strict=True))
    sections = [replace(told[part.source][part.place], title=part.title) for part in pack.parts]
    charts = [
        (part.source, part.place) if part.source in SOURCES and section.drawn else None
        for part, section in zip(pack.parts, sections, strict=True)
    ]
    return Bound(Report(name, pack.title, _sentence(told, days), sections), asked, charts)


def _days(period: Mapping[str, str]) -> tuple[date, date]:
    to_on = date.fromisoformat(period["closed_to"]) if "closed_to" in period else london_today()
    from_on = date.fromisoformat(period["closed_from"]) if "closed_from" in period else to_on - timedelta(days=365)
    return from_on, to_on


def _reader(source: str, asked: Mapping[str, str], days: tuple[date, date]) -> Any:
    own = {POSITION: _position, FUND: _fund, LEDGER: _ledger, PARTIES: lambda: [_parties(days[1])]}
    return own.get(source) or (lambda: _of_service(source, asked))


def _of_service(name: str, asked: Mapping[str, str]) -> list[Section]:
    source = SOURCES[name]
    return [section_from(each) for each in ask.one(source.service, source.path, **source.params(asked))["sections"]]


def _position() -> list[Section]:
    desk = {item["name"]: item for item in ask.one("billing", "/reports/desk")["items"]}
    columns = (Column("what", "What waits"), Column("count", "How many", "number"), Column("pence", "Amount", "money"))
    rows = [
        {"what": words, "count": desk[name]["count"], "pence": desk[name]["pence"], "why": name}
        for name, words in _WAITS.items()
        if name in desk
    ]
    return [Section("What waits", columns, rows, "Today, whatever time the report is about.", why="desk")]


def _fund() -> list[Section]:
    years = [year for year in ask.items("billing", "/fund-years") if year["state"] != "cancelled"]
    columns = (
        Column("title", "Year"),
        Column("budget_pence", "Budget", "money"),
        Column("asked_pence", "Asked of schools", "money"),
        Column("confirmed_pence", "Confirmed by governors", "money"),
        Column("billed_pence", "Billed", "money"),
        Column("received_pence", "Received", "money"),
    )
    rows = [{column.key: year[column.key] for column in columns} | {"why": year["fund_year_id"]} for year in years]
    return [
        Section("The partnership fund", columns, rows, "Unconfirmed contributions are not billed.", why="fund_year")
    ]


def _ledger() -> list[Section]:
    columns = (
        Column("account", "Account"),
        Column("name", "Name"),
        Column("debit_pence", "Debit", "money", added=True),
        Column("credit_pence", "Credit", "money", added=True),
    )
    found = ask.items("billing", "/reports/trial-balance")
    rows = [{column.key: each[column.key] for column in columns} | {"why": each["account"]} for each in found]
    return [Section("The ledger", columns, rows, "The trial balance of today; both sides are equal.", why="account")]


def _parties(day: date) -> Section:
    days = academy_year(day)
    register = ask.one("members", "/interests")
    totals = ask.one("billing", "/money-reports/supplier-totals", from_on=days[0], to_on=days[1])
    return related_parties(register, totals, days)[1]


def _sentence(told: Mapping[str, Sequence[Section]], days: tuple[date, date]) -> str:
    saved = told["savings"][0].sums()
    spent = told["spending"][1].sums()
    share = f", {saved['saved_pence'] * 100 / saved['alone_pence']:.1f} %," if saved["alone_pence"] else ""
    return (
        f"From {days[0]:%-d %B %Y} to {days[1]:%-d %B %Y} the schools saved £{pounds(saved['saved_pence'])}{share} by"
        f" ordering together; they ordered for £{pounds(spent['ordered_pence'])} without VAT, of which"
        f" £{pounds(spent['billed_pence'])} are billed."
    )
