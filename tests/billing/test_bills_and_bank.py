"""From matched invoices to bills, bank lines and a settled purchase order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from contracts.events import schemas
from services.billing.api import account_schemas as account_wire
from services.billing.api import bank_schemas as bank_wire
from services.billing.api import bill_schemas as bill_wire
from services.billing.api import match_schemas as match_wire
from services.billing.api import schemas as wire
from tests.billing.documents import billion_laughs, camt, entry
from tests.billing.test_vat_by_school import parts, told
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    CEDAR,
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
    payment_of,
    refused,
    seller_of,
)

CSV_HEADER = "date,amount,counterparty,reference\n"


def events(world: World, event_type: str) -> list[dict[str, Any]]:
    bodies = [body for (body,) in world.rows("SELECT body FROM event_log WHERE type = :type", type=event_type)]
    for body in bodies:
        jsonschema.validate(body, schemas()[event_type, 1])
    return bodies


def test_one_bill_a_school_with_every_billable_line_of_the_round(world: World) -> None:
    world.invoiced(world.ordered())
    world.invoiced(world.ordered(Order([Line({ASH: 10}, "2.5000", "Z")], number="PO-000002", supplier_id=OAKDALE)))
    ash, beech = world.billed()
    assert (ash["number"], ash["school_name"], ash["round_title"]) == (
        "B-000001",
        "Ash Primary School",
        "Autumn stationery",
    )
    assert (ash["net_pence"], ash["vat_pence"], ash["gross_pence"]) == (37230 + 2500, 7446, 47176)
    assert (beech["net_pence"], beech["vat_pence"]) == (74460, 14892)
    assert ash["payment_reference"] == "B-000001/900001"
    today = datetime.now(UTC).date()
    assert (ash["issue_date"], ash["due_date"]) == (today.isoformat(), (today + timedelta(days=30)).isoformat())
    assert (ash["state"], ash["paid_pence"]) == ("open", 0)
    shown = answered(world.a(MANAGER).get(f"/bills/{ash['bill_id']}"))
    assert [
        (line["supplier_name"], line["quantity"], line["unit_price"], line["net_pence"]) for line in shown["lines"]
    ] == [
        ("Fenwright Paper", 34, "10.9500", 37230),
        ("Oakdale Supplies", 10, "2.5000", 2500),
    ]
    assert [line["line_no"] for line in shown["lines"]] == [1, 2]
    assert world.balances() == {"1100": 136528, "2100": -136528}
    told = {body["number"]: body for body in events(world, "BillIssued")}
    assert sorted(told) == ["B-000001", "B-000002"]
    amounts = told["B-000001"]["amounts"]
    assert {(each["category_code"], each["net_pence"], each["vat_pence"]) for each in amounts} == {
        ("stationery", 37230, 7446),
        ("stationery", 2500, 0),
    }
    assert len({each["purchase_order_id"] for each in amounts}) == 2


def test_example_8_a_recharged_invoice_is_billed_to_the_penny(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 91, BEECH: 153, CEDAR: 271}, "2.3962")]))
    form = invoice_form(order)
    form["lines"][0]["net_pence"] = form["net_pence"] = 123403
    assert form["vat_pence"] == 24681
    answered(world.invoice(order, **(form | {"gross_pence": 148084})), 201)
    bills = world.billed()
    assert [bill["net_pence"] for bill in bills] == [21805, 36662, 64936]
    assert [bill["vat_pence"] for bill in bills] == [4361, 7333, 12987]
    assert "5100" not in world.balances()
    assert "5110" not in world.balances()


def test_example_10_delivery_is_billed_in_the_shares_that_the_order_has(world: World) -> None:
    order, shares = Order(lines=[], number="PO-000009"), {ASH: 1645, BEECH: 1984, CEDAR: 871}
    world.tell(*told(order, shares, certified=()))
    answered(world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", parts((4500, "20.00"))), 201)
    bills = world.billed()
    assert {bill["school_urn"]: bill["net_pence"] for bill in bills} == shares
    assert sum(bill["vat_pence"] for bill in bills) == 900
    assert not world.balances().keys() & {"5100", "5110"}


def test_billing_twice_bills_nothing_twice(world: World) -> None:
    world.invoiced(world.ordered())
    assert len(world.billed()) == 2
    before = world.everything()
    assert world.billed() == []
    assert {name: rows for name, rows in world.everything().items() if name != "idempotency_key"} == {
        name: rows for name, rows in before.items() if name != "idempotency_key"
    }


def test_a_line_released_later_comes_on_a_bill_of_its_own(world: World) -> None:
    order = world.ordered(received=False)
    world.tell(order.receipt(ASH))
    invoice = world.invoiced(order)
    assert [bill["school_urn"] for bill in world.billed()] == [ASH]
    world.tell(order.receipt(BEECH))
    (late,) = world.billed()
    assert (late["number"], late["school_urn"]) == ("B-000002", BEECH)
    assert world.shown(invoice["supplier_invoice_id"])["state"] == "billed"


def test_an_unknown_round_cannot_be_billed(world: World) -> None:
    unknown = {"round_id": "00000000-0000-4000-8000-00000000dead"}
    refused(world.a(MANAGER).post("/bills", unknown), 422, "unknown_round")
    refused(world.a(MANAGER).post("/bills", {"round_id": "x"}), 422, "validation_failed")
    refused(world.a(BOARD).post("/bills", {"round_id": ROUND}), 403, "forbidden")


def test_a_school_reads_its_own_bills_only(world: World) -> None:
    world.invoiced(world.ordered())
    ash, beech = world.billed()
    school = world.a(buyer_of(ASH))
    assert [bill["number"] for bill in answered(school.get("/bills"))["items"]] == ["B-000001"]
    assert answered(school.get(f"/bills?school_urn={BEECH}"))["items"] == []
    assert answered(school.get(f"/bills/{ash['bill_id']}"))["lines"]
    refused(school.get(f"/bills/{beech['bill_id']}"), 404, "not_found")
    refused(school.get(f"/accounts/{BEECH}"), 404, "not_found")
    refused(school.get("/bank-lines"), 403, "forbidden")
    refused(school.get("/reports/trial-balance"), 403, "forbidden")
    refused(world.a(seller_of(FENWRIGHT)).get("/bills"), 403, "forbidden")


def test_bills_come_in_pages(world: World) -> None:
    world.invoiced(world.ordered())
    world.billed()
    page = answered(world.a(MANAGER).get(f"/bills?round_id={ROUND}&limit=1"))
    rest = answered(world.a(MANAGER).get(f"/bills?round_id={ROUND}&limit=1&after={page['next']}"))
    assert [bill["number"] for bill in (*page["items"], *rest["items"])] == ["B-000001", "B-000002"]
    assert rest["next"] is None


def test_exact_payments_post_and_settle_the_purchase_order(world: World) -> None:
    order = world.ordered()
    invoice = world.invoiced(order)
    ash, beech = world.billed()
    first = world.pay(payment_of(ash), entry("1340.28", "SI-000001", sign="DBIT", name="Fenwright"))
    assert (first["lines"], first["new"], first["posted"], first["unmatched"]) == (2, 2, 2, 0)
    assert events(world, "PurchaseOrderSettled") == []
    world.pay(payment_of(beech))
    assert events(world, "PurchaseOrderSettled") == [{"purchase_order_id": order.order_id}]
    assert world.balances() == {}
    assert world.shown(invoice["supplier_invoice_id"])["paid_pence"] == 134028
    assert {bill["state"] for bill in answered(world.a(MANAGER).get("/bills"))["items"]} == {"paid"}
    refused(world.invoice(order, "INV-0099"), 422, "closed_order")


def test_a_purchase_order_with_a_held_line_is_not_settled(world: World) -> None:
    order = world.ordered(received=False)
    world.tell(order.receipt(ASH, line_1=30), order.receipt(BEECH))
    world.invoiced(order)
    (beech,) = world.billed()
    world.pay(payment_of(beech))
    assert events(world, "PurchaseOrderSettled") == []


def test_a_drop_that_never_came_settles_when_the_school_says_so(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 10, BEECH: 5})]), received=False)
    world.tell(order.receipt(ASH))
    form = invoice_form(Order([Line({ASH: 10})], number=order.number))
    form["lines"][0]["school_urn"] = ASH
    answered(world.invoice(order, **form), 201)
    (ash,) = world.billed()
    world.pay(payment_of(ash))
    assert events(world, "PurchaseOrderSettled") == []
    world.tell(order.receipt(BEECH, line_1=0))
    assert len(events(world, "PurchaseOrderSettled")) == 1


def test_bank_lines_say_what_they_were_matched_to_or_why_not(world: World) -> None:
    world.invoiced(world.ordered())
    ash, _ = world.billed()
    world.pay(payment_of(ash), entry("12.00", "charity"))
    (matched,) = answered(world.a(MANAGER).get("/bank-lines?state=matched"))["items"]
    (to,) = matched["matched_to"]
    assert (to["kind"], to["id"], to["number"], to["amount_pence"]) == ("bill", ash["bill_id"], "B-000001", 44676)
    assert (to["posted_as"], to["how"], matched["suggestions"]) == ("RC-000001", "exact", [])
    assert matched["explanation"] == "Same amount and our reference B-000001/900001."
    (new,) = answered(world.a(BOARD).get("/bank-lines?state=new"))["items"]
    assert (new["matched_to"], new["amount_pence"], new["reference"]) == ([], 1200, "charity")
    assert new["explanation"] == "Carries no reference of ours, and no open bill has this amount."


def test_example_18_two_bills_less_a_penny_are_listed_and_never_posted(world: World) -> None:
    order = world.ordered(received=False)
    world.tell(order.receipt(ASH))
    world.invoiced(order)
    one, *_ = world.billed()
    second = world.ordered(Order([Line({ASH: 10}, "2.0000")], number="PO-000002"))
    world.invoiced(second, "INV-2")
    (two,) = world.billed()
    owed = one["gross_pence"] + two["gross_pence"]
    before = world.balances()
    both = f"{one['payment_reference']} {two['payment_reference']}"
    answer = world.pay(entry(f"{(owed - 1) / 100:.2f}", both), entry(f"{(owed - 1) / 100:.2f}", "ASH PRIMARY"))
    assert (answer["posted"], answer["unmatched"]) == (0, 2)
    assert world.balances() == before
    named, unnamed = answered(world.a(MANAGER).get("/bank-lines?state=new"))["items"]
    assert "B-000001 and B-000002" in named["explanation"]
    assert "£0.01 less" in named["explanation"]
    assert "B-000001 + B-000002" in unnamed["explanation"]


def test_a_payment_a_penny_short_leaves_the_bill_open(world: World) -> None:
    world.invoiced(world.ordered())
    ash, _ = world.billed()
    assert world.pay(payment_of(ash, less=1))["posted"] == 0
    assert answered(world.a(MANAGER).get(f"/bills/{ash['bill_id']}"))["state"] == "open"


def test_a_repeated_file_is_recognised(world: World) -> None:
    world.invoiced(world.ordered())
    ash, _ = world.billed()
    content = camt(payment_of(ash), entry("1.00", "x"))
    first = answered(world.upload(content), 201)
    before = world.everything()
    again = answered(world.upload(content), 201)
    assert (again["bank_statement_id"], again["new"], again["repeated"]) == (first["bank_statement_id"], 0, 2)
    after = world.everything()
    assert {name for name in after if after[name] != before[name]} <= {"idempotency_key"}


def test_a_repeated_line_in_another_file_is_recognised(world: World) -> None:
    world.invoiced(world.ordered())
    ash, beech = world.billed()
    world.pay(payment_of(ash))
    answer = world.pay(payment_of(ash), payment_of(beech))
    assert (answer["new"], answer["repeated"], answer["posted"]) == (1, 1, 1)
    assert world.balances()["1200"] == 134028


def test_a_csv_statement_posts_as_well(world: World) -> None:
    world.invoiced(world.ordered())
    ash, _ = world.billed()
    row = f"2026-11-24,{ash['gross_pence'] / 100:.2f},Ash,{ash['payment_reference']}\n"
    response = world.a(MANAGER).post("/bank-statements?account=reserve", data=CSV_HEADER + row, content_type="text/csv")
    answer = answered(response, 201)
    assert (answer["account"], answer["posted"], answer["from_on"]) == ("reserve", 1, "2026-11-24")


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (camt(entry("1.00"))[:-40], "application/xml", "statement_unreadable"),
        (camt(entry("1.00"), closing="100.00"), "application/xml", "statement_unreadable"),
        (billion_laughs("Document"), "application/xml", "xml_not_allowed"),
        ((CSV_HEADER + "2026-11-24,1.00,x,y\n2026-11-25,2.0").encode(), "text/csv", "statement_unreadable"),
        ((CSV_HEADER + "2026-11-24,1.00,x,y\n2026-11-25,oops,x,y\n").encode(), "text/csv", "statement_unreadable"),
    ],
)
def test_a_broken_statement_is_refused_whole(shared_world: World, content: bytes, content_type: str, code: str) -> None:
    before = shared_world.everything()
    problem = refused(shared_world.upload(content, content_type), 422, code)
    if code == "statement_unreadable":
        assert problem["errors"][0]["field"].startswith("line ")
        assert problem["errors"][0]["message"] in problem["detail"]
    assert shared_world.everything() == before


def test_other_kinds_of_file_are_refused(world: World) -> None:
    told = refused(world.upload(b"PK\x03\x04", "application/zip"), 422, "statement_unreadable")
    assert "spreadsheet" in str(told)


def test_a_schools_account_runs_to_nothing_when_it_has_paid(world: World) -> None:
    world.invoiced(world.ordered())
    ash, _ = world.billed()
    open_account = answered(world.a(buyer_of(ASH)).get(f"/accounts/{ASH}"))
    assert (open_account["school_name"], open_account["balance_pence"]) == ("Ash Primary School", 44676)
    world.pay(payment_of(ash))
    paid = answered(world.a(MANAGER).get(f"/accounts/{ASH}"))
    assert [(item["kind"], item["number"], item["debit_pence"], item["credit_pence"]) for item in paid["items"]] == [
        ("bill", "B-000001", 44676, 0),
        ("receipt", "RC-000001", 0, 44676),
    ]
    assert paid["balance_pence"] == 0
    refused(world.a(MANAGER).get("/accounts/123456"), 404, "not_found")


def test_example_16_another_schools_default_leaves_a_statement_byte_identical(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 34, BEECH: 68, CEDAR: 9})]))
    world.invoiced(order)
    ash, beech, cedar = world.billed()
    world.pay(payment_of(ash))

    def statement_of_ash() -> bytes:
        return world.a(buyer_of(ASH)).get(f"/accounts/{ASH}").data + world.a(buyer_of(ASH)).get("/bills").data

    before = statement_of_ash()
    world.pay(payment_of(beech, less=100), entry("5.00", cedar["payment_reference"]))
    world.invoiced(world.ordered(Order([Line({BEECH: 5})], number="PO-000002")), "INV-2")
    world.billed()
    assert statement_of_ash() == before


def test_the_trial_balance_balances(world: World) -> None:
    order = world.ordered(received=False)
    world.tell(order.receipt(ASH))
    world.invoiced(order)
    (ash,) = world.billed()
    world.pay(payment_of(ash))
    items = answered(world.a(BOARD).get("/reports/trial-balance?as_at=2026-12-31"))["items"]
    assert [(item["account"], item["debit_pence"], item["credit_pence"]) for item in items] == [
        ("1100", 0, 0),
        ("1200", 44676, 0),
        ("2100", 0, 134028),
        ("5100", 74460, 0),
        ("5110", 14892, 0),
    ]
    assert sum(item["debit_pence"] - item["credit_pence"] for item in items) == 0


def test_numbers_run_without_gaps_through_refusals(world: World) -> None:
    order = world.ordered()
    world.invoiced(order)
    refused(world.invoice(order), 409, "duplicate_invoice")
    refused(world.invoice(order, "INV-3", lines=[]), 422, "validation_failed")
    world.invoiced(order, "INV-4")
    world.pay(*[payment_of(bill) for bill in world.billed()])
    for table, column in (
        ("supplier_invoice", "our_number"),
        ("bill", "number"),
        ("entry", "number"),
        ("bill_receipt", "number"),
    ):
        numbers = sorted(int(number.split("-")[1]) for (number,) in world.rows(f"SELECT {column} FROM {table}"))
        assert numbers == list(range(1, len(numbers) + 1)), table


def test_answers_have_exactly_the_documented_fields(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    bill = answered(world.a(MANAGER).get(f"/bills/{world.billed()[0]['bill_id']}"))
    statement = world.pay(payment_of(bill))
    (line,) = answered(world.a(MANAGER).get("/bank-lines"))["items"]
    account = answered(world.a(MANAGER).get(f"/accounts/{ASH}"))
    for answer, schema in (
        (invoice, wire.InvoiceOut),
        (invoice["lines"][0], wire.InvoiceLineOut),
        (invoice["matches"][0], match_wire.MatchOut),
        (bill, bill_wire.BillOut),
        (bill["lines"][0], bill_wire.BillLineOut),
        (statement, bank_wire.StatementOut),
        (line, bank_wire.BankLineOut),
        (account, account_wire.AccountOut),
        (account["items"][0], account_wire.AccountItemOut),
    ):
        assert answer.keys() == schema().fields.keys()


def test_a_supplier_reads_what_it_was_paid_for_which_invoice(world: World) -> None:
    invoice = world.invoiced(world.ordered())
    world.pay(entry(f"{invoice['gross_pence'] / 100:.2f}", invoice["our_number"], sign="DBIT"))
    (paid,) = answered(world.a(seller_of(FENWRIGHT)).get("/remittances"))["items"]
    assert (paid["number"], paid["paid_on"], paid["amount_pence"]) == ("PY-000001", "2026-11-24", 134028)
    assert [(each["number"], each["our_number"], each["amount_pence"]) for each in paid["invoices"]] == [
        ("INV-0042", "SI-000001", 134028)
    ]
    assert answered(world.a(seller_of(OAKDALE)).get("/remittances"))["items"] == []
    refused(world.a(buyer_of(ASH)).get("/remittances"), 403, "forbidden")
