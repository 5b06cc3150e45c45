"""A line is taken off an unpaid bill by a credit note, is decided anew, and is billed again."""

from typing import Any

import pytest

from tests.billing.test_credit_notes import Credit, credit
from tests.billing.test_disputes_and_accounts import dispute
from tests.billing.test_workbench import bench, decide, short
from tests.billing.world import (
    ASH,
    BEECH,
    CEDAR,
    FENWRIGHT,
    MANAGER,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    payment_of,
    refused,
    seller_of,
)


def line_of(world: World, invoice_id: str, urn: int = ASH) -> dict[str, Any]:
    (match,) = [match for match in world.shown(invoice_id)["matches"] if match["school_urn"] == urn]
    return match


def notes(world: World) -> list[dict[str, Any]]:
    return list(answered(world.a(MANAGER).get("/credit-notes"))["items"])


def bill_of(world: World, urn: int) -> dict[str, Any]:
    """What is issued to a school now, billing the whole round."""
    (bill,) = [bill for bill in world.billed() if bill["school_urn"] == urn]
    return bill


def test_what_was_released_by_mistake_comes_off_the_bill_and_is_billed_again(world: World) -> None:
    invoice_id = short(world, "INV-1", (ASH,))
    held = line_of(world, invoice_id)
    decide(world, "accept", (invoice_id, 1, ASH))
    bill = bill_of(world, ASH)
    before = world.balances()
    others = [answered(world.a(MANAGER).get(f"/accounts/{urn}")) for urn in (BEECH, CEDAR)]
    line = line_of(world, invoice_id)
    assert (line["on_bill_number"], line["stays_why"]) == (bill["number"], None)
    assert decide(world, "withdraw", (invoice_id, 1, ASH)) == {"done": 1, "refused": []}
    assert {**line_of(world, invoice_id), "decisions": []} == {**held, "decisions": []}, "as before the decision"
    assert bench(world, "to_decide") == [("INV-1", ASH, "held")]
    (note,) = notes(world)
    assert (note["bill_number"], note["gross_pence"]) == (bill["number"], bill["gross_pence"])
    assert note["title"] == f"{bill['title']}: Agreed by telephone"
    off = world.balances()
    assert off.get("1100", 0) == before["1100"] - bill["gross_pence"]
    assert off["5100"] == before["5100"] + bill["net_pence"]
    seen = answered(world.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))
    assert (seen["state"], seen["credited_pence"]) == ("credited", bill["gross_pence"])
    assert [line["taken_off"] for line in seen["lines"]] == [True]
    assert [answered(world.a(MANAGER).get(f"/accounts/{urn}")) for urn in (BEECH, CEDAR)] == others
    decide(world, "accept", (invoice_id, 1, ASH))
    again = bill_of(world, ASH)
    assert (again["number"] != bill["number"], again["gross_pence"]) == (True, bill["gross_pence"])
    assert (world.balances(), notes(world)) == (before, [note])


def test_of_a_bill_only_the_disputed_line_comes_off_and_waits(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 10, BEECH: 10}), Line({ASH: 4}, "2.5000")]))
    invoice_id = world.invoiced(order)["supplier_invoice_id"]
    bill = bill_of(world, ASH)
    decide(world, "dispute", (invoice_id, 2, ASH))
    (note,) = notes(world)
    assert (note["net_pence"], note["vat_pence"]) == (1000, 200)
    (line,) = answered(world.a(buyer_of(ASH)).get(f"/credit-notes/{note['credit_note_id']}"))["lines"]
    assert (line["bill_line_no"], line["quantity"]) == (2, 4)
    states = {(each["line_no"], each["school_urn"]): each["state"] for each in world.shown(invoice_id)["matches"]}
    assert states == {(1, ASH): "billed", (1, BEECH): "billed", (2, ASH): "held"}
    assert world.billed() == [], "a disputed line waits"
    assert world.shown(invoice_id)["answer"] == "under_query"
    world.pay(payment_of(bill, less=note["gross_pence"]))
    assert answered(world.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))["state"] == "paid"
    refused(
        world.a(buyer_of(ASH)).post(f"/bills/{bill['bill_id']}/disputes", {"line_no": 2, "why": "x"}),
        422,
        "line_not_disputable",
    )
    decide(world, "withdraw", (invoice_id, 2, ASH))
    assert [(each["school_urn"], each["net_pence"]) for each in world.billed()] == [(ASH, 1000)]


@pytest.mark.parametrize("stays", ["paid", "credited", "disputed"])
def test_a_line_stays_on_a_bill_that_is_paid_credited_or_disputed(world: World, stays: str) -> None:
    order = world.ordered(Order([Line({ASH: 10, BEECH: 10})]))
    invoice_id = world.invoiced(order)["supplier_invoice_id"]
    bill = bill_of(world, ASH)
    if stays == "paid":
        world.pay(payment_of(bill))
    elif stays == "credited":
        credit(world, order, Credit(1, school_urn=ASH))
    else:
        dispute(world, bill)
    assert line_of(world, invoice_id)["stays_why"] == stays
    before = world.everything()
    for decision in ("dispute", "withdraw"):
        (fault,) = decide(world, decision, (invoice_id, 1, ASH))["refused"]
        assert (fault["code"], bill["number"] in fault["detail"]) == ("match_billed", True)
    assert {name: rows for name, rows in world.everything().items() if rows != before[name]}.keys() <= {
        "idempotency_key"
    }


def test_nothing_comes_off_a_bill_of_a_month_that_is_closed(world: World) -> None:
    invoice_id = short(world, "INV-1", ())
    world.billed()
    world.rows("INSERT INTO period (month, state) VALUES (date_trunc('month', now()), 'closed') RETURNING month")
    (fault,) = decide(world, "dispute", (invoice_id, 1, ASH))["refused"]
    assert (fault["code"], fault["detail"].startswith("This was billed on ")) == ("period_closed", True)


def test_a_supplier_sees_nothing_of_bills_on_its_invoice(world: World) -> None:
    invoice_id = short(world, "INV-1", ())
    world.billed()
    seen = answered(world.a(seller_of(FENWRIGHT)).get(f"/supplier-invoices/{invoice_id}"))
    assert {(match["on_bill_id"], match["on_bill_number"]) for match in seen["matches"]} == {(None, None)}
