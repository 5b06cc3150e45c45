"""Filling an order from elsewhere: a pasted or uploaded list, the last order once more; or not at all this time.

What a list would do is shown row by row first; only the report's own button puts it into the order.
"""

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from chassis.sheets import Sheet, SheetUnreadable, read_file, read_text
from chassis.workbooks import XLSX, Cell, harmless, table_as_xlsx
from contracts.digits import as_whole
from gateway.pages.doors import for_buyer, school
from gateway.pages.faults import Faults
from gateway.pages.order_book import read_form
from gateway.pages.order_merge import Order, loaded, order_of
from gateway.pages.order_typing import typing_of
from gateway.pages.school_order import order_path, put_order, show_merge
from gateway.pages.show import per_unit, price
from gateway.pages.typed import seen_version
from gateway.upstream import upstream

# What the report's page carries along, so that it can be read again by other columns.
_LONGEST_CARRIED: Final = 300_000
_COLUMNS: Final = ("code", "name", "quantity")
_FORM_HEADINGS: Final = ("Code", "Name", "Unit", "Supplier", "Category", "Price now (£)", "Quantity")


@school.get("/rounds/<uuid:round_id>/order/list")
@for_buyer
def order_list(round_id: Any) -> str:
    """Where a list is pasted or uploaded."""
    return _list_page(str(round_id))


@school.post("/rounds/<uuid:round_id>/order/list")
@for_buyer
def read_list(round_id: Any) -> str | tuple[str, int]:
    """The report on a list: what it would order, what not, and why. Changes nothing."""
    faults = Faults()
    sheet = _sheet(faults)
    if sheet is None:
        return _list_page(str(round_id), faults), 422
    asked: dict[str, Any] = {"rows": sheet.rows}
    if "quantity" in request.form:
        asked["columns"] = {name: as_whole(request.form.get(name, "")) for name in _COLUMNS}
    return _report_page(str(round_id), asked, sheet)


@school.get("/rounds/<uuid:round_id>/order/repeat")
@for_buyer
def repeat_order(round_id: Any) -> str:
    """The report on ordering once more what was ordered last time. Changes nothing."""
    return _report_page(str(round_id), {"repeat_last": True})


@school.post("/rounds/<uuid:round_id>/order/list/apply")
@for_buyer
def apply_list(round_id: Any) -> Response | tuple[str, int]:
    """Put the report's lines into the order: their quantities replace those of the same offers, the rest stays."""
    was, new = loaded(request.form.get("was", "")), loaded(request.form.get("lines", ""))
    lines = {**was.lines, **{offer_id: was.lines.get(offer_id, {}) | line for offer_id, line in new.lines.items()}}
    order, faults = Order(lines, was.head), Faults()
    with faults.of_service():
        put_order(str(round_id), order)
    if faults.code == "version_conflict":
        return show_merge(str(round_id), was, order), 409
    if faults:
        return _list_page(str(round_id), faults), faults.status
    count = len(new.lines)
    flash(f"{count:,} {'line is' if count == 1 else 'lines are'} in your order now. It is not sent yet.")
    return redirect(url_for("school.order_form", round_id=round_id), 303)


@school.get("/rounds/<uuid:round_id>/order/form.<any(xlsx, csv):suffix>")
@for_buyer
def form_file(round_id: Any, suffix: str) -> Response:
    """The form as a spreadsheet with a column for quantities, to be filled in elsewhere and uploaded."""
    form, book = read_form(str(round_id), order_path(str(round_id)))
    mine = {line["offer_id"]: line["quantity"] for line in form["lines"]}
    rows = [_offer_cells(book.offers[each["offer_id"]], each, mine) for each in form["standings"]]
    if suffix == "xlsx":
        answer = make_response(b"".join(table_as_xlsx("Order", _FORM_HEADINGS, rows, most_rows=len(rows))))
        answer.headers["Content-Type"] = XLSX
    else:
        written = io.StringIO()
        csv.writer(written).writerows([_FORM_HEADINGS, *([_plain(cell) for cell in row] for row in rows)])
        answer = make_response("\ufeff" + written.getvalue())
        answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="order-{form["round"]["number"]}.{suffix}"'
    return answer


@school.get("/rounds/<uuid:round_id>/order/decline")
@for_buyer
def decline_order(round_id: Any) -> str:
    """Whether the school really needs nothing this time."""
    return _decline_page(str(round_id))


@school.post("/rounds/<uuid:round_id>/order/decline")
@for_buyer
def declined_order(round_id: Any) -> Response | tuple[str, int]:
    """Say that the school needs nothing this time; what was saved stays, in case it changes its mind."""
    faults = Faults()
    with faults.of_service():
        etag = seen_version()
        upstream.post("orders", f"{order_path(str(round_id))}/decline", json={}, etag=etag)
    if faults:
        return _decline_page(str(round_id), faults), faults.status
    flash("Noted: nothing this time. You can still order until the round closes.")
    return redirect(url_for("school.home"), 303)


def _sheet(faults: Faults) -> Sheet | None:
    """The list that was uploaded or pasted; a fault, and None, if there is none or it cannot be read."""
    sent = request.files.get("file")
    content, text = (sent.read() if sent and sent.filename else b""), request.form.get("text", "")
    field = "file" if content else "text"
    try:
        sheet = read_file(content) if content else Sheet(read_text(text))
    except SheetUnreadable as fault:
        faults.add(str(fault), field)
        return None
    if any(cell for row in sheet.rows for cell in row):
        return sheet
    faults.add("This file holds nothing." if content else "Paste your list, or choose a file.", field)
    return None


def _list_page(round_id: str, faults: Faults | None = None) -> str:
    form, _ = read_form(round_id, order_path(round_id))
    return render_template(
        "school/order_list.html", round=form["round"], text=request.form.get("text", ""), faults=faults
    )


def _report_page(round_id: str, asked: Mapping[str, Any], sheet: Sheet | None = None) -> str:
    form, _ = read_form(round_id, order_path(round_id))
    report = upstream.post("orders", f"{order_path(round_id)}/lines-report", json=asked).json()
    carried = "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in sheet.rows) if sheet else ""
    empty = [left for left in report["left_out"] if left["reason"] == "no_quantity"]
    return render_template(
        "school/order_report.html",
        round=form["round"],
        version=form["order"]["version"],
        was=order_of(typing_of(form["order"], form["lines"])).dumped(),
        report=report,
        refused=[left for left in report["left_out"] if left["reason"] != "no_quantity"],
        empty=empty,
        lines=json.dumps(
            {"lines": [{name: line[name] for name in ("offer_id", "quantity")} for line in report["lines"]]}
        ),
        sheet=sheet,
        text=carried if len(carried) <= _LONGEST_CARRIED else "",
        headings=_headings(sheet),
    )


def _headings(sheet: Sheet | None) -> list[tuple[int, str]]:
    """The columns by place and name: their letters, and what stands in them first."""
    if sheet is None:
        return []
    width = max(map(len, sheet.rows), default=0)
    named = []
    for place in range(min(width, 26)):
        first = next((row[place] for row in sheet.rows if place < len(row) and row[place]), "")
        named.append((place, f"{chr(65 + place)}: {first[:40]}"))
    return named


def _decline_page(round_id: str, faults: Faults | None = None) -> str:
    form, _ = read_form(round_id, order_path(round_id))
    return render_template("school/order_decline.html", round=form["round"], order=form["order"], faults=faults)


def _offer_cells(offer: Mapping[str, Any], standing: Mapping[str, Any], mine: Mapping[str, int]) -> list[Cell]:
    texts = (offer["sku"], offer["name"], per_unit(offer["unit"]), offer["supplier_name"], offer["category_name"])
    return [*texts, Decimal(standing["unit_price"]), mine.get(offer["offer_id"])]


def _plain(cell: Cell) -> Cell:
    """A cell as CSV has it: text that is no formula, a price with as many decimals as it needs."""
    if isinstance(cell, Decimal):
        return price(cell).removeprefix("£").replace(",", "")
    return harmless(cell) if isinstance(cell, str) else cell
