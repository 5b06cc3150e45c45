"""What stands behind a figure of a report on ordering: the lines that it was summed from, with their documents."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import Forbidden, NotFound
from contracts.money import unit_price_text
from contracts.report import Column, Report, Section, Value
from services.orders.domain.report_errors import NotNarrowed
from services.orders.storage import report_lines
from services.orders.storage.report_lines import LINES, START, Place

_ORDER: Final = Column("number", "Purchase order")
_SCHOOL: Final = Column("school_name", "School")
_ITEM: Final = (_ORDER, _SCHOOL, Column("item", "Item"), Column("quantity", "Quantity", "number", added=True))

_COLUMNS: Final[Mapping[str, tuple[str, tuple[Column, ...]]]] = {
    "savings": (
        "Savings",
        (
            *_ITEM,
            Column("alone_price", "Price alone", "price"),
            Column("unit_price", "Price together", "price"),
            Column("alone_pence", "Alone", "money", added=True),
            Column("net_pence", "Together", "money", added=True),
            Column("saved_pence", "Saved", "money", added=True),
        ),
    ),
    "commitments": (
        "Commitments",
        (
            *_ITEM,
            Column("received", "Received", "number", added=True),
            Column("ordered_pence", "Committed", "money", added=True),
            Column("received_pence", "Received of it", "money", added=True),
        ),
    ),
    "workload": (
        "Lead buyers’ work",
        (
            _ORDER,
            Column("round_title", "Round"),
            Column("contract_title", "Contract"),
            Column("purchase_orders", "Purchase orders", "number", added=True),
            Column("drops", "Deliveries", "number", added=True),
            Column("net_pence", "Ordered", "money", added=True),
        ),
    ),
    "suppliers": (
        "Suppliers’ deliveries",
        (
            _ORDER,
            _SCHOOL,
            Column("due_on", "Due", "date"),
            Column("arrived_on", "First came", "date"),
            Column("drops", "Deliveries due", "number", added=True),
            Column("recorded", "Recorded", "number", added=True),
            Column("on_time", "On time", "number", added=True),
            Column("complete", "Complete at first", "number", added=True),
            Column("ordered", "Units ordered", "number", added=True),
            Column("claimed", "Units disputed", "number", added=True),
        ),
    ),
}
_BY_DUE_DAY: Final = frozenset({"suppliers"})
_OF_ALL_SCHOOLS: Final = frozenset({"workload"})


def lines_behind(
    database: Database,
    actor: Actor,
    name: str,
    days: tuple[date, date],
    narrowed: Mapping[str, Any],
    *,
    after: Place = START,
    limit: int | None = None,
) -> Report:
    """The lines behind a figure of the report `name`, a part of them after a place, with the sums of all of them.

    `days` and `narrowed` are those of the figure. Each sees what it may see in the report; the orders behind the work
    of lead buyers are the alliance's to see. Raises NotFound, Forbidden, NotNarrowed.
    """
    if name not in LINES:
        raise NotFound("There is no list behind this report.")
    if name in _OF_ALL_SCHOOLS and actor.kind != "alliance":
        raise Forbidden("The purchase orders of all schools are the alliance's to see.")
    asked_of = {key: value for key, value in narrowed.items() if value is not None}
    if others := asked_of.keys() - LINES[name].narrowed_by:
        faults = dict.fromkeys(others, "Leave it out: no figure of this report is narrowed to it.")
        raise NotNarrowed("The figures of this report are not narrowed like that.", fields=faults)
    first, last = ("due_from", "due_to") if name in _BY_DUE_DAY else ("closed_from", "closed_to")
    asked = {**asked_of, first: days[0], last: days[1]}
    with database.transaction(actor) as connection:
        part = report_lines.lines_behind(connection, name, asked, after, None if limit is None else limit + 1)
    title, columns = _COLUMNS[name]
    rows = part.rows[:limit]
    section = Section(
        "The documents behind the figure",
        columns,
        [_told(row, columns) for row in rows],
        "The sums are those of all lines, on whichever page they stand.",
        why="purchase_order",
        whole=part.sums,
    )
    following = f"{rows[-1].number}.{rows[-1].line_no}.{rows[-1].school_urn}" if len(part.rows) > len(rows) else None
    return Report(name, f"{title}: line by line", _sentence(part.count, asked_of, rows), [section], following)


def _sentence(count: int, narrowed: Mapping[str, Any], rows: Any) -> str:
    lines = "1 line" if count == 1 else f"{count:,} lines"
    category = f" of {narrowed['category']}" if "category" in narrowed else ""
    school = f" for {rows[0].school_name}" if "school_urn" in narrowed and rows else ""
    return f"{lines}{category}{school} {'makes' if count == 1 else 'make'} up this figure."


def _told(row: Row[Any], columns: tuple[Column, ...]) -> dict[str, Value]:
    told = row._mapping
    return {column.key: _value(column, told[column.key]) for column in columns} | {"why": row.why}


def _value(column: Column, value: Any) -> Value:
    if column.kind == "price":
        return unit_price_text(value)
    read: Value = value
    return read
