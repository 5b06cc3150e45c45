"""The report on suppliers' deliveries: a school counts its own drops, a supplier its own orders."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from chassis.actor import Actor
from chassis.database import Database
from contracts.report import Column, Report, Section, Value, behind
from services.orders.storage import performance

_COUNTS: Final = ("drops", "recorded", "on_time", "complete", "ordered", "claimed")
_FIGURES: Final = (
    Column("drops", "Deliveries due", "number", added=True),
    Column("recorded", "Recorded", "number", added=True),
    Column("on_time", "On time", "number", added=True),
    Column("on_time_share", "On time, of recorded"),
    Column("complete", "Complete at first", "number", added=True),
    Column("complete_share", "Complete, of recorded"),
    Column("ordered", "Units ordered", "number", added=True),
    Column("claimed", "Units disputed", "number", added=True),
    Column("claimed_share", "Disputed, of ordered"),
)
_NOTE: Final = (
    "Deliveries that were due in this time: by the day the supplier promised, or else the end of the round’s delivery"
    " window. On time: something of every line had come by then. Complete: all of it came on the first day, and nothing"
    " was disputed. Disputed: units found missing, damaged or wrong, also later. Deliveries that no school has recorded"
    " count neither way."
)

Counts = dict[str, Any]


def performance_report(database: Database, actor: Actor, due_from: date, due_to: date) -> Report:
    """On time, complete and disputed by supplier and by order, of deliveries due from one day to the other."""
    with database.transaction(actor) as connection:
        rows = [dict(row._mapping) for row in performance.deliveries_by_order(connection, due_from, due_to)]
    suppliers = _together(rows)
    sections = [
        _section("By supplier", (Column("supplier_name", "Supplier"),), suppliers, _NOTE, "behind"),
        _section(
            "By purchase order",
            (Column("number", "Purchase order"), Column("supplier_name", "Supplier"), Column("title", "For")),
            rows,
            why="purchase_order",
        ),
    ]
    return Report("suppliers", "Suppliers’ deliveries", _sentence(suppliers, due_from, due_to), sections)


def _sentence(rows: Sequence[Counts], due_from: date, due_to: date) -> str:
    sums = {key: sum(row[key] for row in rows) for key in _COUNTS}
    days = f"from {due_from:%-d %B %Y} to {due_to:%-d %B %Y}"
    if not sums["recorded"]:
        return f"No delivery that was due {days} is recorded yet."
    on_time, complete = (_share(sums[key], sums["recorded"]) for key in ("on_time", "complete"))
    return (
        f"Of {sums['recorded']:,} recorded deliveries due {days}, {on_time} came on time and {complete} complete at"
        f" first; {_share(sums['claimed'], sums['ordered'])} of the units ordered were disputed."
    )


def _section(title: str, names: tuple[Column, ...], rows: Sequence[Counts], note: str = "", why: str = "") -> Section:
    columns = (*names, *_FIGURES)
    keys = [column.key for column in columns] + (["why"] if why else [])
    return Section(title, columns, [{key: _value(row, key) for key in keys} for row in rows], note, why=why)


def _value(row: Counts, key: str) -> Value:
    """A column's value; a share with its percentage is worked out from its counts."""
    if not key.endswith("_share"):
        value: Value = row[key]
        return value
    part = key.removesuffix("_share")
    return _share(row[part], row["ordered" if part == "claimed" else "recorded"])


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f} %" if whole else ""


def _together(rows: Sequence[Counts]) -> list[Counts]:
    sums: dict[str, Counts] = {}
    for row in rows:
        key = row["supplier_id"]
        named = {"supplier_name": row["supplier_name"], "why": behind("suppliers", supplier_id=key)}
        found = sums.setdefault(key, {**named, **dict.fromkeys(_COUNTS, 0)})
        for count in _COUNTS:
            found[count] += row[count]
    return sorted(sums.values(), key=lambda found: (found["supplier_name"], found["why"]))
