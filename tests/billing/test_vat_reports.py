"""VAT by line and by invoice (domain.md §3, example 7), the reverse charge, VAT reports and form VAT126."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from chassis.actor import Actor
from tests.billing.test_credit_notes import Credit, credit
from tests.billing.world import (
    ASH,
    BEECH,
    BOARD,
    CONTRACT,
    FENWRIGHT,
    MANAGER,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    invoice_form,
    seller_of,
)

PERIOD = "from=2026-01&to=2027-12"


def invoiced_at(world: World, order: Order, vat_pence: int, **more: Any) -> dict[str, Any]:
    """An invoice for all of an order with this VAT in all."""
    form = invoice_form(order) | more
    sent = {"vat_pence": vat_pence, "gross_pence": form["net_pence"] + vat_pence, **more}
    return answered(world.invoice(order, **sent), 201)


def section(report: dict[str, Any], title: str) -> list[dict[str, Any]]:
    (found,) = [each for each in report["sections"] if each["title"] == title]
    rows: list[dict[str, Any]] = found["rows"]
    return rows


@pytest.mark.parametrize(
    ("count", "price", "accepted", "refused"),
    [
        (3, "1.3300", (81, 80), (79, 82)),  # by line 3 × 0.27, by invoice 20 % of 3.99
        (7, "0.5300", (77, 74), (73, 75, 76, 78)),
    ],
)
def test_example_7_is_billed_as_invoiced_by_line_or_by_invoice_and_anything_else_is_an_exception(
    world: World, count: int, price: str, accepted: tuple[int, ...], refused: tuple[int, ...]
) -> None:
    billed, net = {}, 0
    for place, vat in enumerate((*accepted, *refused), 1):
        order = world.ordered(Order([Line({ASH: 1}, price) for _ in range(count)], number=f"PO-00000{place}"))
        found = invoiced_at(world, order, vat, number=f"INV-{place}")
        net = found["net_pence"]
        assert {tuple(match["reasons"]) for match in found["matches"]} == {() if vat in accepted else ("vat",)}
        for bill in world.billed():
            billed[vat] = bill
    assert tuple(billed) == accepted
    for vat, bill in billed.items():
        (total,) = answered(world.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))["vat_totals"]
        assert (total["net_pence"], total["vat_pence"]) == (net, vat)
    assert world.balances()["5110"] == sum(refused)  # what is an exception waits in clearing, and nothing else


@pytest.fixture(scope="module")
def vat_world(module_databases: Any) -> World:
    """Bills of two schools in every category, a credit note, and an invoice that is settled directly."""
    from tests.clients import Clients

    world = World(Clients(module_databases))
    world.tell(
        (
            "AllianceRecorded",
            {
                "name": "Orchard",
                "legal_name": "Orchard Schools Alliance Limited",
                "address": {"lines": ["Oast House"], "town": "Millhaven", "postcode": "ZZ1 1AA", "country": "GB"},
                "endpoint": None,
                "vat_number": "GB999999973",
                "email": "office@alliance.example",
                "telephone": "",
            },
        ),
        ("SupplierRecorded", {"supplier_id": FENWRIGHT, "name": "Fenwright Paper", "email": "x", "vat_number": "GB1"}),
    )
    lines = [Line({ASH: 10, BEECH: 5}, "10.0000", vat_class) for vat_class in ("S", "Z", "E", "AE")]
    order = Order(lines)
    world.ordered(order)
    answered(world.invoice(order), 201)
    world.billed()
    contract = {
        "contract_id": CONTRACT,
        "supplier_id": FENWRIGHT,
        "title": "P",
        "reference": "C",
        "settlement": "direct",
    }
    world.tell(("ContractRecorded", contract))
    direct = world.ordered(Order([Line({ASH: 3}, "7.0000")], number="PO-000002"))
    answered(world.invoice(direct, "D-1", buyer_urn=ASH), 201)
    return world


def test_a_school_reads_its_input_vat_by_month_category_and_rate_and_direct_invoices_apart(vat_world: World) -> None:
    report = answered(vat_world.a(buyer_of(ASH)).get(f"/reports/vat?{PERIOD}"))
    billed = section(report, "Input VAT on bills")
    assert [(row["vat_class"][:2], row["vat_rate"], row["net_pence"], row["vat_pence"]) for row in billed] == [
        ("AE", "0 %", 10000, 0),
        ("E,", "0 %", 10000, 0),
        ("S,", "20 %", 10000, 2000),
        ("Z,", "0 %", 10000, 0),
    ]
    assert [row["reverse_pence"] for row in billed] == [2000, 0, 0, 0]
    (direct,) = section(report, "Invoiced by suppliers directly")
    assert (direct["net_pence"], direct["vat_pence"], direct["month"]) == (2100, 420, "2026-11")
    assert "£20.00 of input VAT" in report["sentence"]
    other = answered(vat_world.a(buyer_of(BEECH)).get(f"/reports/vat?{PERIOD}"))
    assert sum(row["net_pence"] for row in section(other, "Input VAT on bills")) == 20000
    assert section(other, "Invoiced by suppliers directly") == []
    assert vat_world.a(buyer_of(BEECH)).get(f"/reports/vat?{PERIOD}&school_urn={ASH}").status_code == 404


def test_the_alliances_report_comes_to_the_bills_the_invoices_and_the_clearing_account(vat_world: World) -> None:
    report = answered(vat_world.a(BOARD).get(f"/reports/vat?{PERIOD}"))
    by_school = {row["school_name"]: row["vat_pence"] for row in section(report, "By school")}
    assert by_school == {"Ash Primary School": 2000, "Beech School": 1000}
    bills = answered(vat_world.a(MANAGER).get("/bills"))["items"]
    assert sum(by_school.values()) == sum(bill["vat_pence"] for bill in bills if bill["settlement"] == "recharge")
    invoiced = sum(row["vat_pence"] for row in section(report, "VAT on suppliers’ invoices"))
    assert invoiced - sum(by_school.values()) == vat_world.balances().get("5110", 0) == 0
    assert [row["vat_pence"] for row in section(report, "Invoiced to schools directly")] == [420]
    one = answered(vat_world.a(MANAGER).get(f"/reports/vat?{PERIOD}&school_urn={ASH}"))
    assert one == answered(vat_world.a(buyer_of(ASH)).get(f"/reports/vat?{PERIOD}"))
    assert vat_world.a(seller_of(FENWRIGHT)).get(f"/reports/vat?{PERIOD}").status_code == 403


@pytest.mark.parametrize("who", [MANAGER, buyer_of(ASH)], ids=["alliance", "school"])
def test_as_csv_every_figure_stands_once_with_its_part(vat_world: World, who: Actor) -> None:
    report = answered(vat_world.a(who).get(f"/reports/vat?{PERIOD}"))
    table = vat_world.a(who).get(f"/reports/vat.csv?{PERIOD}").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    for part in {row["Part"] for row in rows}:
        (told,) = [each for each in report["sections"] if each["title"] == part]
        for column, key in (
            ("Without VAT", "net_pence"),
            ("VAT", "vat_pence"),
            ("VAT you account for", "reverse_pence"),
        ):
            assert sum(Decimal(row[column]) for row in rows if row["Part"] == part) * 100 == told["sums"][key]
    named = [each["title"] for each in report["sections"] if each["rows"]]
    assert list(dict.fromkeys(row["Part"] for row in rows)) == [
        title for title in named if title not in ("VAT on bills", "By school")
    ]


def test_the_reverse_charge_is_matched_billed_and_posted_without_vat_and_self_accounted(vat_world: World) -> None:
    bills = answered(vat_world.a(buyer_of(ASH)).get("/bills"))["items"]
    (bill,) = [bill for bill in bills if bill["settlement"] == "recharge"]
    totals = answered(vat_world.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))["vat_totals"]
    assert [(total["vat_class"], total["vat_pence"]) for total in totals] == [
        ("AE", 0),
        ("E", 0),
        ("S", 2000),
        ("Z", 0),
    ]
    balances = vat_world.balances()
    assert (balances["1400"], balances["2200"]) == (3000, -3000)  # 20 % of 150.00, due to HMRC and back from it
    assert balances["2100"] == -63000  # 600.00 of net and 30.00 of VAT, none of it of the reverse charge


def test_vat_that_is_charged_in_spite_of_the_reverse_charge_is_an_exception_and_nobody_is_billed_it(
    world: World,
) -> None:
    order = world.ordered(Order([Line({ASH: 10}, "10.0000", "AE")]))
    line = {**invoice_form(order)["lines"][0], "vat_class": "S", "vat_rate": "20.00"}
    found = invoiced_at(world, order, 2000, lines=[line], net_pence=10000)
    (match,) = found["matches"]
    assert (match["reasons"], match["state"]) == (["vat"], "held")
    key = {"supplier_invoice_id": found["supplier_invoice_id"], "line_no": 1, "school_urn": ASH}
    answered(world.a(MANAGER).post("/match-decisions", {"decision": "accept", "reason": "AE", "lines": [key]}))
    (bill,) = world.billed()
    assert (bill["net_pence"], bill["vat_pence"]) == (10000, 0)


def test_vat126_lists_every_invoice_with_what_the_form_asks_for(vat_world: World) -> None:
    report = answered(vat_world.a(buyer_of(ASH)).get(f"/reports/vat126?{PERIOD}"))
    figures = {row["name"]: row["value"] for row in section(report, "Figures of the claim")}
    assert figures["VAT claimed on non-business purchases"] == "£24.20"
    assert figures["First day of the claim"] == "01/01/2026"
    invoices = {row["number"]: row for row in section(report, "Invoices")}
    assert invoices["B-000001"]["vat_number"] == "GB999999973"
    assert invoices["B-000001"]["addressed_to"] == "Ash Primary School"
    assert invoices["B-000001"]["description"] == "Item 1; Item 2; Item 3; Item 4"
    direct = invoices["D-1"]
    assert (direct["vat_number"], direct["vat_pence"], direct["description"]) == ("GB1", 420, "Autumn stationery")
    table = vat_world.a(buyer_of(ASH)).get(f"/reports/vat126.csv?{PERIOD}").get_data().decode("utf-8-sig")
    (bill,) = [line for line in table.splitlines() if "GB999999973" in line]
    assert bill.endswith("Item 1; Item 2; Item 3; Item 4,Ash Primary School,400.00,20.00")
    for suffix in ("xlsx", "pdf"):
        assert vat_world.a(MANAGER).get(f"/reports/vat126.{suffix}?{PERIOD}&school_urn={ASH}").status_code == 200
    unsaid = answered(vat_world.a(MANAGER).get(f"/reports/vat126?{PERIOD}"), 422)
    assert (unsaid["code"], unsaid["errors"][0]["field"]) == ("claimant_unsaid", "school_urn")
    short = answered(vat_world.a(buyer_of(ASH)).get("/reports/vat126?from=2026-01&to=2026-03"))
    assert "at least 12 months" in short["sections"][0]["note"]
    assert vat_world.a(buyer_of(ASH)).get("/reports/vat?from=2027-01&to=2026-01").status_code == 422


def test_what_carries_no_vat_number_is_not_claimed(vat_world: World) -> None:
    vat_world.rows("UPDATE alliance SET vat_number = NULL RETURNING one")
    report = answered(vat_world.a(buyer_of(ASH)).get(f"/reports/vat126?{PERIOD}"))
    assert [row["number"] for row in section(report, "Invoices")] == ["D-1"]
    assert [row["vat_pence"] for row in section(report, "Not claimed")] == [2000]


def test_a_rejected_direct_invoice_and_what_gives_it_back_stand_in_no_vat_report(world: World) -> None:
    contract = {"contract_id": CONTRACT, "supplier_id": FENWRIGHT, "title": "P", "reference": "C"}
    supplier = {"supplier_id": FENWRIGHT, "name": "Fenwright Paper", "email": "x", "vat_number": "GB1"}
    world.tell(("ContractRecorded", contract | {"settlement": "direct"}), ("SupplierRecorded", supplier))
    order = world.ordered(Order([Line({ASH: 3}, "7.0000"), Line({BEECH: 1}, "1.0000")]))  # Beech’s is still to come
    line = invoice_form(order)["lines"][0]
    sent = {"buyer_urn": ASH, "lines": [line], "net_pence": 2100, "vat_pence": 420, "gross_pence": 2520}
    wrong = answered(world.invoice(order, "D-1", **sent), 201)
    rejection = f"/supplier-invoices/{wrong['supplier_invoice_id']}/rejection"
    answered(world.a(MANAGER).post(rejection, {"reason": "Wrong address"}))
    credit(world, order, Credit(3, "7.0000"), of=("D-1",), buyer_urn=ASH)
    answered(world.invoice(order, "D-2", **sent), 201)

    def direct() -> list[tuple[int, int]]:
        report = answered(world.a(buyer_of(ASH)).get(f"/reports/vat?{PERIOD}"))
        found = section(report, "Invoiced by suppliers directly")
        return [(row["net_pence"], row["vat_pence"]) for row in found]

    assert direct() == [(2100, 420)]
    claim = answered(world.a(buyer_of(ASH)).get(f"/reports/vat126?{PERIOD}"))
    assert [(row["number"], row["vat_pence"]) for row in section(claim, "Invoices")] == [("D-2", 420)]
    credit(world, order, Credit(1, "7.0000"), number="CR-2", of=("D-2",), buyer_urn=ASH)
    assert [sum(figures) for figures in zip(*direct(), strict=True)] == [1400, 280]


def test_the_reverse_charge_is_rounded_document_by_document_as_the_ledger_does(world: World) -> None:
    for place in (1, 2):  # 20 % of 0.12 is 0.02 each, of 0.24 together 0.05
        order = world.ordered(Order([Line({ASH: 1}, "0.1200", "AE")], number=f"PO-00000{place}"))
        answered(world.invoice(order, f"INV-{place}"), 201)
        world.billed()
    assert world.balances()["2200"] == -4
    report = answered(world.a(BOARD).get(f"/reports/vat?{PERIOD}"))
    for title in ("VAT on suppliers’ invoices", "VAT on bills"):
        assert [row["reverse_pence"] for row in section(report, title)] == [4]
