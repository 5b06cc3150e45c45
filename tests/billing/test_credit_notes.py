"""What suppliers credit: on held lines, on billed ones, cumulatively, and what they have still to credit."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.actor import SERVICE
from services.billing.domain.errors import CreditExceedsInvoice
from services.billing.domain.invoice import InvoiceLine, SupplierInvoice, vat_by_line
from services.billing.storage.invoices import Original
from services.billing.storage.open_items import open_items
from services.billing.usecases.register_invoice import register_form
from tests.backends import ServiceDatabase
from tests.billing.world import (
    ASH,
    BEECH,
    CEDAR,
    CONTRACT,
    FENWRIGHT,
    MANAGER,
    NAMES,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    payment_of,
    refused,
    seller_of,
)
from tests.clients import Clients


@dataclass(frozen=True)
class Credit:
    """A line of a supplier's credit note: units at a price, for one school or for whom it may concern."""

    quantity: int
    unit_price: str = "10.9500"
    school_urn: int | None = None
    order_line_no: int = 1


def credit(
    world: World,
    order: Order,
    *lines: Credit,
    number: str = "CR-1",
    of: tuple[str, ...] = (),
    on: date = date(2026, 12, 1),
    buyer_urn: int | None = None,
) -> dict[str, Any]:
    """The supplier's credit note, registered."""
    made = tuple(
        InvoiceLine(
            line_no=line_no,
            order_line_no=line.order_line_no,
            name="",
            quantity=-line.quantity,
            unit_price=Decimal(line.unit_price),
            net_pence=-round(line.quantity * Decimal(line.unit_price) * 100),
            vat_class="S",
            vat_rate=Decimal("20.00"),
            school_urn=line.school_urn,
        )
        for line_no, line in enumerate(lines, 1)
    )
    net, vat = sum(line.net_pence for line in made), vat_by_line(made)
    note = SupplierInvoice(
        number,
        on,
        None,
        order.number,
        made,
        net,
        vat,
        net + vat,
        kind="credit_note",
        credits=of,
        buyer_urn=buyer_urn,
    )
    database = world.database.database
    view = register_form(database, seller_of(order.supplier_id), note, Original(number.encode(), "text/plain"))
    return {"supplier_invoice_id": view.head.supplier_invoice_id, "gross_pence": net + vat}


def matches_of(world: World, invoice: dict[str, Any]) -> dict[int, dict[str, Any]]:
    shown = world.shown(invoice["supplier_invoice_id"])
    return {match["school_urn"]: match for match in shown["matches"]}


def issued(world: World) -> dict[str, Any]:
    return answered(world.a(MANAGER).post("/bills", {"round_id": "00000000-0000-4000-8000-000000000005"}), 201)


def a_short_delivery(world: World) -> tuple[Order, dict[str, Any]]:
    """Ash got 38 of 40, Beech all 25; all 65 are invoiced."""
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25})]), received=False)
    world.tell(order.receipt(ASH, line_1=38), order.receipt(BEECH))
    return order, world.invoiced(order)


def claims(world: World) -> list[dict[str, Any]]:
    return list(answered(world.a(MANAGER).get("/credit-claims"))["items"])


def states_of_credits(world: World) -> list[str]:
    found = answered(world.a(MANAGER).get("/supplier-invoices"))["items"]
    return [invoice["state"] for invoice in found if invoice["kind"] == "credit_note"]


def test_a_credit_of_the_missing_units_releases_the_held_line(world: World) -> None:
    order, invoice = a_short_delivery(world)
    (claim,) = claims(world)
    assert (claim["school_urn"], claim["quantity"], claim["net_pence"], claim["vat_pence"]) == (ASH, 2, 2190, 438)
    credit(world, order, Credit(2))
    ash, beech = matches_of(world, invoice)[ASH], matches_of(world, invoice)[BEECH]
    assert (ash["state"], ash["billable_quantity"], ash["billable_net_pence"], ash["reasons"]) == (
        "billable",
        38,
        41610,
        [],
    )
    assert (beech["state"], beech["credited_net_pence"]) == ("billable", 0)
    assert claims(world) == []
    issued(world)
    assert "5100" not in world.balances()
    assert "5110" not in world.balances()


def test_a_credit_in_money_for_missing_units_releases_the_line_as_well(world: World) -> None:
    order, invoice = a_short_delivery(world)
    credit(world, order, Credit(1, "21.9000", ASH))
    ash = matches_of(world, invoice)[ASH]
    assert (ash["state"], ash["billable_quantity"], ash["billable_net_pence"]) == ("billable", 38, 41610)


def test_a_credit_after_billing_comes_back_as_a_credit_note(world: World) -> None:
    order = world.ordered()
    invoice = world.invoiced(order)
    bill = next(bill for bill in issued(world)["items"] if bill["school_urn"] == ASH)
    others = world.a(buyer_of(BEECH)).get(f"/accounts/{BEECH}").get_data()
    credit(world, order, Credit(2, school_urn=ASH), of=("inv-42",))
    match = matches_of(world, invoice)[ASH]
    assert (match["state"], match["due_quantity"], match["due_net_pence"]) == ("billed", 2, 2190)
    found = issued(world)
    assert found["items"] == []
    (note,) = found["credit_notes"]
    assert (note["number"], note["bill_number"], note["gross_pence"]) == ("CN-000001", bill["number"], 2628)
    lines = answered(world.a(buyer_of(ASH)).get(f"/credit-notes/{note['credit_note_id']}"))["lines"]
    assert [(line["quantity"], line["net_pence"], line["vat_pence"]) for line in lines] == [(2, 2190, 438)]
    account = answered(world.a(buyer_of(ASH)).get(f"/accounts/{ASH}"))
    assert [(item["kind"], item["debit_pence"] - item["credit_pence"]) for item in account["items"]] == [
        ("bill", bill["gross_pence"]),
        ("credit_note", -2628),
    ]
    assert account["balance_pence"] == bill["gross_pence"] - 2628
    assert world.balances()["1100"] == 134028 - 2628
    assert "5100" not in world.balances()
    assert world.a(buyer_of(BEECH)).get(f"/accounts/{BEECH}").get_data() == others
    assert issued(world) == {"items": [], "credit_notes": [], "next": None}
    refused(world.a(buyer_of(BEECH)).get(f"/credit-notes/{note['credit_note_id']}"), 404, "not_found")
    left = bill | {"gross_pence": bill["gross_pence"] - 2628}
    assert world.pay(payment_of(left))["posted"] == 1
    paid = answered(world.a(MANAGER).get(f"/bills/{bill['bill_id']}"))
    assert (paid["state"], paid["credited_pence"]) == ("paid", 2628)


def test_example_11_three_credits_over_three_equal_bills_come_out_even(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 10, BEECH: 10, CEDAR: 10})]))
    world.invoiced(order)
    issued(world)
    for number in range(3):
        credit(world, order, Credit(1, "10.0000"), number=f"CR-{number}")
        issued(world)
    rows = world.rows("SELECT school_urn, sum(net_pence), sum(vat_pence) FROM credit_note GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in rows] == [(urn, 1000, 200) for urn in (ASH, BEECH, CEDAR)]
    assert "5100" not in world.balances()


def test_a_whole_invoice_is_credited_and_sent_again(world: World) -> None:
    order = world.ordered()
    wrong = world.invoiced(order)
    credit(world, order, Credit(102), of=("INV-0042",))
    assert {match["state"] for match in matches_of(world, wrong).values()} == {"credited"}
    again = world.invoiced(order, "INV-0043")
    assert {match["state"] for match in matches_of(world, again).values()} == {"billable"}
    assert sum(bill["net_pence"] for bill in issued(world)["items"]) == 111690


def test_a_credit_of_a_dearer_price_goes_to_clearing_and_not_to_the_school(world: World) -> None:
    order = Order()
    world.ordered(order)
    dearer = Order([Line({ASH: 34, BEECH: 68}, "12.0000")], number=order.number, order_id=order.order_id)
    invoice = world.invoiced(dearer)
    for urn in (ASH, BEECH):
        path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/matches/1/{urn}/accept"
        answered(world.a(MANAGER).post(path, {"reason": "They will credit it"}))
    issued(world)
    credit(world, order, Credit(102, "1.0500"))
    assert issued(world)["credit_notes"] == []
    assert world.balances() == {"1100": 134028, "2100": -134028}


@pytest.mark.parametrize(
    "lines",
    [(Credit(103),), (Credit(35, school_urn=ASH),), (Credit(1, school_urn=CEDAR),), (Credit(60), Credit(60))],
    ids=["of all", "of one school", "of a stranger", "together"],
)
def test_no_more_is_credited_than_was_invoiced(world: World, lines: tuple[Credit, ...]) -> None:
    order = world.ordered()
    world.invoiced(order)
    before = world.everything()
    with pytest.raises(CreditExceedsInvoice):
        credit(world, order, *lines)
    assert world.everything() == before


def test_a_credit_waits_until_the_shares_are_certain(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 40, BEECH: 60})]), received=False)
    world.tell(order.receipt(BEECH))
    sent = Order([Line({ASH: 98})], number=order.number, order_id=order.order_id)
    invoice = world.invoiced(sent)
    credit(world, order, Credit(8))
    assert {match["credited_net_pence"] for match in matches_of(world, invoice).values()} == {0}
    assert states_of_credits(world) == ["held"]
    world.tell(order.receipt(ASH, line_1=30))
    assert states_of_credits(world) == ["matched"]
    found = matches_of(world, invoice)
    assert sum(match["credited_quantity"] for match in found.values()) == 8
    assert sum(match["credited_net_pence"] for match in found.values()) == 8760
    assert found[ASH]["credited_quantity"] > found[BEECH]["credited_quantity"]


def test_units_reported_missing_after_billing_are_claimed_and_taken_from_nobody(world: World) -> None:
    order = world.ordered()
    invoice = world.invoiced(order)
    issued(world)
    before = world.balances()
    beech = world.a(buyer_of(BEECH)).get(f"/accounts/{BEECH}").get_data()
    kind, late = order.receipt(ASH, line_1=-3)
    world.tell((kind, late))
    (claim,) = claims(world)
    assert (claim["school_urn"], claim["state"], claim["quantity"], claim["net_pence"]) == (ASH, "billed", 3, 3285)
    assert issued(world) == {"items": [], "credit_notes": [], "next": None}
    assert world.balances() == before
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/matches/1/{ASH}/credit-request"
    answered(world.a(MANAGER).post(path, {"reason": "Three boxes were wet"}))
    (asked,) = answered(world.a(seller_of(FENWRIGHT)).get("/credit-claims"))["items"]
    assert (asked["requested_by"], asked["why"]) == ("Mags Field", "Three boxes were wet")
    credit(world, order, Credit(3, school_urn=ASH))
    assert claims(world) == []
    assert [note["net_pence"] for note in issued(world)["credit_notes"]] == [3285]
    assert world.a(buyer_of(BEECH)).get(f"/accounts/{BEECH}").get_data() == beech


def test_a_dispute_holds_one_schools_line_and_is_taken_back(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    path = f"/supplier-invoices/{invoice['supplier_invoice_id']}/matches/1/{ASH}"
    found = answered(world.a(MANAGER).post(f"{path}/dispute", {"reason": "The head asks to wait"}))
    states = {match["school_urn"]: (match["state"], match["reasons"]) for match in found["matches"]}
    assert states == {ASH: ("held", ["disputed"]), BEECH: ("billable", [])}
    assert [bill["school_urn"] for bill in issued(world)["items"]] == [BEECH]
    found = answered(world.a(MANAGER).post(f"{path}/withdraw", {"reason": "Settled by phone"}))
    decided = next(match for match in found["matches"] if match["school_urn"] == ASH)
    assert [each["decision"] for each in decided["decisions"]] == ["disputed", "withdrawn"]
    assert [bill["school_urn"] for bill in issued(world)["items"]] == [ASH]
    refused(world.a(MANAGER).post(f"{path}/credit-request", {"reason": "Nothing"}), 409, "nothing_to_claim")
    refused(world.a(MANAGER).post(f"{path}/withdraw", {"reason": "Nothing"}), 409, "match_not_decided")


def test_within_the_tolerance_the_school_pays_its_own_price_and_the_rest_stays_in_clearing(world: World) -> None:
    contract = {"contract_id": CONTRACT, "supplier_id": FENWRIGHT, "title": "Paper", "reference": "C-1"}
    tolerances = {"price_basis_points": 50, "quantity_units": 0, "total_pence": 0}
    world.tell(("ContractRecorded", contract | {"settlement": "recharge", "tolerances": tolerances}))
    order = Order()
    world.ordered(order)
    sent = Order([Line({ASH: 34, BEECH: 68}, "11.0000")], number=order.number, order_id=order.order_id)
    invoice = world.invoiced(sent)
    shown = world.shown(invoice["supplier_invoice_id"])
    assert {(match["state"], *match["tolerated"]) for match in shown["matches"]} == {("billable", "price")}
    assert (shown["totals"]["verdict"], shown["totals"]["tolerated_net_pence"]) == ("tolerated", 510)
    assert sum(bill["net_pence"] for bill in issued(world)["items"]) == 111690
    assert world.balances()["5100"] == 510


@pytest.fixture(scope="module")
def market(module_databases: Callable[[str], ServiceDatabase]) -> tuple[World, Any]:
    """A world for many small purchase orders, and the numbers that they get."""
    return World(Clients(module_databases)), iter(range(1, 1_000_000))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_credits_never_exceed_the_bills_and_no_penny_is_lost(market: tuple[World, Any], data: st.DataObject) -> None:
    """Whatever is credited, reported late, billed and credited again, in whatever order."""
    world, numbers = market
    number = next(numbers)
    schools = data.draw(st.lists(st.sampled_from(list(NAMES)), min_size=1, max_size=3, unique=True))
    line = Line({urn: data.draw(st.integers(1, 30)) for urn in schools}, f"{data.draw(st.integers(1, 40))}.1250")
    order = world.ordered(Order([line], number=f"PO-{number:06d}"))
    world.invoiced(order, f"INV-{number}")
    for step in range(data.draw(st.integers(1, 5))):
        match data.draw(st.sampled_from(["credit", "price", "bill", "late"])):
            case "bill":
                issued(world)
            case "late":
                urn = data.draw(st.sampled_from(schools))
                world.tell(late_receipt(world, order, urn, data.draw(st.integers(1, 30))))
            case kind:
                price = line.unit_price if kind == "credit" else f"{data.draw(st.integers(0, 9))}.{step}300"
                urn = data.draw(st.sampled_from([None, *schools]))
                units = data.draw(st.integers(1, 20))
                with suppress(CreditExceedsInvoice):
                    credit(world, order, Credit(units, price, urn), number=f"CR-{number}-{step}")
    issued(world)
    check_books(world)


def late_receipt(world: World, order: Order, urn: int, units: int) -> tuple[str, dict[str, Any]]:
    """Units found missing later; never more than were received."""
    (row,) = world.rows(
        "SELECT received FROM drop_line WHERE purchase_order_id = :order AND school_urn = :urn",
        order=order.order_id,
        urn=urn,
    )
    return order.receipt(urn, line_1=-min(units, row.received))


def check_books(world: World) -> None:
    """Bills less credit notes, and clearing, are the invoices less credits; no school got more than its bill."""
    balances = world.balances()
    net, gross = world.rows("SELECT sum(net_pence), sum(gross_pence) FROM supplier_invoice")[0]
    owed = "SELECT coalesce(sum(net_pence), 0), coalesce(sum(gross_pence - credited_pence), 0) FROM bill"
    billed = world.rows(owed)[0]
    returned = world.rows("SELECT coalesce(sum(net_pence), 0), coalesce(sum(gross_pence), 0) FROM credit_note")[0]
    assert balances.get("5100", 0) == net - billed[0] + returned[0] >= 0
    assert balances.get("1100", 0) == billed[1]
    assert balances.get("2100", 0) == -gross
    assert sum(balances.values()) == 0
    assert world.rows("SELECT FROM bill WHERE credited_pence > gross_pence") == []
    beyond = "SELECT FROM match_line WHERE returned_net_pence > credited_net_pence OR credited_net_pence > net_pence"
    assert world.rows(beyond) == []
    kept = """
        SELECT FROM match_line JOIN drop_line d USING (purchase_order_id, school_urn) WHERE d.line_no = order_line_no
            AND bill_id IS NULL AND billable_quantity > least(d.received, d.quantity)
    """
    assert world.rows(kept) == []


def test_a_line_that_gives_back_within_an_invoice_is_taken_off_what_is_paid_once(world: World) -> None:
    order = world.ordered()
    lines = tuple(
        InvoiceLine(number, 1, "Paper", units, Decimal("10.9500"), units * 1095, "S", Decimal("20.00"))
        for number, units in ((1, 102), (2, -2))
    )
    sent = SupplierInvoice("INV-1", date(2026, 11, 23), None, order.number, lines, 109500, 21900, 131400)
    database = world.database.database
    register_form(database, seller_of(FENWRIGHT), sent, Original(b"INV-1", "text/plain"))
    with database.transaction(SERVICE) as connection:
        assert [item.open_pence for item in open_items(connection, "general")] == [-131400]
    credit(world, order, Credit(1), of=("INV-1",))
    with database.transaction(SERVICE) as connection:
        assert [item.open_pence for item in open_items(connection, "general")] == [-131400 + 1314]
