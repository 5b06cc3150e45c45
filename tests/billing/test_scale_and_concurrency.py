"""All schools of a large authority at once, and several people at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backends import ServiceDatabase
from tests.billing.documents import camt
from tests.billing.world import ASH, BEECH, CEDAR, MANAGER, ROUND, Line, Order, World, answered, payment_of
from tests.clients import Clients

SCHOOLS = range(100001, 100592)


def at_once(count: int, action: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(action, range(count)))


def test_591_schools_and_20_lines_are_billed_to_the_penny(world: World) -> None:
    names = [
        ("SchoolRecorded", {"urn": urn, "name": f"School {urn}", "joined_on": "2024-09-01", "left_on": None})
        for urn in SCHOOLS
    ]
    lines = [
        Line({urn: (urn + number) % 7 + 1 for urn in SCHOOLS}, f"{number + 1}.{number:02d}49", sku=f"S{number}")
        for number in range(20)
    ]
    world.tell(*names)
    order = world.ordered(Order(lines))
    invoice = world.invoiced(order)
    assert (invoice["match_count"], len(invoice["matches"]), invoice["state"]) == (591 * 20, 0, "matched")
    bills = world.billed()
    assert [bill["school_urn"] for bill in bills] == list(SCHOOLS)
    assert sum(bill["net_pence"] for bill in bills) == invoice["net_pence"]
    assert sum(bill["vat_pence"] for bill in bills) == invoice["vat_pence"]
    assert world.rows("SELECT count(*) FROM bill_line") == [(591 * 20,)]
    assert world.pay(*[payment_of(bill) for bill in bills])["posted"] == 591
    assert world.balances() == {"1200": invoice["gross_pence"], "2100": -invoice["gross_pence"]}
    assert world.rows("SELECT count(*) FROM event_log WHERE type = 'PurchaseOrderSettled'") == [(1,)]


def test_two_managers_billing_at_once_bill_once(world: World) -> None:
    world.invoiced(world.ordered())
    answers = at_once(4, lambda _: world.a(MANAGER).post("/bills", {"round_id": ROUND}))
    assert sorted(len(answered(answer, 201)["items"]) for answer in answers) == [0, 0, 0, 2]
    assert world.rows("SELECT count(*), sum(net_pence) FROM bill") == [(2, 111690)]


def test_one_invoice_number_sent_at_once_is_registered_once(world: World) -> None:
    order = world.ordered()
    spellings = ("INV-42", "inv-42", "INV-0042", "INV - 42")
    answers = at_once(4, lambda index: world.invoice(order, spellings[index]))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert world.balances()["2100"] == -134028


def test_one_statement_imported_at_once_is_posted_once(world: World) -> None:
    world.invoiced(world.ordered())
    content = camt(*[payment_of(bill) for bill in world.billed()])
    answers = at_once(4, lambda _: world.upload(content))
    assert sorted(answered(answer, 201)["posted"] for answer in answers) == [0, 0, 0, 2]
    assert world.balances() == {"1200": 134028, "2100": -134028}


def test_receipts_and_billing_at_once_leave_nothing_behind(world: World) -> None:
    order = world.ordered(received=False)
    world.tell(order.receipt(ASH))
    world.invoiced(order)

    def receive_or_bill(index: int) -> None:
        if index:
            answered(world.a(MANAGER).post("/bills", {"round_id": ROUND}), 201)
        else:
            world.tell(order.receipt(BEECH))

    at_once(4, receive_or_bill)
    world.billed()
    assert world.rows("SELECT count(*), sum(net_pence) FROM bill") == [(2, 111690)]
    assert "5100" not in world.balances()


@pytest.fixture(scope="module")
def orders(module_databases: Callable[[str], ServiceDatabase]) -> tuple[World, Any]:
    """A world for many small purchase orders, and the numbers that they get."""
    return World(Clients(module_databases)), iter(range(1, 1_000_000))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bills_and_clearing_always_make_up_the_invoices(orders: tuple[World, Any], data: st.DataObject) -> None:
    """Whatever was ordered, received and invoiced at whatever price: no penny appears or is lost."""
    world, numbers = orders
    number = next(numbers)
    wanted = data.draw(st.dictionaries(st.sampled_from([ASH, BEECH, CEDAR]), st.integers(1, 50), min_size=1))
    line = Line(wanted, f"{data.draw(st.integers(0, 40))}.{data.draw(st.integers(0, 9999)):04d}")
    order = world.ordered(Order([line], number=f"PO-{number:06d}"), received=False)
    for urn, ordered in wanted.items():
        if data.draw(st.booleans()):
            world.tell(order.receipt(urn, line_1=data.draw(st.integers(0, ordered + 2))))
    sent = Order([Line({ASH: data.draw(st.integers(1, 160))}, line.unit_price)], number=order.number)
    answered(world.invoice(sent, f"INV-{number}"), 201)
    world.billed()
    owed, net, vat = world.rows("SELECT sum(gross_pence), sum(net_pence), sum(vat_pence) FROM supplier_invoice")[0]
    billed = world.rows("SELECT coalesce(sum(net_pence), 0), coalesce(sum(vat_pence), 0) FROM bill")[0]
    balances = world.balances()
    assert net - billed[0] == balances.get("5100", 0) >= 0
    assert vat - billed[1] == balances.get("5110", 0) >= 0
    assert balances.get("2100", 0) == -owed
    assert sum(balances.values()) == 0
    assert world.rows("SELECT entry_id FROM entry_line GROUP BY 1 HAVING sum(debit_pence) <> sum(credit_pence)") == []
    beyond = (
        "SELECT FROM bill_line JOIN drop_line d USING (purchase_order_id, school_urn) WHERE d.line_no = order_line_no"
    )
    assert world.rows(f"{beyond} AND bill_line.quantity > least(d.received, d.quantity)") == []
