"""The report on spending: what was ordered, billed and is still committed, by school, category, supplier and order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.money import pounds
from contracts.report import Chart, Column, Report, Section, Value, behind
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
_KINDS: Final = {
    "purchase_order": "Order",
    "bill": "Bill",
    "credit_note": "Credit note",
    "supplier_invoice": "Supplier’s bill to the school",
}
Rows = Sequence[Row[Any]]


def spending_report(database: Database, actor: Actor, from_on: date, to_on: date) -> Report:
    """What orders issued from one day to the other came to, and how much of it is billed and how much is to come."""
    with database.transaction(actor) as connection:
        rows = spending.spent(connection, from_on, to_on)
    orders = [row for row in rows if row.by == "order"]
    ordered, billed, committed = (sum(row._mapping[key] for row in orders) for key in _KEYS)
    sentence = (
        f"From {from_on:%-d %B %Y} to {to_on:%-d %B %Y} schools ordered for £{pounds(ordered)} without VAT:"
        f" £{pounds(billed)} of it are billed, £{pounds(committed)} are still committed."
    )
    sections = [
        _section("By school", "school_name", "School", [_school(row) for row in rows if row.by == "school"], _NOTE),
        _section("By category", "category", "Category", [_category(row) for row in rows if row.by == "category"]),
        _section("By supplier", "supplier_name", "Supplier", [_supplier(row) for row in rows if row.by == "supplier"]),
        _orders(orders),
    ]
    return Report("spending", "Spending", sentence, sections)


def documents_behind(
    database: Database,
    actor: Actor,
    days: tuple[date, date],
    narrowed: Mapping[str, Any],
    *,
    skipped: int = 0,
    limit: int | None = None,
) -> Report:
    """The documents behind a figure of spending, narrowed as its row says: orders, bills, credit notes, invoices.

    A part of them after the first `skipped`, with the sums of all.
    """
    with database.transaction(actor) as connection:
        whole, found = spending.documents_behind(
            connection, *days, narrowed, skipped=skipped, limit=None if limit is None else limit + 1
        )
    shown = found[:limit]
    section = Section(
        "The documents behind the figure",
        (
            Column("document", "Document"),
            Column("kind", "What it is"),
            Column("number", "Purchase order"),
            Column("school_name", "School"),
            Column("category", "Category"),
            Column("supplier_name", "Supplier"),
            *_FIGURES,
        ),
        [_document(row) for row in shown],
        "The sums are those of all documents, on whichever page they stand. Without VAT.",
        why="document",
        whole={key: whole._mapping[key] for key in _KEYS},
    )
    count = whole.documents
    sentence = "1 entry makes up this figure." if count == 1 else f"{count:,} entries make up this figure."
    following = str(skipped + len(shown)) if len(found) > len(shown) else None
    return Report("spending", "Spending: document by document", sentence, [section], following)


def _section(title: str, key: str, label: str, rows: list[dict[str, Value]], note: str = "") -> Section:
    chart = Chart(
        key,
        "billed_pence",
        f"Billed and still committed {title[0].lower()}{title[1:]}, in pounds",
        ("committed_pence",),
    )
    ordered = sorted(rows, key=lambda row: (str(row[key]), str(row["why"])))
    return Section(title, (Column(key, label), *_FIGURES), ordered, note, chart, "behind")


def _orders(rows: Rows) -> Section:
    columns = (
        Column("number", "Purchase order"),
        Column("title", "For"),
        Column("supplier_name", "Supplier"),
        *_FIGURES,
    )
    told = [
        {column.key: row._mapping[column.key] for column in columns} | {"why": row.purchase_order_id} for row in rows
    ]
    return Section("The purchase orders behind the figures", columns, told, why="purchase_order")


def _figures(row: Row[Any]) -> dict[str, Value]:
    return {key: row._mapping[key] for key in _KEYS}


def _school(row: Row[Any]) -> dict[str, Value]:
    return {"school_name": _school_named(row), **_figures(row), "why": behind("spending", school_urn=row.school_urn)}


def _category(row: Row[Any]) -> dict[str, Value]:
    return {"category": _category_named(row), **_figures(row), "why": behind("spending", category=row.category_code)}


def _supplier(row: Row[Any]) -> dict[str, Value]:
    why = behind("spending", supplier_id=row.supplier_id)
    return {"supplier_name": row.supplier_name, **_figures(row), "why": why}


def _document(row: Row[Any]) -> dict[str, Value]:
    return {
        "document": row.document,
        "kind": _KINDS[row.kind],
        "number": row.number,
        "school_name": _school_named(row),
        "category": _category_named(row),
        "supplier_name": row.supplier_name,
        **_figures(row),
        "why": f"bill:{row.credited_bill_id}" if row.credited_bill_id else f"{row.kind}:{row.document_id}",
    }


def _school_named(row: Row[Any]) -> str:
    return row.school_name or f"School {row.school_urn}"


def _category_named(row: Row[Any]) -> str:
    """A category's name in the chart of accounts, else as its code gives it."""
    return row.category_name or row.category_code.replace("-", " ").capitalize() or "No category"


REPORTS: Final[dict[str, Callable[[Database, Actor, date, date], Report]]] = {"spending": spending_report}
