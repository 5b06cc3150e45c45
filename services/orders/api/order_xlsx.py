"""A purchase order as a spreadsheet: a summary, the lines to answer, the drops, and a sheet for each school.

Amounts are numbers, no cell is a formula, and the columns to fill in are those that an answer is read from.
"""

import re
from io import BytesIO
from typing import Any, Final

from contracts.units import quantity_words
from services.orders.api.order_pdf import called
from services.orders.api.order_words import facts, notice, rate_words
from services.orders.domain.answer_sheet import (
    DROP_COLUMNS,
    LINE,
    LINE_COLUMNS,
    ORDER,
    REVISION,
    SCHOOL_URN,
)
from services.orders.domain.issued_order import Drop, IssuedOrder
from services.orders.domain.order_document import Progress, Rendered

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_TELLS_EVERY: Final = 40
_SUMMARY, _LINES, _DROPS = "Summary", "Lines", "Drops"
_FORMATS: Final = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
    "strong": {"bold": True},
    "text": {"text_wrap": True, "valign": "top"},
    "count": {"num_format": "#,##0", "valign": "top"},
    "money": {"num_format": "#,##0.00", "valign": "top"},
    "price": {"num_format": "#,##0.00##", "valign": "top"},
    "sum": {"num_format": "#,##0.00", "bold": True, "top": 1},
    "fill": {"bg_color": "#f5f4ef", "valign": "top"},
    "link": {"font_color": "#0b5d4e", "underline": 1, "valign": "top"},
}


def order_xlsx(order: IssuedOrder, tell: Progress) -> Rendered:
    """The whole order as one workbook; `tell` hears how far it is."""
    import xlsxwriter

    file = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": f"Purchase order {order.number}", "company": order.buyer.name})
        writer = _Writer(book, order)
        writer.summary()
        writer.lines()
        writer.drops()
        for place, drop in enumerate(order.drops):
            writer.school(drop)
            if place % _TELLS_EVERY == _TELLS_EVERY - 1:
                tell(85 * place // len(order.drops))
    return Rendered(file.getvalue(), MEDIA_TYPE, f"{called(order)}.xlsx")


def sheet_name(drop: Drop) -> str:
    """The name of a school's sheet, which Excel takes and no other has: the drop's place comes first."""
    spoken = " ".join(_NOT_IN_NAMES.sub(" ", drop.school_name).split())
    return f"{drop.place} {spoken}"[:_LONGEST_NAME].strip()


def unarmed(words: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(_FORMULA_SIGNS) else words


class _Writer:
    """Writes the sheets of one order, each from its first row to its last."""

    def __init__(self, book: Any, order: IssuedOrder) -> None:
        self._book = book
        self._order = order
        self._formats = {name: book.add_format(given) for name, given in _FORMATS.items()}

    def summary(self) -> None:
        """Who orders what from whom, and what it comes to."""
        order = self._order
        sheet = self._sheet(_SUMMARY, (24, 60))
        sheet.write_string(0, 0, f"Purchase order {order.number}", self._formats["title"])
        rows: list[tuple[str, Any, str]] = [
            (ORDER, order.number, "text"),
            (REVISION, order.revision, "count"),
            ("Buyer", order.buyer.legal_name, "text"),
            ("Supplier", order.seller.legal_name, "text"),
            *((what, value, "text") for what, value in facts(order)),
        ]
        rows += [("Note", notice(order), "text")] if notice(order) else []
        rows.append(("Without VAT, £", order.net_pence / 100, "money"))
        for total in order.vat_totals:
            named = f"VAT {rate_words([(total.vat_class, total.rate)])}, £"
            rows.append((named, total.vat_pence / 100, "money"))
        rows += [("VAT, £", order.vat_pence / 100, "money"), ("With VAT, £", order.gross_pence / 100, "money")]
        for at, (what, value, kind) in enumerate(rows, 2):
            sheet.write_string(at, 0, what, self._formats["strong"])
            self._write(sheet, at, 1, value, kind)

    def lines(self) -> None:
        """Everything together, with the columns in which the supplier answers a line."""
        order = self._order
        heads = (LINE, "Code", "Item", "Quantity", "Unit", "Price each, £", "VAT", "Without VAT, £", *LINE_COLUMNS)
        sheet = self._sheet(
            _LINES, (10, 16, 46, 10, 10, 12, 14, 14, *(14,) * len(LINE_COLUMNS)), to_fill=len(LINE_COLUMNS)
        )
        first = self._answerable(sheet, heads)
        for at, (line, rates) in enumerate(order.rates(), first):
            unit = quantity_words(1, line.unit).removeprefix("1").strip()
            cells = (
                (line.line_no, "count"),
                (line.sku, "text"),
                (line.name, "text"),
                (line.quantity, "count"),
                ("" if line.kind == "charge" else unit, "text"),
                (float(line.unit_price), "price"),
                (rate_words(rates), "text"),
                (line.net_pence / 100, "money"),
            )
            self._row(sheet, at, cells)
        self._write(sheet, first + len(order.lines), 7, order.net_pence / 100, "sum")

    def drops(self) -> None:
        """Every school with where its goods go and what they come to."""
        order = self._order
        heads = (
            "Drop", "Order for it", SCHOOL_URN, "School", "Site", "Address", "Town", "Postcode", "Instructions",
            "The school writes", "Lines", "Without VAT, £", "VAT, £", "With VAT, £", "Changed by revision", "Sheet",
        )  # fmt: skip
        sheet = self._sheet(_DROPS, (6, 16, 10, 34, 20, 34, 16, 11, 34, 30, 7, 14, 12, 14, 11, 24))
        self._heads(sheet, 0, heads)
        for at, drop in enumerate(order.drops, 1):
            cells = (
                (drop.place, "count"),
                (str(order.numbered(drop)), "text"),
                (drop.school_urn, "text"),
                (drop.school_name, "text"),
                (drop.site_name, "text"),
                (", ".join(drop.address.lines), "text"),
                (drop.address.town, "text"),
                (drop.address.postcode, "text"),
                (drop.instructions, "text"),
                (drop.note, "text"),
                (len(drop.lines), "count"),
                (drop.net_pence / 100, "money"),
                (drop.vat_pence / 100, "money"),
                (drop.gross_pence / 100, "money"),
                (drop.revision if drop.revision > 1 else "", "count"),
            )
            self._row(sheet, at, cells)
            name = sheet_name(drop)
            sheet.write_url(at, len(cells), f"internal:'{name}'!A1", self._formats["link"], name)
        for at, amount in ((11, order.net_pence), (12, order.vat_pence), (13, order.gross_pence)):
            self._write(sheet, len(order.drops) + 1, at, amount / 100, "sum")

    def school(self, drop: Drop) -> None:
        """One school's part, with the columns in which the supplier answers it."""
        heads = (
            LINE, SCHOOL_URN, "Code", "Item", "Quantity", "Unit", "Price each, £", "VAT", "Without VAT, £",
            "The school writes", *DROP_COLUMNS,
        )  # fmt: skip
        sheet = self._sheet(
            sheet_name(drop), (19, 10, 16, 46, 10, 10, 12, 14, 14, 30, 14, 14), to_fill=len(DROP_COLUMNS)
        )
        first = self._answerable(sheet, heads, drop)
        for at, part in enumerate(drop.lines, first):
            line = part.line
            unit = quantity_words(1, line.unit).removeprefix("1").strip()
            charge = line.kind == "charge"
            cells = (
                (line.line_no, "count"),
                (drop.school_urn, "text"),
                (line.sku, "text"),
                (line.name, "text"),
                ("" if charge else part.quantity, "count"),
                ("" if charge else unit, "text"),
                (float(line.unit_price), "price"),
                (rate_words([(part.vat_class, part.vat_rate)]), "text"),
                (part.net_pence / 100, "money"),
                (part.note, "text"),
            )
            self._row(sheet, at, cells)
        amounts = (("Without VAT, £", drop.net_pence), ("VAT, £", drop.vat_pence), ("With VAT, £", drop.gross_pence))
        for at, (what, pence) in enumerate(amounts, first + len(drop.lines)):
            sheet.write_string(at, 7, what, self._formats["strong"])
            self._write(sheet, at, 8, pence / 100, "sum")

    def _sheet(self, name: str, widths: tuple[int, ...], *, to_fill: int = 0) -> Any:
        """A sheet whose last columns, as many as are `to_fill` in, are shaded."""
        sheet = self._book.add_worksheet(name)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width, self._formats["fill"] if at >= len(widths) - to_fill else None)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _answerable(self, sheet: Any, heads: tuple[str, ...], drop: Drop | None = None) -> int:
        """The head of a sheet that says of itself which order and revision it answers; its first row of lines."""
        order = self._order
        rows: list[tuple[str, Any]] = [(ORDER, order.number), (REVISION, order.revision)]
        if drop is not None:
            rows += [("Order for this drop", str(order.numbered(drop))), ("School", drop.school_name)]
            rows.append(
                ("Deliver to", ", ".join([*([drop.site_name] if drop.site_name else []), *drop.address.shown()]))
            )
            rows += [("Instructions", drop.instructions)] if drop.instructions else []
            rows += [("The school writes", drop.note)] if drop.note else []
        for at, (what, value) in enumerate(rows):
            sheet.write_string(at, 0, what, self._formats["strong"])
            self._write(sheet, at, 1, value, "plain")
        self._heads(sheet, len(rows) + 1, heads)
        sheet.repeat_rows(len(rows) + 1)
        sheet.freeze_panes(len(rows) + 2, 0)
        return len(rows) + 2

    def _heads(self, sheet: Any, at: int, heads: tuple[str, ...]) -> None:
        for column, head in enumerate(heads):
            sheet.write_string(at, column, head, self._formats["head"])

    def _row(self, sheet: Any, at: int, cells: tuple[tuple[Any, str], ...]) -> None:
        for column, (value, kind) in enumerate(cells):
            self._write(sheet, at, column, value, kind)

    def _write(self, sheet: Any, at: int, column: int, value: Any, kind: str) -> None:
        cell = self._formats.get(kind)
        if isinstance(value, int | float) and kind != "text":
            sheet.write_number(at, column, value, cell)
        elif value != "":
            sheet.write_string(at, column, unarmed(str(value)), cell)
