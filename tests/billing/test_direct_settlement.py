"""Contracts settled directly: the supplier makes an invoice out to each school, and Bursar shows it as its bill."""

from typing import Any

import pytest

from tests.billing.world import (
    ASH,
    BEECH,
    CEDAR,
    CONTRACT,
    FENWRIGHT,
    MANAGER,
    OAKDALE,
    ROUND,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    invoice_form,
    refused,
    seller_of,
)

WANTED = {ASH: 91, BEECH: 153, CEDAR: 271}
NETS = {ASH: 21805, BEECH: 36662, CEDAR: 64936}
VATS = {ASH: 4361, BEECH: 7332, CEDAR: 12987}


@pytest.fixture
def direct(world: World) -> World:
    """A world whose contract is settled directly."""
    contract = {"contract_id": CONTRACT, "supplier_id": FENWRIGHT, "title": "Energy", "reference": "C-1"}
    world.tell(("ContractRecorded", contract | {"settlement": "direct"}))
    return world


def an_order(world: World, **options: Any) -> Order:
    return world.ordered(Order([Line(WANTED, "2.3962")]), **options)


def invoice_to(order: Order, urn: int, **changed: Any) -> dict[str, Any]:
    """The supplier's invoice made out to one school for what it ordered."""
    net, vat = NETS[urn], VATS[urn]
    sent = invoice_form(order, f"INV-{urn}")
    sent["lines"][0] |= {"quantity": WANTED[urn], "net_pence": net}
    return sent | {"buyer_urn": urn, "net_pence": net, "vat_pence": vat, "gross_pence": net + vat} | changed


def send(world: World, sent: dict[str, Any]) -> Any:
    return world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent)


def bills_of(world: World, urn: int) -> list[dict[str, Any]]:
    return list(answered(world.a(buyer_of(urn)).get("/bills"))["items"])


def test_example_8_three_separate_bills_carry_the_vat_of_three_invoices(direct: World) -> None:
    order = an_order(direct)
    for urn in WANTED:
        answered(send(direct, invoice_to(order, urn)), 201)
    bills = [bill for urn in WANTED for bill in bills_of(direct, urn)]
    assert [(bill["school_urn"], bill["net_pence"], bill["vat_pence"]) for bill in bills] == [
        (ASH, 21805, 4361),
        (BEECH, 36662, 7332),
        (CEDAR, 64936, 12987),
    ]
    assert {(bill["state"], bill["settlement"], bill["pay_to"]) for bill in bills} == {
        ("pay_supplier", "direct", "Fenwright Paper")
    }
    assert [(bill["number"], bill["payment_reference"]) for bill in bills] == [
        ("DB-000001", "INV-900001"),
        ("DB-000002", "INV-900002"),
        ("DB-000003", "INV-900003"),
    ]


def test_nothing_is_owed_to_or_by_the_alliance(direct: World) -> None:
    order = an_order(direct)
    for urn in WANTED:
        answered(send(direct, invoice_to(order, urn)), 201)
    assert answered(direct.a(MANAGER).post("/bills", {"round_id": ROUND}), 201)["items"] == []
    assert direct.rows("SELECT FROM entry") == direct.rows("SELECT FROM bill") == []
    account = answered(direct.a(buyer_of(ASH)).get(f"/accounts/{ASH}"))
    assert (account["items"], account["balance_pence"]) == ([], 0)
    assert [(bill["number"], bill["gross_pence"]) for bill in account["pay_suppliers"]] == [("DB-000001", 26166)]
    assert direct.rows("SELECT count(*) FROM event_log WHERE type = 'PurchaseOrderSettled'") == [(1,)]


def test_a_school_sees_its_bill_with_what_is_held_and_nobody_elses(direct: World) -> None:
    order = an_order(direct, received=False)
    direct.tell(order.receipt(ASH, line_1=89), order.receipt(BEECH))
    for urn in (ASH, BEECH):
        answered(send(direct, invoice_to(order, urn)), 201)
    (bill,) = bills_of(direct, ASH)
    assert bill["state"] == "held"
    (line,) = answered(direct.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))["lines"]
    assert (line["quantity"], line["state"], line["reasons"]) == (91, "held", ["quantity_short"])
    (other,) = bills_of(direct, BEECH)
    assert other["state"] == "pay_supplier"
    refused(direct.a(buyer_of(ASH)).get(f"/bills/{other['bill_id']}"), 404, "not_found")
    assert [each["number"] for each in answered(direct.a(MANAGER).get("/bills"))["items"]] == ["DB-000001", "DB-000002"]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"buyer_urn": None}, 422, "wrong_buyer"),
        ({"buyer_urn": 900009}, 422, "wrong_buyer"),
        ({"purchase_order_number": "PO-999999"}, 422, "no_order"),
    ],
    ids=["no buyer", "not on the order", "no order"],
)
def test_an_invoice_to_the_wrong_buyer_or_without_an_order_is_refused(
    direct: World, changed: dict[str, Any], status: int, code: str
) -> None:
    order = an_order(direct)
    before = direct.everything()
    refused(send(direct, invoice_to(order, ASH, **changed)), status, code)
    assert direct.everything() == before


def test_a_line_for_another_school_is_refused(direct: World) -> None:
    sent = invoice_to(an_order(direct), ASH)
    sent["lines"][0]["school_urn"] = BEECH
    assert [fault["field"] for fault in refused(send(direct, sent), 422, "wrong_buyer")["errors"]] == [
        "lines.0.school_urn"
    ]


def test_an_invoice_through_the_alliance_is_not_made_out_to_a_school(world: World) -> None:
    order = an_order(world)
    refused(send(world, invoice_to(order, ASH)), 422, "wrong_buyer")
    other = seller_of(OAKDALE)
    refused(world.a(other).post("/supplier-invoices", invoice_to(order, ASH)), 422, "no_order")
