"""Contracts settled directly: the supplier makes an invoice out to each school, and Bursar shows it as its bill."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.london import london_today
from services.billing.domain.invoice import InvoiceLine, SupplierInvoice
from services.billing.storage.invoices import Original
from services.billing.usecases.register_invoice import register_form
from tests.billing.test_credit_notes import Credit, credit
from tests.billing.test_disputes_and_accounts import papers
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


def told(world: World) -> list[tuple[str, int, list[tuple[str, int, int]]]]:
    """What DirectBillRecorded has said, in order: bill, total of the invoice, and the amounts that agree."""
    return [
        (
            body["number"],
            body["gross_pence"],
            [(each["category_code"], each["net_pence"], each["vat_pence"]) for each in body["amounts"]],
        )
        for (body,) in world.rows("SELECT body FROM event_log WHERE type = 'DirectBillRecorded' ORDER BY id")
    ]


def test_a_bill_is_told_with_what_agrees_and_again_when_that_changes(direct: World) -> None:
    order = an_order(direct, received=False)
    answered(send(direct, invoice_to(order, ASH, due_date="2026-12-15")), 201)
    assert told(direct) == [("DB-000001", 26166, [])]
    direct.tell(order.receipt(ASH))
    [(_, net, vat)] = told(direct)[-1][2]
    assert (len(told(direct)), net, vat) == (2, 21805, 4361)
    direct.tell(order.receipt(BEECH))
    assert len(told(direct)) == 2
    [(body,)] = direct.rows("SELECT body FROM event_log WHERE type = 'DirectBillRecorded' ORDER BY id DESC LIMIT 1")
    [bill] = bills_of(direct, ASH)
    assert {name: body[name] for name in ("bill_id", "number", "school_urn", "issue_date", "due_date")} == {
        name: bill[name] for name in ("bill_id", "number", "school_urn", "issue_date", "due_date")
    }
    assert (body["supplier_id"], body["supplier_name"], body["supplier_invoice_number"], body["round_id"]) == (
        FENWRIGHT,
        "Fenwright Paper",
        "INV-900001",
        bill["round_id"],
    )
    answered(direct.a(MANAGER).post(f"/supplier-invoices/{bill['bill_id']}/rejection", {"reason": "Wrong"}))
    assert told(direct)[2:] == [("DB-000001", 26166, [])]


def test_a_bill_is_told_before_its_order_is_settled(direct: World) -> None:
    order = an_order(direct)
    for urn in WANTED:
        answered(send(direct, invoice_to(order, urn)), 201)
    kinds = direct.rows("""
        SELECT type FROM event_log WHERE type IN ('DirectBillRecorded', 'PurchaseOrderSettled') ORDER BY id
    """)
    assert [kind for (kind,) in kinds] == ["DirectBillRecorded"] * 3 + ["PurchaseOrderSettled"]


def test_a_school_marks_its_bill_as_paid_and_takes_it_back(direct: World) -> None:
    order = an_order(direct)
    for urn in (ASH, BEECH):
        answered(send(direct, invoice_to(order, urn)), 201)
    [bill] = bills_of(direct, ASH)
    note, today = f"/bills/{bill['bill_id']}/payment-note", london_today()
    theirs = papers(direct, BEECH)
    paid = answered(direct.a(buyer_of(ASH)).post(note, {"paid_on": today.isoformat()}), 201)
    assert (paid["state"], paid["paid_on"], paid["paid_pence"]) == ("paid", today.isoformat(), 26166)
    account = answered(direct.a(MANAGER).get(f"/accounts/{ASH}"))
    assert (account["balance_pence"], account["pay_suppliers"][0]["paid_on"]) == (0, today.isoformat())
    assert direct.rows("SELECT FROM entry") == []
    assert papers(direct, BEECH) == theirs
    refused(direct.a(buyer_of(ASH)).post(note, {"paid_on": today.isoformat()}), 409, "payment_noted")
    again = answered(direct.a(buyer_of(ASH)).post(f"{note}/withdrawal"))
    assert (again["state"], again["paid_on"], again["paid_pence"]) == ("pay_supplier", None, 0)
    refused(direct.a(buyer_of(ASH)).post(f"{note}/withdrawal"), 409, "payment_not_noted")
    answered(direct.a(buyer_of(ASH)).post(note, {"paid_on": (today - timedelta(days=3)).isoformat()}), 201)
    assert direct.rows("SELECT count(*), count(withdrawn_by) FROM direct_bill_payment") == [(2, 1)]


def test_only_the_school_says_that_it_has_paid_and_not_in_advance(direct: World) -> None:
    answered(send(direct, invoice_to(an_order(direct), ASH)), 201)
    [bill] = bills_of(direct, ASH)
    note, today = f"/bills/{bill['bill_id']}/payment-note", london_today()
    sent = {"paid_on": today.isoformat()}
    refused(direct.a(buyer_of(BEECH)).post(note, sent), 404, "not_found")
    for actor in (MANAGER, seller_of(FENWRIGHT)):
        assert direct.a(actor).post(note, sent).status_code == 403
    tomorrow = {"paid_on": (today + timedelta(days=1)).isoformat()}
    refused(direct.a(buyer_of(ASH)).post(note, tomorrow), 422, "paid_in_future")
    assert direct.rows("SELECT FROM direct_bill_payment") == []


def test_a_bill_of_the_alliance_is_marked_by_its_bank(world: World) -> None:
    order = world.ordered(Order([Line(WANTED, "2.3962")]))
    world.invoiced(order)
    answered(world.a(MANAGER).post("/bills", {"round_id": ROUND}), 201)
    [bill] = bills_of(world, ASH)
    path = f"/bills/{bill['bill_id']}/payment-note"
    refused(world.a(buyer_of(ASH)).post(path, {"paid_on": "2026-01-01"}), 409, "bill_not_payable")


def test_a_line_that_gives_back_within_a_direct_invoice_is_shown_and_counted_once(direct: World) -> None:
    order = an_order(direct)
    lines = [
        InvoiceLine(number, 1, "Energy", units, Decimal("2.3962"), net, "S", Decimal("20.00"))
        for number, units, net in ((1, 91, 21805), (2, -1, -240))
    ]
    sent = SupplierInvoice(
        "INV-1", date(2026, 11, 23), None, order.number, tuple(lines), 21565, 4313, 25878, buyer_urn=ASH
    )
    register_form(direct.database.database, seller_of(FENWRIGHT), sent, Original(b"INV-1", "text/plain"))
    [bill] = bills_of(direct, ASH)
    assert (bill["gross_pence"], bill["credited_pence"]) == (25878, 0)
    shown = answered(direct.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))
    assert [(line["quantity"], line["net_pence"]) for line in shown["lines"]] == [(91, 21805), (-1, -240)]
    assert sum(total["net_pence"] for total in shown["vat_totals"]) == bill["net_pence"]
    paid = {"paid_on": london_today().isoformat()}
    noted = answered(direct.a(buyer_of(ASH)).post(f"/bills/{bill['bill_id']}/payment-note", paid), 201)
    assert (noted["state"], noted["paid_pence"]) == ("paid", 25878)
    credit(direct, order, Credit(2, "2.3962", ASH), buyer_urn=ASH)
    assert bills_of(direct, ASH)[0]["credited_pence"] == 479 + 96


def test_what_is_rejected_after_its_order_was_settled_can_be_invoiced_anew(direct: World) -> None:
    order = direct.ordered(Order([Line({ASH: 3}, "7.0000")]))
    wrong = answered(direct.invoice(order, "D-1", buyer_urn=ASH), 201)
    assert direct.rows("SELECT settled_at IS NOT NULL FROM purchase_order") == [(True,)]
    refused(direct.invoice(order, "D-2", buyer_urn=ASH), 422, "closed_order")
    rejection = f"/supplier-invoices/{wrong['supplier_invoice_id']}/rejection"
    answered(direct.a(MANAGER).post(rejection, {"reason": "Wrong address"}))
    credit(direct, order, Credit(3, "7.0000"), of=("D-1",), buyer_urn=ASH)
    again = answered(direct.invoice(order, "D-2", buyer_urn=ASH), 201)
    assert [match["state"] for match in again["matches"]] == ["billable"]
