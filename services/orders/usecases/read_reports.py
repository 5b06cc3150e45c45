"""The reports on ordering: a round, commitments, take-up, savings, and who leads how much."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from contracts.money import pounds, unit_price_text
from contracts.report import Chart, Column, Report, Section, behind, picked
from services.orders.storage import reports, rounds
from services.orders.usecases.read_performance import performance_report
from services.orders.usecases.report_budgets import budgets_report

Rows = Sequence[Row[Any]]

_SAVED = (
    Column("alone_pence", "Alone", "money", added=True),
    Column("net_pence", "Together", "money", added=True),
    Column("saved_pence", "Saved", "money", added=True),
)
_ALONE = (
    "Alone: the price that the offer states for one school, or else the tier which the school's own quantity reaches."
    " Without VAT and without charges."
)


def round_report(database: Database, actor: Actor, round_id: str) -> Report:
    """What a closed round came to; a school gets its own part. Raises NotFound, also while it is not closed."""
    with database.transaction(actor) as connection:
        found = rounds.find_round(connection, round_id)
        if found is None or found.closed_at is None:
            raise NotFound("There is no closed round like this.")
        offers, schools, orders = reports.round_tables(connection, round_id)
    saved, net = sum(row.saved_pence for row in schools), sum(row.net_pence for row in schools)
    sections = [_offers_section(offers, round_id)]
    if actor.school_urn is None:
        sections += [_schools_section(schools, round_id), _orders_section(orders)]
    ordered = sum(1 for row in schools if row.net_pence)
    who = _counted(ordered, "school") if actor.school_urn is None else "Your school"
    sentence = f"{who} ordered for £{pounds(net)} and saved £{pounds(saved)}{_share(saved, saved + net)}."
    return Report("round", f"{found.number} · {found.title}", sentence, sections)


def savings_report(database: Database, actor: Actor, closed_from: date, closed_to: date) -> Report:
    """What ordering together saved, by school and category, in rounds closed from one day to the other."""
    with database.transaction(actor) as connection:
        categories, rows = reports.savings(connection, closed_from, closed_to)
    saved, alone = sum(row.saved_pence for row in rows), sum(row.alone_pence for row in rows)
    who = "You" if actor.school_urn else "The schools"
    sentence = f"{who} saved £{pounds(saved)}{_share(saved, alone)} by ordering together."
    by_school = Section(
        "By school and category",
        (Column("school_name", "School"), Column("category_name", "Category"), *_SAVED),
        _by_school(rows, ("school_name", "category_name", "alone_pence", "net_pence", "saved_pence"), "savings"),
        chart=None if actor.school_urn else Chart("school_name", "saved_pence", "Saved by school, in pounds"),
        why="behind",
    )
    return Report("savings", "Savings", sentence, [_by_category(categories), by_school])


def commitments_report(database: Database, actor: Actor, *_: date) -> Report:
    """What is ordered and not settled yet, by school and category."""
    with database.transaction(actor) as connection:
        rows = reports.commitments(connection)
    ordered, received = sum(row.ordered_pence for row in rows), sum(row.received_pence for row in rows)
    sentence = f"£{pounds(ordered)} are committed without VAT; £{pounds(received)} of it has been received."
    columns = (
        Column("school_name", "School"),
        Column("category_name", "Category"),
        Column("ordered_pence", "Committed", "money", added=True),
        Column("received_pence", "Received of it", "money", added=True),
    )
    section = Section(
        "By school and category",
        columns,
        _by_school(rows, tuple(column.key for column in columns), "commitments"),
        "Purchase orders that are not rejected and not settled, without VAT and without charges.",
        Chart("category_name", "ordered_pence", "Committed by category, in pounds"),
        "behind",
    )
    return Report("commitments", "Commitments", sentence, [section])


def take_up_report(database: Database, actor: Actor, closed_from: date, closed_to: date) -> Report:
    """How many schools took part, round by round; a school sees whether it did itself."""
    with database.transaction(actor) as connection:
        rows = reports.take_up(connection, closed_from, closed_to, actor.school_urn)
    schools, ordered = sum(row.schools for row in rows), sum(row.ordered for row in rows)
    sentence = (
        f"Of {schools} chances to order, {ordered} were taken{_share(ordered, schools)}."
        if rows
        else "No round was closed in this time."
    )
    columns = (
        Column("number", "Round"),
        Column("title", "Title"),
        Column("closed_on", "Closed", "date"),
        Column("schools", "Members", "number", added=True),
        Column("ordered", "Ordered", "number", added=True),
        Column("declined", "Nothing this time", "number", added=True),
        Column("dropped", "Not approved in time", "number", added=True),
        Column("silent", "Silent", "number", added=True),
    )
    section = Section(
        "By round",
        columns,
        _plain(rows, (*(column.key for column in columns), "why")),
        "Members on the day of the close.",
        None if actor.school_urn else Chart("title", "ordered", "Schools that ordered, by round"),
        why="round",
    )
    return Report("take-up", "Take-up", sentence, [section])


def workload_report(database: Database, actor: Actor, closed_from: date, closed_to: date) -> Report:
    """How the work of leading contracts is shared. The same for every member: it names no order of a school."""
    with database.transaction(actor) as connection:
        rows = reports.workload(connection, closed_from, closed_to)
    leads = sum(1 for row in rows if row.lead_urn is not None)
    sentence = f"{_counted(leads, 'school')} led contracts under which orders were placed."
    columns = (
        Column("school_name", "Lead buyer"),
        Column("contracts", "Contracts", "number", added=True),
        Column("rounds", "Rounds", "number"),
        Column("purchase_orders", "Purchase orders", "number", added=True),
        Column("drops", "Deliveries", "number", added=True),
        Column("net_pence", "Ordered", "money", added=True),
    )
    # The orders of others are the alliance's to see: a school gets the sums alone.
    told = _plain(rows, tuple(column.key for column in columns))
    if actor.kind == "alliance":
        told = [
            {**each, "why": behind("workload", lead_urn=row.lead_urn or 0)}
            for each, row in zip(told, rows, strict=True)
        ]
    section = Section(
        "By lead buyer",
        columns,
        told,
        "Rounds closed in this time; orders without VAT.",
        Chart("school_name", "purchase_orders", "Purchase orders by lead buyer"),
        "behind",
    )
    return Report("workload", "Lead buyers’ work", sentence, [section])


REPORTS: Final[dict[str, Callable[[Database, Actor, date, date], Report]]] = {
    "savings": savings_report,
    "budgets": budgets_report,
    "commitments": commitments_report,
    "take-up": take_up_report,
    "workload": workload_report,
    "suppliers": performance_report,
}


def report_sections(
    database: Database, actor: Actor, parts: Sequence[tuple[str, int]], closed_from: date, closed_to: date
) -> list[Section]:
    """Sections of several reports, named by report and place, for whoever binds them. Raises NotFound."""
    days = (closed_from, closed_to)
    read: dict[str, Callable[[], Sequence[Section]]] = {
        name: partial(_sections, report, database, actor, days) for name, report in REPORTS.items()
    }
    with database.transaction(actor) as connection:
        if ("savings", 1) not in parts:
            read["savings"] = lambda: [_by_category(reports.savings_by_category(connection, *days))]
        return picked(parts, read)


def _sections(
    report: Callable[[Database, Actor, date, date], Report], database: Database, actor: Actor, days: tuple[date, date]
) -> Sequence[Section]:
    return report(database, actor, *days).sections


def _by_category(rows: Rows) -> Section:
    keys = ("category_name", *(column.key for column in _SAVED))
    return Section(
        "By category",
        (Column("category_name", "Category"), *_SAVED),
        [
            {**each, "why": behind("savings", category=row.category_name)}
            for each, row in zip(_plain(rows, keys), rows, strict=True)
        ],
        _ALONE,
        Chart("category_name", "saved_pence", "Saved by category, in pounds"),
        "behind",
    )


def _offers_section(rows: Rows, round_id: str) -> Section:
    return Section(
        "What was ordered",
        (
            Column("category_name", "Category"),
            Column("name", "Item"),
            Column("schools", "Schools", "number"),
            Column("quantity", "Quantity", "number"),
            Column("unit_price", "Price reached", "price"),
            Column("net_pence", "Without VAT", "money", added=True),
            Column("saved_pence", "Saved", "money", added=True),
        ),
        [
            {
                "category_name": row.category_name,
                "name": f"{row.name} ({row.sku})",
                "schools": row.schools,
                "quantity": row.quantity,
                "unit_price": unit_price_text(row.unit_price),
                "net_pence": row.net_pence,
                "saved_pence": row.saved_pence,
                "why": behind("savings", round_id=round_id, offer_id=row.offer_id),
            }
            for row in rows
        ],
        _ALONE,
        Chart("category_name", "net_pence", "Ordered by category, in pounds"),
        "behind",
    )


def _schools_section(rows: Rows, round_id: str) -> Section:
    columns = (
        Column("school_name", "School"),
        Column("state", "Order", "state"),
        Column("reference", "Reference"),
        Column("units", "Units", "number", added=True),
        Column("net_pence", "Without VAT", "money", added=True),
        Column("saved_pence", "Saved", "money", added=True),
    )
    keys = tuple(column.key for column in columns)
    chart = Chart("school_name", "net_pence", "Ordered by school, in pounds")
    told = [
        {**each, "why": behind("savings", round_id=round_id, school_urn=row.school_urn) if row.units else None}
        for each, row in zip(_plain(rows, keys), rows, strict=True)
    ]
    return Section("School by school", columns, told, chart=chart, why="behind")


def _orders_section(rows: Rows) -> Section:
    columns = (
        Column("number", "Purchase order"),
        Column("supplier_name", "Supplier"),
        Column("contract_title", "Contract"),
        Column("state", "Answer", "state"),
        Column("schools", "Deliveries", "number", added=True),
        Column("received", "Received", "number", added=True),
        Column("net_pence", "Without VAT", "money", added=True),
        Column("vat_pence", "VAT", "money", added=True),
    )
    keys = (*(column.key for column in columns), "why")
    return Section("Purchase orders", columns, _plain(rows, keys), why="purchase_order")


def _plain(rows: Rows, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{key: row._mapping[key] for key in keys} for row in rows]


def _by_school(rows: Rows, keys: tuple[str, ...], report: str) -> list[dict[str, Any]]:
    """Rows by school and category, each with the list behind it."""
    return [
        {**each, "why": behind(report, school_urn=row.school_urn, category=row.category_name)}
        for each, row in zip(_plain(rows, keys), rows, strict=True)
    ]


def _share(part: int, whole: int) -> str:
    return f", {part * 100 / whole:.1f} %" if whole else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
