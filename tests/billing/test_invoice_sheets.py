"""Invoices as spreadsheets: taken filled in from what was received, sent back, and refused by their cells."""

import csv
import io
from typing import Any

from chassis.sheets import read_file
from tests.billing.test_vat_by_school import SHARES, told
from tests.billing.world import ASH, BEECH, FENWRIGHT, OAKDALE, Line, Order, World, answered, refused, seller_of
from tests.workbooks import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SELLER = seller_of(FENWRIGHT)
BOOKS = Line({ASH: 2}, "4.0000", "Z", sku="=BOOKS")


def template(world: World, order: Order, suffix: str = "xlsx") -> list[list[str]]:
    response = world.a(SELLER).get(f"/supplier-invoices/templates/{order.order_id}.{suffix}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return read_file(response.get_data()).rows


def send(world: World, rows: list[list[str]], media_type: str = XLSX) -> Any:
    if media_type == XLSX:
        content = workbook({"Invoice": rows})
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        content = text.getvalue().encode()
    return world.a(SELLER).post("/supplier-invoices", data=content, content_type=media_type)


def fill(rows: list[list[str]], **cells: str) -> list[list[str]]:
    """The rows with cells changed by their names: `B3="INV-7"`."""
    filled = [list(row) + [""] * (11 - len(row)) for row in rows]
    for name, value in cells.items():
        filled[int(name[1:]) - 1][ord(name[0]) - 65] = value
    return filled


def test_the_sheet_comes_back_as_it_was_filled_in_and_is_matched(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 34, BEECH: 68}), BOOKS]))
    rows = template(world, order)
    assert [row[:2] for row in rows[:2]] == [["Purchase order", "PO-000001"], ["Document", "Invoice"]]
    assert [rows[place][1] for place in (7, 8, 9)] == ["1124.9", "223.38", "1348.28"]
    assert rows[12][:8] == ["1", "PAP-A4-80", "Item 1", "XBX", "102", "102", "102", "10.95"]
    assert rows[13][1] == "'=BOOKS"
    for media_type, number in ((XLSX, "INV-1"), ("text/csv", "INV-2")):
        invoice = answered(send(world, fill(rows, B3=number), media_type), 201)
        assert (invoice["gross_pence"], invoice["original_type"]) == (134828, media_type)
    assert template(world, order, "csv")[12][6] == "0"


def test_only_what_was_received_is_filled_in(world: World) -> None:
    order = world.ordered(received=False)
    world.tell(order.receipt(ASH, line_1=30))
    rows = template(world, order)
    assert rows[12][4:7] == ["102", "30", "30"]


def test_a_schools_share_of_a_charge_has_a_price_that_is_read_again(world: World) -> None:
    order = Order(lines=[], number="PO-000009")
    world.tell(*told(order))
    path = f"/supplier-invoices/templates/{order.order_id}.csv"
    rows = read_file(world.a(SELLER).get(path, query_string={"school_urn": ASH}).get_data()).rows
    assert rows[12][6:9] == ["1", "6661.7900", "S"]
    assert answered(send(world, fill(rows, B3="INV-1"), "text/csv"), 201)["net_pence"] == SHARES[ASH]


def test_signs_that_no_document_can_hold_are_left_out(world: World) -> None:
    rows = fill(template(world, world.ordered()), B3="INV-\x017", C13="Copier\x1b paper")
    made = answered(send(world, rows, "text/csv"), 201)
    assert (made["number"], made["lines"][0]["name"]) == ("INV- 7", "Copier  paper")


def test_a_credit_note_is_typed_with_positive_figures(world: World) -> None:
    order = world.ordered()
    rows = template(world, order)
    answered(send(world, fill(rows, B3="INV-1")), 201)
    cells = {"B2": "Credit note", "B3": "CN-1", "B6": "INV-1", "B8": "21.90", "B9": "4.38", "B10": "£26.28", "G13": "2"}
    credit = answered(send(world, fill(rows, **cells)), 201)
    assert (credit["kind"], credit["credits"], credit["gross_pence"]) == ("credit_note", ["INV-1"], -2628)


def test_every_faulty_cell_is_told_and_nothing_is_kept(world: World) -> None:
    rows = template(world, world.ordered())
    before = world.everything()
    wrong = fill(rows, B3="", B4="31/02/2026", B8="12.345", G13="two", H13="10,95", I13="X")
    problem = refused(send(world, wrong), 422, "invoice_unreadable")
    assert {error["field"] for error in problem["errors"]} == {"B3", "B4", "B8", "G13"}
    wrong = fill(rows, B3="INV-1", G13="3", H13="10,95", I13="X")
    problem = refused(send(world, wrong), 422, "invoice_unreadable")
    assert {error["field"] for error in problem["errors"]} == {"H13", "I13"}
    problem = refused(send(world, fill(rows, B3="INV-1", G13="100")), 422, "invoice_arithmetic")
    assert {error["field"] for error in problem["errors"]} == {"B8", "B9"}
    problem = refused(send(world, fill(rows, B3="INV-1", A13="9")), 422, "unknown_order_line")
    assert problem["errors"] == [{"field": "A13", "message": "Cell A13: PO-000001 has no line 9."}]
    problem = refused(send(world, fill(rows, B3="7" * 61)), 422, "invoice_unreadable")
    assert problem["errors"] == [{"field": "B3", "message": "Cell B3: “Number” is longer than 60 characters."}]
    refused(send(world, [["nothing"]]), 422, "invoice_unreadable")
    assert world.everything() == before


def test_another_supplier_gets_no_sheet(world: World) -> None:
    order = world.ordered()
    path = f"/supplier-invoices/templates/{order.order_id}.xlsx"
    refused(world.a(seller_of(OAKDALE)).get(path), 404, "not_found")
