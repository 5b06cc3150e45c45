"""A recurring service's period: from the school's subscription to its bill, its payment and the settled order."""

from typing import Any

import jsonschema
import pytest
from sqlalchemy import text

from chassis.actor import SERVICE
from contracts.events import schemas
from tests.billing.world import ASH, BEECH, MANAGER, ROUND, World, answered, payment_of, refused, seller_of
from tests.clients import Clients
from tests.orders.market import Market, school_body
from tests.orders.test_subscriptions import Services

TOLD = ("PurchaseOrderIssued", "DropIssued", "PurchaseOrderAcknowledged", "ReceiptRecorded")


class Both:
    """The orders service and billing, which hears what the first tells."""

    def __init__(self, clients: Clients) -> None:
        self.market = Market(clients)
        self.services = Services(self.market)
        self.world = World(clients)
        self._heard = 0
        for urn in (ASH, BEECH):
            self.market.hear(("SchoolRecorded", school_body(urn)))

    def tell(self) -> None:
        """Let billing hear what orders has told since the last time."""
        query = text("SELECT id, type, body FROM event_log WHERE id > :heard AND type = ANY (:told) ORDER BY id")
        with self.market.service.database.transaction(SERVICE) as connection:
            rows = connection.execute(query, {"heard": self._heard, "told": list(TOLD)}).all()
        self._heard = rows[-1].id if rows else self._heard
        self.world.tell(*[(row.type, row.body) for row in rows])

    def invoiced(self, order: dict[str, Any], number: str = "INV-1") -> dict[str, Any]:
        """The supplier invoices the order line by line, VAT by line."""
        lines = [
            {
                "order_line_no": line["line_no"],
                "quantity": 1,
                "unit_price": line["unit_price"],
                "net_pence": line["net_pence"],
                "vat_class": "S",
                "vat_rate": "20.00",
            }
            for line in order["lines"]
        ]
        vat = sum((line["net_pence"] + 2) // 5 for line in order["lines"])
        sent = {
            "number": number,
            "issue_date": "2026-11-23",
            "purchase_order_number": order["number"],
            "lines": lines,
            "net_pence": order["net_pence"],
            "vat_pence": vat,
            "gross_pence": order["net_pence"] + vat,
        }
        return answered(self.world.a(seller_of(order["supplier_id"])).post("/supplier-invoices", sent), 201)


@pytest.fixture
def both(service_client: Clients) -> Both:
    return Both(service_client)


def test_a_period_goes_from_the_subscription_to_paid_bills_to_the_penny(both: Both) -> None:
    """Domain example 13's last month: one school leaves on 15 October, the other stays."""
    market, services, world = both.market, both.services, both.world
    plan = services.plan(billing_period="quarter")
    services.join(plan, BEECH)
    services.ended(services.join(plan, ASH), "2026-11-30")
    services.run_until("2027-01-01")
    september, autumn = services.orders(plan)
    for order in (september, autumn):
        answered(market.answer(order))
        for drop in order["drops"]:
            answered(market.receive(order, drop["school_urn"], {drop["lines"][0]["line_no"]: 1}), 201)
    both.tell()
    both.invoiced(september)
    both.invoiced(autumn, "INV-2")

    bills = []
    for order in (september, autumn):
        sent = {"purchase_order_id": order["purchase_order_id"]}
        bills += answered(world.a(MANAGER).post("/bills", sent), 201)["items"]
        again = answered(world.a(MANAGER).post("/bills", sent), 201)
        assert again["items"] == []
    assert [(bill["number"], bill["school_urn"], bill["net_pence"]) for bill in bills] == [
        ("B-000001", ASH, 9863),
        ("B-000002", BEECH, 9863),
        ("B-000003", ASH, 20055),
        ("B-000004", BEECH, 30247),
    ]
    assert sum(bill["net_pence"] for bill in bills if bill["school_urn"] == ASH) == 29918
    first = bills[0]
    assert (first["title"], first["round_id"], first["round_title"], first["purchase_order_id"]) == (
        "Payroll bureau, 1 Sep to 30 Sep 2026",
        None,
        None,
        september["purchase_order_id"],
    )
    listed = answered(world.a(MANAGER).get(f"/bills?purchase_order_id={autumn['purchase_order_id']}"))["items"]
    assert [bill["number"] for bill in listed] == ["B-000003", "B-000004"]
    assert world.balances() == {"1100": sum(bill["gross_pence"] for bill in bills), "2100": -_gross(bills)}
    for (body,) in world.rows("SELECT body FROM event_log WHERE type = 'BillIssued'"):
        jsonschema.validate(body, schemas()["BillIssued", 2])
        assert {amount["category_code"] for amount in body["amounts"]} == {"payroll"}

    world.pay(*[payment_of(bill) for bill in bills])
    settled = world.rows("SELECT body ->> 'purchase_order_id' FROM event_log WHERE type = 'PurchaseOrderSettled'")
    assert {order_id for (order_id,) in settled} == {september["purchase_order_id"], autumn["purchase_order_id"]}


def test_only_the_school_that_has_not_confirmed_the_service_is_held(both: Both) -> None:
    market, services, world = both.market, both.services, both.world
    plan = services.plan()
    services.join(plan, ASH)
    services.join(plan, BEECH)
    services.run_until("2026-10-01")
    (order,) = services.orders(plan)
    answered(market.answer(order))
    answered(market.receive(order, ASH, {1: 1}), 201)
    both.tell()
    invoice = both.invoiced(order)
    assert {(match["school_urn"], match["state"]): match["reasons"] for match in invoice["matches"]} == {
        (ASH, "billable"): [],
        (BEECH, "held"): ["not_received"],
    }
    sent = {"purchase_order_id": order["purchase_order_id"]}
    (bill,) = answered(world.a(MANAGER).post("/bills", sent), 201)["items"]
    assert (bill["school_urn"], bill["net_pence"], bill["vat_pence"]) == (ASH, 9863, 1973)


def test_a_bill_is_of_a_round_or_of_a_services_order(both: Both) -> None:
    client = both.world.a(MANAGER)
    order = both.world.ordered()
    for sent in ({}, {"round_id": ROUND, "purchase_order_id": order.order_id}):
        refused(client.post("/bills", sent), 422, "validation_failed")
    refused(client.post("/bills", {"purchase_order_id": order.order_id}), 422, "unknown_service_order")


def test_a_true_up_reaches_the_schools_bill(both: Both) -> None:
    """Nine pupils more than were known when the year was charged: 9 × £4.20 come with the next month's bill."""
    market, services, world = both.market, both.services, both.world
    market.hear(("SchoolRecorded", school_body(ASH, pupils=271, pupils_on="2026-01-15", pupils_source="census")))
    plan = services.plan(driver="pupils", unit_price="4.2000")
    services.join(plan, ASH)
    services.run_until("2027-09-02")
    charged = sum(net[ASH] for net in services.nets(plan))
    market.hear(("SchoolRecorded", school_body(ASH, pupils=280, pupils_on="2026-09-01", pupils_source="recount")))
    services.run_until("2027-10-01")
    order = services.orders(plan)[-1]
    assert order["title"] == "Payroll bureau, 1 Sep to 30 Sep 2027"
    answered(market.answer(order))
    answered(market.receive(order, ASH, {1: 1}), 201)
    both.tell()
    both.invoiced(order)
    [bill] = answered(world.a(MANAGER).post("/bills", {"purchase_order_id": order["purchase_order_id"]}), 201)["items"]
    month = 9639  # 280 × £4.20 × 30 of 366 days
    assert (bill["school_urn"], bill["net_pence"]) == (ASH, month + 280 * 420 - charged)
    assert 280 * 420 - charged == 3780


def _gross(bills: list[dict[str, Any]]) -> int:
    return sum(bill["gross_pence"] for bill in bills)
