"""A report as JSON, spreadsheet, PDF and chart: four renderings of one thing, with the same figures."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, Final

from chassis.tagged_pdf import tagged_pdf
from chassis.workbooks import harmless
from contracts.money import pounds
from contracts.report import Column, Report, Section, Value

Json = dict[str, Any]

_INK: Final = "#1b1f2a"
_BARS: Final = ("#0b5d4e", "#1f4e8c", "#c98a2b")
_LONGEST_NAME: Final = 34
_MADE: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""What a spreadsheet says of when it was made: the same bytes for the same figures."""


def report_json(report: Report) -> Json:
    """The report as it travels; `chart` of a section is its chart's title or null."""
    return {
        "name": report.name,
        "title": report.title,
        "sentence": report.sentence,
        "sections": [section_json(section) for section in report.sections],
        "next": report.next,
    }


def section_json(section: Section) -> Json:
    """A section as it travels, with its sums."""
    return {
        "title": section.title,
        "note": section.note,
        "chart": section.drawn,
        "why": section.why,
        "bars": section.chart and {"name_by": section.chart.name_by, "parts": list(section.chart.parts)},
        "columns": [
            {"key": column.key, "label": column.label, "kind": column.kind, "added": column.added}
            for column in section.columns
        ],
        "rows": list(section.rows),
        "sums": section.sums(),
    }


def chart_svg(section: Section) -> bytes:
    """The section's bars as SVG, drawn without a display. An empty chart has no bars and still its title."""
    from matplotlib.figure import Figure  # takes half a second and 40 MB: only who draws pays for it

    bars, parts = section.bars()[::-1], section.chart.parts if section.chart else ()
    measure = parts[0] if parts else ""
    is_money = any(column.key == measure and column.kind == "money" for column in section.columns)
    figure = Figure(figsize=(8, 0.6 + 0.32 * max(len(bars), 1)), layout="constrained")
    axes = figure.add_subplot()
    names, drawn, ends = [_shortened(bar.name) for bar in bars], None, [0.0] * len(bars)
    labels = {column.key: column.label for column in section.columns}
    for place, part in enumerate(parts):
        sizes = [bar.sizes[place] / 100 if is_money else float(bar.sizes[place]) for bar in bars]
        drawn = axes.barh(names, sizes, left=ends, color=_BARS[place], height=0.62, label=labels[part])
        ends = [end + size for end, size in zip(ends, sizes, strict=True)]
    if drawn is not None:
        totals = [pounds(bar.total) if is_money else f"{bar.total:,}" for bar in bars]
        axes.bar_label(drawn, totals, padding=4, color=_INK)
    if len(parts) > 1:
        axes.legend(loc="lower right", frameon=False, labelcolor=_INK)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color("#7a7f8a")
    axes.tick_params(axis="both", length=0, colors=_INK)
    axes.set_xticks([])
    axes.margins(x=0.16, y=0.02)
    drawing = BytesIO()
    figure.savefig(drawing, format="svg", transparent=True, metadata={"Date": None, "Creator": "Bursar"})
    return drawing.getvalue()


def section_csv(section: Section) -> bytes:
    """One section as CSV in UTF-8 with a byte order mark: amounts in pounds, no cell that could be a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([column.label for column in section.columns])
    for row in section.rows:
        writer.writerow([_typed(column, row[column.key]) for column in section.columns])
    return out.getvalue().encode("utf-8-sig")


def _typed(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if column.kind == "money":
        return f"{Decimal(value).scaleb(-2):.2f}"
    return harmless(str(value)) if column.kind == "text" else str(value)


def report_pdf(report: Report, printed_on: date) -> bytes:
    """The report as tagged PDF (PDF/UA-1), with its charts."""
    inputs: Json = {
        "title": report.title,
        "sentence": report.sentence,
        "printed_on": f"{printed_on:%-d %B %Y}",
        "sections": [_printed(section) for section in report.sections],
    }
    charts = {
        f"chart-{place}": chart_svg(section).decode() for place, section in enumerate(report.sections) if section.drawn
    }
    return tagged_pdf("chassis", "report.typ", inputs, **charts)


def report_xlsx(report: Report) -> bytes:
    """The report as a spreadsheet: a sheet for each section, amounts as numbers, no cell that could be a formula."""
    import xlsxwriter

    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _MADE})
        head = book.add_format({"bold": True, "bottom": 1})
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "number": book.add_format({"num_format": "#,##0"}),
        }
        formats["price"] = book.add_format({"num_format": "#,##0.0000"})
        total = {
            kind: book.add_format({"num_format": given.num_format, "bold": True, "top": 1})
            for kind, given in formats.items()
        }
        for place, section in enumerate(report.sections):
            sheet = book.add_worksheet(_sheet_name(section.title, place))
            sheet.write_string(0, 0, report.title, head)
            sheet.write_string(1, 0, report.sentence)
            for at, column in enumerate(section.columns):
                sheet.write_string(3, at, column.label, head)
                sheet.set_column(at, at, 30 if column.kind == "text" else 16)
            for line, row in enumerate(section.rows, start=4):
                for at, column in enumerate(section.columns):
                    _write(sheet, line, at, column, row[column.key], formats)
            last = 4 + len(section.rows)
            for at, column in enumerate(section.columns):
                if column.added and section.rows:
                    _write(sheet, last, at, column, section.sums()[column.key], total)
            sheet.freeze_panes(4, 0)
    return file.getvalue()


def _write(sheet: Any, line: int, at: int, column: Column, value: Value, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if column.kind == "money":
        sheet.write_number(line, at, int(value) / 100, formats["money"])
    elif column.kind == "number":
        sheet.write_number(line, at, int(value), formats["number"])
    elif column.kind == "price":
        sheet.write_number(line, at, float(value), formats["price"])
    else:
        sheet.write_string(line, at, harmless(str(value)))


def _printed(section: Section) -> Json:
    sums = section.sums()
    return {
        "title": section.title,
        "note": section.note,
        "chart": section.drawn,
        "columns": [{"label": column.label, "kind": column.kind} for column in section.columns],
        "rows": [[_read(column, row[column.key]) for column in section.columns] for row in section.rows],
        "sums": [
            _read(column, sums[column.key]) if column.added else ("" if place else "Together")
            for place, column in enumerate(section.columns)
        ]
        if sums
        else [],
    }


def _read(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if column.kind == "money":
        return pounds(int(value))
    if column.kind == "number":
        return f"{int(value):,}"
    if column.kind == "date":
        return f"{date.fromisoformat(str(value)):%-d %b %Y}"
    return str(value).replace("_", " ").capitalize() if column.kind == "state" else str(value)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _sheet_name(title: str, place: int) -> str:
    return f"{place + 1} {title}"[:31]
