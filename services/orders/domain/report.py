"""A report: first a sentence, then its sections, each a table that may have a chart.

One shape for the page, the spreadsheet, the PDF and the JSON, so that all of them say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "number", "money", "price", "date", "state"]
"""How a value reads: money is integer pence, a price pounds with four decimals as text, a date ISO text."""

Value = str | int | None

MOST_BARS: Final = 20
"""A chart of more bars cannot be read: the rest stands in the table."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in the rows, its heading, how its values read, and whether they are added up."""

    key: str
    label: str
    kind: Kind = "text"
    added: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars, the longest first: the column they are named by and the one that they measure."""

    name_by: str
    measure: str
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """A table of rows by column key; `note` says what is counted and what is not."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Value]]
    note: str = ""
    chart: Chart | None = None

    def sums(self) -> dict[str, int]:
        """The sums of the columns that are added up."""
        return {
            column.key: sum(_whole(row[column.key]) for row in self.rows) for column in self.columns if column.added
        }

    @property
    def drawn(self) -> str | None:
        """The title of the chart, if there is anything to draw."""
        return self.chart.title if self.chart and self.bars() else None

    def bars(self) -> list[tuple[str, int]]:
        """(name, measure) of the chart, the longest bar first, at most MOST_BARS."""
        if self.chart is None:
            return []
        measured: dict[str, int] = {}
        for row in self.rows:
            name = str(row[self.chart.name_by])
            measured[name] = measured.get(name, 0) + _whole(row[self.chart.measure])
        bars = [(name, size) for name, size in measured.items() if size > 0]
        return sorted(bars, key=lambda bar: (-bar[1], bar[0]))[:MOST_BARS]


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its address (`name`), title, first sentence and sections."""

    name: str
    title: str
    sentence: str
    sections: Sequence[Section]


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0
