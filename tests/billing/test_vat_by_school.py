"""Bills carry the VAT that each school's part of an order carries (domain.md §3, example 9)."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from tests.billing.world import ASH, BEECH, CEDAR, CONTRACT, FENWRIGHT, MANAGER, Order, World, answered, seller_of

CERTIFIED = {"vat": {"vat_class": "S", "reduced": True, "certificate": "VAT 7"}}
SHARES = {ASH: 6_661_79, BEECH: 3_855_77, CEDAR: 12_939_22}
VAT = {ASH: 1_332_36, BEECH: 192_79, CEDAR: 646_96}


def told(
    order: Order, shares: Mapping[int, int] = SHARES, certified: Collection[int] = (BEECH, CEDAR)
) -> list[tuple[str, dict[str, Any]]]:
    """An order of a charge that schools bear in these shares, net pence; of some at the reduced rate."""
    net = sum(shares.values())
    line = {"line_no": 1, "kind": "charge", "offer_id": None, "sku": "ENERGY", "name": "Energy", "unit": "C62",
            "category_code": "energy", "ledger_code": "E16", "vat_class": "S", "unit_price": f"{net / 100:.4f}",
            "quantity": 1, "net_pence": net}  # fmt: skip
    issued = {"purchase_order_id": order.order_id, "number": order.number, "round_id": order.round_id,
              "round_number": "R-0001", "round_title": "Energy", "title": "Energy", "plan_id": None,
              "service_from": None, "service_to": None, "contract_id": CONTRACT, "supplier_id": FENWRIGHT,
              "issued_at": "2026-11-20T16:00:00Z", "lines": [line]}  # fmt: skip
    drops = [
        {
            "purchase_order_id": order.order_id,
            "school_urn": urn,
            "tax_point": "2026-11-23",
            "lines": [{"line_no": 1, "quantity": 0, "net_pence": net, **(CERTIFIED if urn in certified else {})}],
        }
        for urn, net in shares.items()
    ]
    accepted = {"purchase_order_id": order.order_id, "answer": "accepted", "reason": None}
    return [("PurchaseOrderIssued", issued), *(("DropIssued", drop) for drop in drops),
            ("PurchaseOrderAcknowledged", accepted)]  # fmt: skip


def parts(*amounts: tuple[int, str]) -> dict[str, Any]:
    """An invoice of parts of the charge, each (net pence, rate)."""
    lines = [
        {"order_line_no": 1, "quantity": 1, "unit_price": f"{net / 100:.4f}", "vat_class": "S", "vat_rate": rate}
        for net, rate in amounts
    ]
    net, vat = sum(net for net, _ in amounts), sum(round(net * float(rate) / 100) for net, rate in amounts)
    return {"number": "E-9", "issue_date": "2026-11-30", "purchase_order_number": "PO-000009", "lines": lines,
            "net_pence": net, "vat_pence": vat, "gross_pence": net + vat}  # fmt: skip


@pytest.fixture
def order(world: World) -> Order:
    order = Order(lines=[], number="PO-000009")
    world.tell(*told(order))
    return order


def test_each_rate_of_an_invoice_is_of_the_schools_that_carry_it(world: World, order: Order) -> None:
    sent = parts((6_661_79, "20.00"), (16_794_99, "5.00"))
    made = answered(world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent), 201)
    assert {match["state"] for match in made["matches"]} == {"billable"}
    bills = {bill["school_urn"]: bill for bill in world.billed()}
    assert {urn: bill["net_pence"] for urn, bill in bills.items()} == SHARES
    assert {urn: bill["vat_pence"] for urn, bill in bills.items()} == VAT
    whole = answered(world.a(MANAGER).get(f"/bills/{bills[BEECH]['bill_id']}"))
    assert whole["vat_totals"] == [{"vat_class": "S", "vat_rate": "5.00", "net_pence": 3_855_77, "vat_pence": 192_79}]
    assert whole["lines"][0]["vat_rate"] == "5.00"


def test_a_school_with_a_certificate_is_held_at_the_standard_rate_and_the_other_is_not(
    world: World, order: Order
) -> None:
    made = answered(world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", parts((23_456_78, "20.00"))), 201)
    assert {match["school_urn"]: match["reasons"] for match in made["matches"]} == {
        ASH: [],
        BEECH: ["vat"],
        CEDAR: ["vat"],
    }
    assert [(bill["school_urn"], bill["vat_pence"]) for bill in world.billed()] == [(ASH, 1_332_36)]
