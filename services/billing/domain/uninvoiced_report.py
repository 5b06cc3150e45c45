"""What was received and not invoiced, as a report: by supplier, by contract, by school, and line by line."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from contracts.money import pounds
from contracts.report import Column, Report, Section

_SUMMED: Final = (
    Column("lines", "Lines", "number", added=True),
    Column("oldest_on", "Oldest", "date"),
    Column("up_to_30_pence", "Up to 30 days", "money", added=True),
    Column("up_to_60_pence", "31 to 60", "money", added=True),
    Column("up_to_90_pence", "61 to 90", "money", added=True),
    Column("over_90_pence", "Over 90", "money", added=True),
    Column("net_pence", "Without VAT", "money", added=True),
)
LINES: Final = (
    Column("purchase_order_number", "Order"),
    Column("supplier_name", "Supplier"),
    Column("contract_title", "Contract"),
    Column("school_name", "School"),
    Column("name", "Item"),
    Column("quantity", "Units", "number"),
    Column("unit_price", "Price", "price"),
    Column("received_on", "Received", "date"),
    Column("days", "Days", "number"),
    Column("net_pence", "Without VAT", "money", added=True),
    Column("vat_pence", "VAT", "money", added=True),
)
_GROUPS: Final = (("supplier", "By supplier"), ("contract", "By contract"), ("school", "By school"))


def uninvoiced_report(on: date, lines: Iterable[Mapping[str, Any]], sums: Sequence[Mapping[str, Any]]) -> Report:
    """The report as of the end of a day, from rows as storage gives them."""
    total = next((row["net_pence"] for row in sums if row["by"] == "all"), 0)
    groups = [
        Section(
            title,
            (Column("name", title.removeprefix("By ").capitalize()), *_SUMMED),
            [_row(row, ("name", *(column.key for column in _SUMMED))) for row in sums if row["by"] == by],
        )
        for by, title in _GROUPS
    ]
    each = Section(
        "Line by line",
        LINES,
        [_row(line, [column.key for column in LINES]) for line in lines],
        note="At the prices of the orders, up to what was ordered. Units are invoiced in the order in which they came.",
    )
    sentence = f"Goods worth £{pounds(total)} without VAT were received by {on:%-d %B %Y} and not invoiced by then."
    return Report("received-not-invoiced", "Received and not invoiced", sentence, [*groups, each])


def _row(row: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value := row[key], date) else _plain(value) for key in keys}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else f"{value:.4f}"
