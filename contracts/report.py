"""A report: first a sentence, then its sections, each a table that may have a chart.

One shape for the page, the spreadsheet, the PDF and the JSON, so that all of them say the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal
from urllib.parse import quote_plus

from contracts.errors import NotFound

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
    """Horizontal bars, the longest first: the column they are named by and the one that they measure.

    `stacked` names columns whose bars are put one after the other behind that of `measure`.
    """

    name_by: str
    measure: str
    title: str
    stacked: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that make a bar, in their order."""
        return (self.measure, *self.stacked)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its name and the size of each of its parts."""

    name: str
    sizes: tuple[int, ...]

    @property
    def total(self) -> int:
        """The length of the bar."""
        return sum(self.sizes)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of rows by column key; `note` says what is counted and what is not.

    `why` names the kind of document, account or list that stands behind a row, if any; the row's own is under the key
    "why", and is no column. `whole` are the sums over all rows where `rows` are one part of a long list.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Value]]
    note: str = ""
    chart: Chart | None = None
    why: str = ""
    whole: Mapping[str, int] | None = None

    def sums(self) -> dict[str, int]:
        """The sums of the columns that are added up."""
        if self.whole is not None:
            return dict(self.whole)
        return {
            column.key: sum(_whole(row[column.key]) for row in self.rows) for column in self.columns if column.added
        }

    @property
    def drawn(self) -> str | None:
        """The title of the chart, if there is anything to draw."""
        return self.chart.title if self.chart and self.bars() else None

    def bars(self) -> list[Bar]:
        """The bars of the chart, the longest first, at most MOST_BARS; rows of one name are one bar."""
        if self.chart is None:
            return []
        parts = self.chart.parts
        measured: dict[str, list[int]] = {}
        for row in self.rows:
            sizes = measured.setdefault(str(row[self.chart.name_by]), [0] * len(parts))
            for place, part in enumerate(parts):
                sizes[place] += max(_whole(row[part]), 0) if self.chart.stacked else _whole(row[part])
        bars = [Bar(name, tuple(sizes)) for name, sizes in measured.items() if sum(sizes) > 0]
        return sorted(bars, key=lambda bar: (-bar.total, bar.name))[:MOST_BARS]


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its address (`name`), title, first sentence and sections; `next` is where a long one goes on."""

    name: str
    title: str
    sentence: str
    sections: Sequence[Section]
    next: str | None = None


def behind(report: str, **narrowed: Value) -> str:
    """The "why" of a row of kind "behind": the report's list of what it sums, narrowed to what makes up this row."""
    asked = [f"{name}={_quoted(str(value))}" for name, value in narrowed.items() if value is not None]
    return f"{report}?{'&'.join(asked)}"


_quoted: Final = lru_cache(maxsize=4096)(quote_plus)
"""The same categories, suppliers and days stand in a thousand rows."""


def section_from(told: Mapping[str, Any]) -> Section:
    """A section as it travelled, so that reports of several services can be bound into one."""
    bars = told.get("bars")
    chart = Chart(bars["name_by"], bars["parts"][0], told["chart"] or "", tuple(bars["parts"][1:])) if bars else None
    columns = [Column(each["key"], each["label"], each["kind"], each["added"]) for each in told["columns"]]
    return Section(told["title"], columns, told["rows"], told["note"], chart, told.get("why", ""))


def picked(parts: Sequence[tuple[str, int]], reports: Mapping[str, Callable[[], Sequence[Section]]]) -> list[Section]:
    """These sections, named by report and place, in their order; each report is read once. Raises NotFound."""
    if not all(name in reports for name, _ in parts):
        raise NotFound("There is no such report.")
    read = {name: reports[name]() for name in dict.fromkeys(name for name, _ in parts)}
    if not all(place < len(read[name]) for name, place in parts):
        raise NotFound("The report has no such section.")
    return [read[name][place] for name, place in parts]


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0
