"""What was ordered, billed and is still committed: each amount once."""

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from tests.billing.world import ASH, BEECH, BOARD, FENWRIGHT, MANAGER, Line, Order, World, answered, buyer_of

PERIOD = "from_on=2026-11-01&to_on=2026-11-30"


def test_an_amount_is_committed_until_it_is_billed_and_never_both(world: World) -> None:
    """Ash ordered 40 boxes at £10 and received 38: £20 stay committed while its invoice is held, and £380 as well."""
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25}, "10.0000")]), received=False)
    assert _schools(world) == {"Ash Primary School": (40_000, 0, 40_000), "Beech School": (25_000, 0, 25_000)}
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    answered(world.invoice(order), 201)
    world.billed()
    assert _schools(world) == {"Ash Primary School": (40_000, 0, 40_000), "Beech School": (25_000, 25_000, 0)}
    report = answered(world.a(BOARD).get(f"/money-reports/spending?{PERIOD}"))
    assert report["sections"][1]["rows"][0]["category"] == "Stationery"
    assert report["sections"][2]["rows"][0]["why"] == f"spending?supplier_id={FENWRIGHT}"
    assert report["sections"][3]["rows"][0]["why"] == order.order_id
    for section in report["sections"]:
        sums = section["sums"]
        assert (sums["ordered_pence"], sums["billed_pence"], sums["committed_pence"]) == (65_000, 25_000, 40_000)
    totals = answered(world.a(MANAGER).get(f"/money-reports/supplier-totals?{PERIOD}"))
    assert [(each["school_urn"], each["ordered_pence"], each["invoiced_pence"]) for each in totals["items"]] == [
        (ASH, 40_000, 40_000),
        (BEECH, 25_000, 25_000),
    ]
    assert totals["paid"] == {}
    pdf = world.a(BOARD).get(f"/money-reports/spending.pdf?{PERIOD}")
    assert pdf.data.startswith(b"%PDF-")
    assert b"StructTreeRoot" in pdf.data
    assert world.a(buyer_of(ASH)).get("/money-reports/spending").status_code == 403


def test_a_category_has_its_name_of_the_chart_else_that_of_its_code(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40}, "10.0000"), Line({ASH: 3}, "5.0000")]))
    with world.database.database.transaction(SERVICE) as connection:
        for line_no, code in ((1, "it-licences"), (2, "musical-instruments")):
            to = {"code": code, "order": order.order_id, "line_no": line_no}
            connection.execute(
                text(
                    "UPDATE purchase_order_line SET category_code = :code"
                    " WHERE purchase_order_id = :order AND line_no = :line_no"
                ),
                to,
            )
    report = answered(world.a(BOARD).get(f"/money-reports/spending?{PERIOD}"))
    assert [row["category"] for row in report["sections"][1]["rows"]] == ["IT licences", "Musical instruments"]
    behind = answered(world.a(BOARD).get(f"/money-reports/spending/behind?{PERIOD}&category=it-licences"))
    assert {row["category"] for row in behind["sections"][0]["rows"]} == {"IT licences"}


def test_the_documents_behind_every_row_add_up_to_its_figures(world: World) -> None:
    """Orders, bills and a credit note: 2 of the 25 boxes that Beech was billed for are credited."""
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25}, "10.0000")]), received=False)
    other = world.ordered(Order([Line({ASH: 3}, "5.0000")], number="PO-000002"))
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    answered(world.invoice(order), 201)
    answered(world.invoice(other, "INV-0043"), 201)
    world.billed()
    report = answered(world.a(MANAGER).get(f"/money-reports/spending?{PERIOD}"))
    for section in report["sections"][:3]:
        assert section["why"] == "behind"
        for row in section["rows"]:
            narrowed = row["why"].partition("?")[2]
            first = answered(world.a(BOARD).get(f"/money-reports/spending/behind?{narrowed}&{PERIOD}&limit=1"))
            lines, part = list(first["sections"][0]["rows"]), first
            while part["next"]:
                path = f"/money-reports/spending/behind?{narrowed}&{PERIOD}&limit=1&after={part['next']}"
                part = answered(world.a(BOARD).get(path))
                lines += part["sections"][0]["rows"]
            for key in ("ordered_pence", "billed_pence", "committed_pence"):
                assert row[key] == first["sections"][0]["sums"][key] == sum(line[key] for line in lines)
            assert all(line["why"].partition(":")[0] in ("purchase_order", "bill") for line in lines)
    book = world.a(BOARD).get(f"/money-reports/spending/behind.xlsx?{PERIOD}")
    assert book.data.startswith(b"PK")
    assert world.a(buyer_of(ASH)).get(f"/money-reports/spending/behind?{PERIOD}").status_code == 403


def _schools(world: World) -> dict[str, tuple[int, int, int]]:
    report = answered(world.a(MANAGER).get(f"/money-reports/spending?{PERIOD}"))
    return {
        row["school_name"]: (row["ordered_pence"], row["billed_pence"], row["committed_pence"])
        for row in report["sections"][0]["rows"]
    }


@pytest.mark.parametrize("asked", ["school_urn=2147483648", "school_urn=-1", "category=a%00b", "to_on=0001-06-01"])
def test_what_no_figure_can_be_narrowed_to_is_refused(world: World, asked: str) -> None:
    for suffix in ("", ".xlsx"):
        answer = world.a(BOARD).get(f"/money-reports/spending/behind{suffix}?{asked}")
        assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_failed")


def test_sections_asked_for_together_are_those_of_the_reports(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25}, "10.0000")]))
    answered(world.invoice(order), 201)
    world.billed()
    board = world.a(BOARD)
    parts = ("spending.1", "aged-debt.0", "spending.0", "position.0", "ledger.0", "fund.0")
    asked = "&".join(f"part={part}" for part in parts)
    told = answered(board.get(f"/money-reports?{asked}&{PERIOD}"))["sections"]
    category, debt, school, position, ledger, fund = told
    spending = answered(board.get(f"/money-reports/spending?{PERIOD}"))["sections"]
    assert [school, category] == spending[:2]
    assert [debt] == answered(board.get("/reports/aged-debt"))["sections"]
    desk = {each["name"]: (each["count"], each["pence"]) for each in answered(board.get("/reports/desk"))["items"]}
    counted = {row["why"]: (row["count"], row["pence"]) for row in position["rows"]}
    assert counted.items() <= desk.items()
    assert "invoices_held" in counted
    balances = answered(board.get("/reports/trial-balance"))["items"]
    assert [(row["why"], row["debit_pence"], row["credit_pence"]) for row in ledger["rows"]] == [
        (each["account"], each["debit_pence"], each["credit_pence"]) for each in balances
    ]
    assert fund["rows"] == []
    assert board.get("/money-reports?part=gossip.0").status_code == 404
    assert board.get("/money-reports").status_code == 422
    assert world.a(buyer_of(ASH)).get("/money-reports?part=ledger.0").status_code == 403
