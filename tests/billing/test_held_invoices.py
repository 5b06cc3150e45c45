"""Which invoices are held and for whom, at once for a whole list; a supplier sees its own."""

from tests.billing.world import (
    ASH,
    BEECH,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    seller_of,
)


def test_a_held_invoice_names_the_school_and_what_is_short(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25})]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    answered(world.invoice(order), 201)
    (held,) = answered(world.a(seller_of(FENWRIGHT)).get("/held-invoices"))["items"]
    (line,) = held["held"]
    assert (held["lines"], line["school_urn"], line["unit"], line["reasons"]) == (1, ASH, "XBX", ["quantity_short"])
    assert (line["quantity_ordered"], line["quantity_received"], line["quantity_invoiced"]) == (40, 38, 40)
    assert answered(world.a(MANAGER).get("/held-invoices"))["items"] == [held]
    assert answered(world.a(seller_of(OAKDALE)).get("/held-invoices"))["items"] == []
    assert world.a(buyer_of(ASH)).get("/held-invoices").status_code == 403
