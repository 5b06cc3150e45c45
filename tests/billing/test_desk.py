"""What waits in the books, as the alliance's home counts it."""

from sqlalchemy import text

from chassis.actor import SERVICE
from tests.billing.documents import entry
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    CEDAR,
    FENWRIGHT,
    MANAGER,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    invoice_form,
    payment_of,
    seller_of,
)


def test_the_desk_counts_what_waits_and_forgets_what_is_done(world: World) -> None:
    """Ash received 38 of 40 boxes at £10: its share of the invoice is held, Beech's is billed, then paid."""
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25}, "10.0000")]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    assert _desk(world)["invoices_held"] == (0, 0)
    answered(world.invoice(order), 201)
    desk = _desk(world)
    listed = answered(world.a(BOARD).get("/received-not-invoiced"))["items"]
    assert desk["received_not_invoiced"] == (len(listed), sum(item["net_pence"] for item in listed))
    assert desk["invoices_held"] == (1, 48_000)
    assert desk["lines_to_decide"] == (1, 40_000), "without VAT, as on the workbench"
    assert desk["credit_claims"] == (1, 2_400)
    assert desk["ready_to_bill"] == (1, 30_000)
    assert desk["supplier_invoices_open"] == (1, 78_000)
    [ready] = answered(world.a(BOARD).get("/bills/ready"))["items"]
    assert (ready["schools_to_bill"], ready["bill_pence"]) == desk["ready_to_bill"]
    (bill,) = world.billed()
    assert _desk(world)["bills_open"] == (1, 30_000)
    world.pay(entry("12.34", "no idea", name="Somebody"), payment_of(bill))
    desk = _desk(world)
    assert desk["bank_lines_unmatched"] == desk["bank_money_in"] == (1, 1_234)
    assert desk["bank_money_out"] == (0, 0)
    assert (desk["bills_open"], desk["ready_to_bill"]) == ((0, 0), (0, 0))


def test_the_desk_counts_held_lines_as_the_workbench_lists_them(world: World) -> None:
    """Ash and Beech got too little, Cedar has recorded nothing yet; the line of Beech is then disputed."""
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25, CEDAR: 10}, "10.0000")]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH, line_1=20))
    invoice_id = answered(world.invoice(order), 201)["supplier_invoice_id"]
    path = f"/supplier-invoices/{invoice_id}/matches/1/{BEECH}/dispute"
    answered(world.a(MANAGER).post(path, {"reason": "Five are missing."}))
    desk = _desk(world)
    for name, show in (("to_decide", "to_decide"), ("awaiting_receipts", "awaiting"), ("disputed", "decided")):
        listed = answered(world.a(BOARD).get(f"/open-matches?show={show}"))["items"]
        assert desk[f"lines_{name}"] == (1, listed[0]["net_pence"])
        assert len(listed) == 1
    assert desk["invoices_held"] == (1, 90_000)
    claims = answered(world.a(BOARD).get("/credit-claims"))["items"]
    asked = sum(claim["net_pence"] + claim["vat_pence"] for claim in claims)
    assert desk["credit_claims"] == (len(claims), asked) == (2, 8_400), "a claim for each school of a line"


def test_what_a_supplier_credits_is_no_longer_open(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25}, "10.0000")]))
    world.invoiced(order, "INV-1")
    world.billed()
    assert _desk(world)["supplier_invoices_open"] == (1, 78_000)
    for number, quantity, left in (("CR-1", 2, (1, 75_600)), ("CR-2", 38, (1, 30_000))):
        credit = invoice_form(Order([Line({ASH: quantity}, "10.0000")], order_id=order.order_id), number)
        credit["lines"][0]["school_urn"] = ASH
        sent = {**credit, "kind": "credit_note", "credits": ["INV-1"]}
        answered(world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent), 201)
        assert _desk(world)["supplier_invoices_open"] == left
        assert _desk(world)["ready_to_credit"] == (1, 78_000 - left[1])
        owed = answered(world.a(MANAGER).get("/open-items?purpose=general"))["items"]
        assert sum(item["open_pence"] for item in owed if item["kind"] == "supplier_invoice") == -left[1]


def test_the_desk_is_the_alliances(world: World) -> None:
    for actor in (buyer_of(ASH), seller_of(FENWRIGHT)):
        assert world.a(actor).get("/reports/desk").status_code == 403


def test_the_desk_says_up_to_when_the_books_are_closed(world: World) -> None:
    assert answered(world.a(BOARD).get("/reports/desk"))["closed_to"] is None
    with world.database.database.transaction(SERVICE) as connection:
        connection.execute(text("INSERT INTO period (month, state) VALUES ('2026-10-01', 'closed')"))
    assert answered(world.a(BOARD).get("/reports/desk"))["closed_to"] == "2026-10-31"


def _desk(world: World) -> dict[str, tuple[int, int]]:
    items = answered(world.a(BOARD).get("/reports/desk"))["items"]
    return {item["name"]: (item["count"], item["pence"]) for item in items}
