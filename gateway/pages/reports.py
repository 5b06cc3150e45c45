"""Reports on ordering: a sentence first, then the charts and their tables, with downloads beside them.

The same pages for a school, which sees its own part, and for the alliance; a supplier has the one about itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request, url_for
from markupsafe import Markup

from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader, for_school, for_supplier, school, supplier
from gateway.pages.faults import Faults
from gateway.pages.files import passed_on
from gateway.pages.report_links import reasons
from gateway.pages.report_packs import PACKS
from gateway.pages.report_sources import SOURCES, Source
from gateway.pages.show import money, number, price
from gateway.pages.show import state as state_word
from gateway.pages.typed import Typed

View = Callable[..., Any]

TITLES: Final = {
    "savings": ("Savings", "What ordering together saved, by category and school."),
    "commitments": ("Commitments", "What is ordered and not settled yet."),
    "take-up": ("Take-up", "Who took part, round by round."),
    "workload": ("Lead buyers’ work", "How the work of leading contracts is shared."),
    "suppliers": ("Suppliers’ deliveries", "On time, complete and undisputed, with the counts behind each figure."),
}
OF_SCHOOL: Final = TITLES | {
    "budgets": ("Budgets", "What your school has budgeted, and what of it is spent, committed and reserved."),
}
OF_ALLIANCE: Final = TITLES | {
    "spending": ("Spending", "What is ordered, billed and still committed, by school, category and supplier."),
    "budgets": ("Open rounds", "What schools have ordered so far in rounds that are still open."),
}
_NO_DAYS: Final[Mapping[str, str]] = {}
_NUMERIC: Final = ("number", "money", "price")
_DAYS: Final = {"closed_from": "the first day", "closed_to": "the last day"}
_YEARS: Final = range(1900, 3000)
"""Of the days that reports can be about; the services refuse others."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where one kind of seat finds its reports: its blueprint, who may read them, which, and whether of rounds too."""

    name: str
    blueprint: Blueprint
    may_read: Callable[[View], View]
    titles: Mapping[str, tuple[str, str]]
    of_rounds: bool = True


SIDES = (
    Side("school", school, for_school, OF_SCHOOL),
    Side("alliance", alliance, for_reader, OF_ALLIANCE),
    Side("supplier", supplier, for_supplier, {"suppliers": TITLES["suppliers"]}, of_rounds=False),
)


def _register(side: Side) -> None:
    def reports() -> str:
        rounds = ask.items("orders", "/rounds") if side.of_rounds else []
        closed = [found for found in rounds if found["closed_at"]]
        packs = PACKS if side.name == "alliance" else {}
        return render_template("reports.html", side=side, rounds=closed, packs=packs)

    def report(name: str) -> str | Response | tuple[str, int]:
        plain, _, suffix = name.partition(".")
        if plain not in side.titles:
            abort(404)
        source = SOURCES[plain]
        if suffix:
            return passed_on(source.service, f"{source.path}.{suffix}", source.params(days_of_file()))
        faults = Faults()
        page = _page(side, source, asked_days(faults), f"{side.name}.report", {"name": name}, faults)
        return (page, faults.status) if faults else page

    def report_chart(name: str, place: int) -> Response:
        source = SOURCES.get(name) or abort(404)
        return passed_on(source.service, f"{source.path}/charts/{place}", source.params(days_of_file()))

    def round_report(round_id: Any) -> str:
        return _page(side, _of_round(round_id), {}, f"{side.name}.round_report", {"round_id": round_id})

    def round_report_document(round_id: Any, suffix: str) -> Response:
        return passed_on("orders", f"/rounds/{round_id}/report.{suffix}", {})

    def round_report_chart(round_id: Any, place: int) -> Response:
        return passed_on("orders", f"/rounds/{round_id}/report/charts/{place}", {})

    over_time = (
        ("/reports", reports),
        ("/reports/<name>", report),
        ("/reports/<name>/charts/<int:place>", report_chart),
    )
    of_rounds = (
        ("/rounds/<uuid:round_id>/report", round_report),
        ("/rounds/<uuid:round_id>/report.<any(pdf, xlsx):suffix>", round_report_document),
        ("/rounds/<uuid:round_id>/report/charts/<int:place>", round_report_chart),
    )
    for address, view in (*over_time, *(of_rounds if side.of_rounds else ())):
        side.blueprint.get(address, endpoint=view.__name__)(side.may_read(view))


def _of_round(round_id: Any) -> Source:
    return Source("orders", f"/rounds/{round_id}/report")


def _page(
    side: Side,
    source: Source,
    period: dict[str, Any],
    endpoint: str,
    names: dict[str, Any],
    faults: Faults | None = None,
) -> str:
    found = ask.one(source.service, source.path, **source.params(period))
    of_round = found["name"] == "round"
    documents = {
        suffix: url_for(f"{endpoint}_document", **names, suffix=suffix)
        if of_round
        else url_for(endpoint, name=f"{found['name']}.{suffix}", **period)
        for suffix in ("pdf", "xlsx")
    }
    return render_template(
        "report.html",
        side=side,
        report=found,
        sections=[shown(section, side.name, period) for section in found["sections"]],
        charts=[url_for(f"{endpoint}_chart", **names, place=at, **period) for at in range(len(found["sections"]))],
        documents=documents,
        period=period if source.days else None,
        faults=faults,
    )


def shown(section: dict[str, Any], side: str, period: Mapping[str, str] = _NO_DAYS) -> dict[str, Any]:
    """The section with its values as people read them; `reasons` are the pages behind its rows on this side, if any.

    `cells` are the attributes of a row's cells from the second on. `period` are the days that the rows are of, as an
    address names them.
    """
    columns = section["columns"]
    return {
        **section,
        "columns": [{**column, "numeric": column["kind"] in _NUMERIC} for column in columns],
        "cells": [_cell(column) for column in columns[1:]],
        "rows": [[_read(column["kind"], row[column["key"]]) for column in columns] for row in section["rows"]],
        "sums": [_read(column["kind"], section["sums"][column["key"]]) if column["added"] else "" for column in columns]
        if section["sums"] and section["rows"]
        else [],
        "reasons": reasons(section, side, period),
    }


def _cell(column: Mapping[str, Any]) -> Markup:
    numeric = Markup(' class="n"') if column["kind"] in _NUMERIC else ""
    return Markup(' data-l="{}"{}').format(column["label"], numeric)


def _read(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "money":
        return money(value)
    if kind == "number":
        return number(value)
    if kind == "price":
        return price(value)
    if kind == "date":
        return f"{date.fromisoformat(value):%a %-d %b %Y}"
    return state_word(value, "order")[0] if kind == "state" else str(value)


def asked_days(faults: Faults) -> dict[str, Any]:
    """The first and last day that the address asks for, by their names in it.

    `faults` hears of what is no day that a report can be about, and of days the wrong way round; none are given then.
    """
    typed = Typed(request.args, faults)
    asked: dict[str, date] = {}
    for name, label in _DAYS.items():
        day = typed.day(name, label, needed=False)
        if day and day.year not in _YEARS:
            faults.add(f"Enter {label} as a day of the years {_YEARS[0]} to {_YEARS[-1]}.", name)
        elif day:
            asked[name] = day
    if len(asked) == len(_DAYS) and asked["closed_from"] > asked["closed_to"]:
        faults.add("The first day comes after the last.", "closed_from")
    return {} if faults else {name: day.isoformat() for name, day in asked.items()}


def days_of_file() -> dict[str, Any]:
    """The same for what is no page, and so has no field to say it at: there is none for days that cannot be."""
    faults = Faults()
    days = asked_days(faults)
    return days if not faults else abort(404)


for _side in SIDES:
    _register(_side)
