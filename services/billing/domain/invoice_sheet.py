"""What a supplier says on our invoice sheet, filled in and sent back as XLSX or CSV.

The head is labels with a value to their right; below it stands a row of headings and a row for each line. Columns are
found by their headings, so that they may be moved, and others added. Rows without a quantity are left out. A credit
note's figures are positive, as on paper.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from contracts.errors import BrokenRule
from contracts.money import line_net_pence, pounds
from contracts.vat import VAT_CLASSES, vat_rate
from services.billing.domain.errors import InvoiceUnreadable
from services.billing.domain.invoice import EARLIEST_ISSUE, InvoiceLine, SupplierInvoice
from services.billing.domain.invoice_document import Kind
from services.billing.domain.invoice_template import (
    BUYER,
    CLASS,
    CREDITS,
    DOCUMENT,
    DUE,
    GROSS,
    HEADINGS,
    ISSUED,
    ITEM,
    LABELS,
    LINE,
    NET,
    NUMBER,
    ORDER,
    PRICE,
    QUANTITY,
    RATE,
    SCHOOL,
    VAT,
)
from services.billing.domain.settled_invoice import MOST_UNITS

KINDS: Final[dict[str, Kind]] = {"invoice": "invoice", "credit note": "credit_note"}

_WITHIN: Final = 40
_MOST_FAULTS: Final = 50
_LONGEST: Final = 60
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]+")
_POUNDS: Final = re.compile(r"£?\s*(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,10})(?:\.[0-9]{1,2})?)", re.ASCII)
_PRICE: Final = re.compile(r"£?\s*((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,8})(?:\.[0-9]{1,4})?)", re.ASCII)
_WHOLE: Final = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.0+)?", re.ASCII)
_RATE: Final = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2})?)\s*%?", re.ASCII)


@dataclass(slots=True)
class _Reading:
    """Cells by their names, and what is wrong with them."""

    rows: Sequence[Sequence[str]]
    faults: dict[str, str] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> str:
        """The text of a cell on one line, without signs that no document can hold."""
        return _CONTROLS.sub(" ", self.rows[row][column]).strip() if column < len(self.rows[row]) else ""

    def fault(self, row: int, column: int, text: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            where = _name(row, column)
            self.faults[where] = f"Cell {where}: {text}"


@dataclass(frozen=True, slots=True)
class SheetInvoice:
    """What a sheet says, and the cells that the parts of it stand in."""

    invoice: SupplierInvoice
    cells: dict[str, str]

    def at_its_cells(self, fault: BrokenRule) -> BrokenRule:
        """The same fault, telling cells instead of parts of the invoice."""
        fields = {}
        for part, text in fault.fields.items():
            cell = self.cells.get(part)
            fields[cell or part] = f"Cell {cell}: {text}" if cell else text
        return type(fault)(str(fault), fields=fields)


def read_invoice_sheet(rows: Sequence[Sequence[str]]) -> SheetInvoice:
    """What a filled-in sheet says. Raises InvoiceUnreadable with every faulty cell."""
    reading = _Reading(rows)
    heading = _headings(rows)
    if heading is None:
        text = f"The sheet has no row of headings with “{LINE}”, “{QUANTITY}” and “{PRICE}”: take our sheet."
        raise InvoiceUnreadable(text, fields={"file": text})
    at, columns = heading
    places = {label: place for label in LABELS if (place := _label(rows, at, label)) is not None}
    kind = _kind(reading, places)
    sign = -1 if kind == "credit_note" else 1
    issued = _day(reading, places, ISSUED, needed=True) or date.min
    lines, cells = _lines(reading, at, columns, max(issued, EARLIEST_ISSUE), sign)
    if not lines and not reading.faults:
        reading.fault(at, columns[QUANTITY], "no line has a quantity.")
    amounts = {name: _amount(reading, places, name) for name in (NET, VAT, GROSS)}
    credited = _text(reading, places, CREDITS)
    due, buyer = _day(reading, places, DUE), _buyer(reading, places)
    number, order = _text(reading, places, NUMBER, needed=True), _text(reading, places, ORDER, needed=True)
    if reading.faults:
        raise InvoiceUnreadable(next(iter(reading.faults.values())), fields=reading.faults)
    for part, label in (
        ("number", NUMBER), ("issue_date", ISSUED), ("due_date", DUE), ("purchase_order_number", ORDER),
        ("buyer_urn", BUYER),
        ("net_pence", NET), ("vat_pence", VAT), ("gross_pence", GROSS),
    ):  # fmt: skip
        if label in places:
            row, column = places[label]
            cells[part] = _name(row, column + 1)
    invoice = SupplierInvoice(
        number=number,
        issue_date=issued,
        due_date=due,
        purchase_order_number=order,
        lines=tuple(lines),
        net_pence=sign * amounts[NET],
        vat_pence=sign * amounts[VAT],
        gross_pence=sign * amounts[GROSS],
        kind=kind,
        buyer_urn=buyer,
        credits=(credited,) if credited else (),
    )
    return SheetInvoice(invoice, cells)


def _lines(
    reading: _Reading, at: int, columns: dict[str, int], on: date, sign: int
) -> tuple[list[InvoiceLine], dict[str, str]]:
    lines: list[InvoiceLine] = []
    cells: dict[str, str] = {}
    for row in range(at + 1, len(reading.rows)):
        quantity = _whole(reading, row, columns[QUANTITY])
        line_no = _whole(reading, row, columns[LINE])
        if not quantity:
            continue
        price = _price(reading, row, columns[PRICE])
        vat_class = _class(reading, row, columns.get(CLASS))
        rate = _rate(reading, row, columns.get(RATE), vat_class, on)
        urn = _whole(reading, row, columns[SCHOOL]) if SCHOOL in columns else None
        if not line_no:
            reading.fault(row, columns[LINE], "the order’s line is missing.")
        index = len(lines)
        for part, heading in (("quantity", QUANTITY), ("net_pence", PRICE), ("order_line_no", LINE)):
            cells[f"lines.{index}.{part}"] = _name(row, columns[heading])
        if SCHOOL in columns:
            cells[f"lines.{index}.school_urn"] = _name(row, columns[SCHOOL])
        lines.append(
            InvoiceLine(
                line_no=index + 1,
                order_line_no=line_no or 0,
                name=reading.cell(row, columns[ITEM])[:300] if ITEM in columns else "",
                quantity=sign * quantity,
                unit_price=price,
                net_pence=sign * line_net_pence(quantity, price),
                vat_class=vat_class,
                vat_rate=rate,
                school_urn=urn,
            )
        )
    return lines, cells


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]] | None:
    known = {heading.casefold(): heading for heading in HEADINGS}
    for place, row in enumerate(rows[:_WITHIN]):
        columns = {known[name]: at for at, cell in enumerate(row) if (name := cell.strip().casefold()) in known}
        if {LINE, QUANTITY, PRICE} <= columns.keys():
            return place, columns
    return None


def _label(rows: Sequence[Sequence[str]], before: int, label: str) -> tuple[int, int] | None:
    for place, row in enumerate(rows[:before]):
        for at, cell in enumerate(row):
            if cell.strip().rstrip(":").casefold() == label.casefold():
                return place, at
    return None


def _text(reading: _Reading, places: dict[str, tuple[int, int]], label: str, *, needed: bool = False) -> str:
    place = places.get(label)
    text = reading.cell(place[0], place[1] + 1) if place else ""
    if needed and not text:
        row, column = place or (0, -1)
        reading.fault(row, column + 1, f"“{label}” is missing.")
    if place and len(text) > _LONGEST:
        reading.fault(place[0], place[1] + 1, f"“{label}” is longer than {_LONGEST} characters.")
    return text


def _kind(reading: _Reading, places: dict[str, tuple[int, int]]) -> Kind:
    text = _text(reading, places, DOCUMENT) or "invoice"
    if text.casefold() not in KINDS:
        row, column = places[DOCUMENT]
        reading.fault(row, column + 1, f"“{text[:20]}” is neither Invoice nor Credit note.")
    return KINDS.get(text.casefold(), "invoice")


def _day(reading: _Reading, places: dict[str, tuple[int, int]], label: str, *, needed: bool = False) -> date | None:
    text = _text(reading, places, label, needed=needed)
    if not text:
        return None
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no hour
        except ValueError:
            continue
    row, column = places[label]
    reading.fault(row, column + 1, f"“{text[:20]}” is no day such as 2026-11-23 or 23/11/2026.")
    return None


def _buyer(reading: _Reading, places: dict[str, tuple[int, int]]) -> int | None:
    place = places.get(BUYER)
    return _whole(reading, place[0], place[1] + 1) if place else None


def _amount(reading: _Reading, places: dict[str, tuple[int, int]], label: str) -> int:
    text = _text(reading, places, label, needed=True)
    found = _POUNDS.fullmatch(text)
    if text and found is None:
        row, column = places[label]
        reading.fault(row, column + 1, f"“{text[:20]}” is no amount in pounds such as {pounds(123450)}.")
    return int(Decimal(found[1].replace(",", "")).scaleb(2)) if found else 0


def _whole(reading: _Reading, row: int, column: int) -> int | None:
    text = reading.cell(row, column)
    if not text:
        return None
    number = int(text.replace(",", "").partition(".")[0]) if _WHOLE.fullmatch(text) else None
    if number is None or abs(number) > MOST_UNITS:
        reading.fault(row, column, f"“{text[:20]}” is no whole number.")
        return None
    return number


def _price(reading: _Reading, row: int, column: int) -> Decimal:
    text = reading.cell(row, column)
    found = _PRICE.fullmatch(text)
    if found is None:
        reading.fault(row, column, f"“{text[:20]}” is no price in pounds with at most four decimals, such as 12.50.")
    return Decimal(found[1].replace(",", "")) if found else Decimal(0)


def _class(reading: _Reading, row: int, column: int | None) -> str:
    text = reading.cell(row, column).upper() if column is not None else ""
    if text not in VAT_CLASSES:
        reading.fault(row, column or 0, f"“{text[:10]}” is no VAT class: one of {', '.join(VAT_CLASSES)}.")
        return "O"
    return text


def _rate(reading: _Reading, row: int, column: int | None, vat_class: str, on: date) -> Decimal:
    text = reading.cell(row, column) if column is not None else ""
    if not text:
        return vat_rate(vat_class, on)
    found = _RATE.fullmatch(text)
    if found is None:
        reading.fault(row, column or 0, f"“{text[:10]}” is no VAT rate in per cent.")
    return Decimal(found[1]) if found else Decimal(0)


def _name(row: int, column: int) -> str:
    """What a spreadsheet calls a cell: (0, 0) is A1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
