"""The report on spending: what was ordered, billed and is still committed, by school, category, supplier and order."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.money import pounds
from contracts.report import Chart, Column, Report, Section, Value
from services.billing.storage import spending

_FIGURES: Final = (
    Column("ordered_pence", "Ordered", "money", added=True),
    Column("billed_pence", "Billed of it", "money", added=True),
    Column("committed_pence", "Still committed", "money", added=True),
)
_KEYS: Final = tuple(column.key for column in _FIGURES)
_NOTE: Final = (
    "Purchase orders issued in this time and not rejected, without VAT. Billed: what schools were billed of them, less"
    " credits. Still committed: the rest, until the order is settled. No amount stands in both."
)
Rows = Sequence[Row[Any]]


def spending_report(database: Database, actor: Actor, from_on: date, to_on: date) -> Report:
    """What orders issued from one day to the other came to, and how much of it is billed and how much is to come."""
    with database.transaction(actor) as connection:
        rows = spending.by_order(connection, from_on, to_on)
    ordered, billed, committed = (sum(row._mapping[key] for row in rows) for key in _KEYS)
    sentence = (
        f"From {from_on:%-d %B %Y} to {to_on:%-d %B %Y} schools ordered for £{pounds(ordered)} without VAT:"
        f" £{pounds(billed)} of it are billed, £{pounds(committed)} are still committed."
    )
    category = _section(
        "By category", "category", "Category", _summed(rows, lambda row: (_named(row.category_code), None))
    )
    supplier = _section("By supplier", "supplier_name", "Supplier", _summed(rows, _supplier), "supplier")
    school = _section("By school", "school_name", "School", _summed(rows, _school), "school", _NOTE)
    return Report("spending", "Spending", sentence, [school, category, supplier, _orders(rows)])


def _section(
    title: str, key: str, label: str, sums: dict[tuple[str, str | None], list[int]], why: str = "", note: str = ""
) -> Section:
    rows: list[dict[str, Value]] = [
        {key: name, **dict(zip(_KEYS, figures, strict=True)), "why": behind}
        for (name, behind), figures in sorted(sums.items(), key=lambda each: (each[0][0], each[0][1] or ""))
    ]
    chart = Chart(
        key,
        "billed_pence",
        f"Billed and still committed {title[0].lower()}{title[1:]}, in pounds",
        ("committed_pence",),
    )
    return Section(title, (Column(key, label), *_FIGURES), rows, note, chart, why)


def _orders(rows: Rows) -> Section:
    sums = _summed(rows, lambda row: (row.number, row.why))
    heads = {row.number: row for row in rows}
    columns = (
        Column("number", "Purchase order"),
        Column("title", "For"),
        Column("supplier_name", "Supplier"),
        *_FIGURES,
    )
    shown: list[dict[str, Value]] = [
        {
            "number": number,
            "title": heads[number].title,
            "supplier_name": heads[number].supplier_name,
            **dict(zip(_KEYS, figures, strict=True)),
            "why": why,
        }
        for (number, why), figures in sums.items()
    ]
    return Section("The purchase orders behind the figures", columns, shown, why="purchase_order")


def _summed(rows: Rows, by: Callable[[Row[Any]], tuple[str, str | None]]) -> dict[tuple[str, str | None], list[int]]:
    """The figures summed by (name, what stands behind it)."""
    sums: dict[tuple[str, str | None], list[int]] = {}
    for row in rows:
        found = sums.setdefault(by(row), [0] * len(_KEYS))
        for place, key in enumerate(_KEYS):
            found[place] += row._mapping[key]
    return sums


def _supplier(row: Row[Any]) -> tuple[str, str]:
    return row.supplier_name, row.supplier_id


def _school(row: Row[Any]) -> tuple[str, str]:
    return row.school_name or f"School {row.school_urn}", str(row.school_urn)


def _named(code: str) -> str:
    """A category's name as its code gives it: billing keeps no other."""
    return code.replace("-", " ").capitalize() or "No category"


REPORTS: Final[dict[str, Callable[[Database, Actor, date, date], Report]]] = {"spending": spending_report}
