"""A school takes its documents over into its accounts program: every pound once, and no cell as a formula."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest

from services.billing.domain.ledger_export import FIELDS
from services.billing.usecases import export_ledger
from tests.backends import ServiceDatabase
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
    payment_of,
    refused,
    seller_of,
)
from tests.clients import Clients

TIME = {"from_on": "2026-01-01", "to_on": "2027-12-31"}
PROFILE = {
    "format": "sage50",
    "account": "=ALLIANCE, Ltd",
    "bank_nominal": "1200",
    "department": "0",
    "nominals": {"E19": "5001"},
    "tax_codes": {"S": "T1"},
}


@pytest.fixture(scope="module")
def world(module_databases: Callable[[str], ServiceDatabase]) -> World:
    """Two schools are billed, Ash pays, and gets two units back."""
    made = World(Clients(module_databases))
    order = made.ordered(Order([Line({ASH: 34, BEECH: 68}), Line({ASH: 3}, "1.3300", "Z", "ZERO")]))
    made.invoiced(order, "INV-1")
    bills = made.billed()
    pay(made, bills[0])
    credit = invoice_form(Order([Line({ASH: 2})], order_id=order.order_id), "CR-1")
    credit["lines"][0]["school_urn"] = ASH
    sent = {**credit, "kind": "credit_note", "credits": ["INV-1"]}
    answered(made.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent), 201)
    made.billed()
    return made


def pay(world: World, bill: Any) -> None:
    world.pay(payment_of(bill))


def profile(world: World, actor: Any, **changed: Any) -> dict[str, Any]:
    version = answered(world.a(actor).get("/export-profile"))["version"]
    saved = world.a(actor).put("/export-profile", {**PROFILE, **changed}, headers={"If-Match": f'"{version}"'})
    return answered(saved)


def table(world: World, actor: Any, *, again: bool = True, **changed: Any) -> list[dict[str, str]]:
    if changed:
        profile(world, actor, **changed)
    sent = world.a(actor).post("/ledger-exports", {**TIME, "again": again})
    assert sent.status_code == 201, sent.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(sent.get_data(as_text=True))))


def pence(rows: list[dict[str, str]], *columns: str) -> int:
    return int(sum(Decimal(row[column]) for row in rows for column in columns) * 100)


def test_sage_gets_every_document_once_and_with_its_signs_as_types(world: World) -> None:
    ash = buyer_of(ASH)
    refused(world.a(ash).post("/ledger-exports", TIME), 409, "export_not_set_up")
    profile(world, ash)
    rows = table(world, ash, again=False)
    account = answered(world.a(ash).get(f"/accounts/{ASH}"))
    by_type = {kind: [row for row in rows if row["Type"] == kind] for kind in ("PI", "PC", "PA")}
    assert sum(map(len, by_type.values())) == len(rows)
    balance = {kind: pence(found, "Net", "Tax") for kind, found in by_type.items()}
    assert balance["PI"] - balance["PC"] - balance["PA"] == account["balance_pence"]
    shown = {item["kind"]: item for item in account["items"]}
    assert balance["PA"] == shown["receipt"]["credit_pence"]
    assert {row["Nominal"] for row in by_type["PI"]} == {"5001"}
    assert {row["Tax code"] for row in by_type["PI"]} == {"T1", "T0"}
    assert {(row["Nominal"], row["Tax code"]) for row in by_type["PA"]} == {("1200", "T9")}
    assert {row["Account"] for row in rows} == {"'=ALLIANCE, Ltd"}
    refused(world.a(ash).post("/ledger-exports", TIME), 409, "nothing_to_export")
    assert table(world, ash) == rows
    log = answered(world.a(ash).get("/ledger-exports"))["items"]
    assert [(each["again"], each["documents"]) for each in log] == [(True, 3), (False, 3)]
    assert log[0]["gross_pence"] == account["balance_pence"]


def test_the_screens_totals_are_the_files(world: World) -> None:
    ash = buyer_of(ASH)
    own = [{"field": name, "heading": f"-{name}"} for name in FIELDS]
    rows = table(world, ash, format="csv", columns=own)
    kinds = {"Bill": "bill", "Credit note": "credit_note", "Payment": "receipt"}
    previewed = answered(world.a(ash).get("/ledger-exports/preview", query_string=TIME))["items"]
    assert set(rows[0]) == {f"'-{name}" for name in FIELDS}
    for shown in previewed:
        found = [row for row in rows if kinds[row["'-type"]] == shown["kind"]]
        assert (pence(found, "'-net"), pence(found, "'-vat"), pence(found, "'-gross")) == (
            shown["net_pence"],
            shown["vat_pence"],
            shown["gross_pence"],
        )
    assert any(row["'-net"].startswith("-") for row in rows)  # a number, not a text
    bills = answered(world.a(ash).get("/bills"))["items"]
    assert next(each for each in previewed if each["kind"] == "bill")["gross_pence"] == sum(
        bill["gross_pence"] for bill in bills
    )


def test_xero_and_arbor_get_what_they_read(world: World) -> None:
    ash = buyer_of(ASH)
    rows = table(world, ash, format="xero", tax_codes={})
    wanted = ["*ContactName", "*InvoiceNumber", "*InvoiceDate", "*DueDate", "*Description", "*Quantity", "*UnitAmount"]
    assert [*rows[0]][:9] == [*wanted, "AccountCode", "TaxType"]
    assert {row["TaxType"] for row in rows} == {"20% (VAT on Expenses)", "Zero Rated Expenses"}
    account = answered(world.a(ash).get(f"/accounts/{ASH}"))
    owed = sum(item["debit_pence"] - item["credit_pence"] for item in account["items"] if item["kind"] != "receipt")
    assert pence(rows, "*UnitAmount", "TaxAmount") == owed
    profile(world, ash, format="arbor", tax_codes={})
    sent = world.a(ash).post("/ledger-exports", {**TIME, "again": True}).get_data(as_text=True)
    assert '"' not in sent
    assert {line.count(",") for line in sent.splitlines()} == {11}


def test_a_school_exports_its_own_and_the_alliance_its_journal(world: World) -> None:
    rows = table(world, buyer_of(BEECH), account="ALL")
    assert {row["Reference"][:2] for row in rows} == {"B-"}
    assert answered(world.a(MANAGER).get("/export-profile"))["version"] == 0
    journal = table(world, MANAGER, account="Bursar", nominals={"1100": "1105"})
    sides = {kind: pence([row for row in journal if row["Type"] == kind], "Net") for kind in ("JD", "JC")}
    assert sides["JD"] == sides["JC"] > 0
    balance = answered(world.a(MANAGER).get("/reports/trial-balance", query_string={"as_at": TIME["to_on"]}))
    balances = {each["account"]: each for each in balance["items"]}
    debtors = [row for row in journal if row["Nominal"] == "1105"]
    assert balances["1100"]["debit_pence"] == pence([row for row in debtors if row["Type"] == "JD"], "Net") - pence(
        [row for row in debtors if row["Type"] == "JC"], "Net"
    )
    refused(world.a(BOARD).post("/ledger-exports", TIME), 403, "forbidden")
    refused(world.a(seller_of(FENWRIGHT)).get("/export-profile"), 403, "forbidden")
    stale = world.a(MANAGER).put("/export-profile", PROFILE, headers={"If-Match": '"7"'})
    refused(stale, 412, "version_conflict")


def test_an_export_sent_twice_is_one_and_comes_as_the_same_file(world: World) -> None:
    profile(world, MANAGER)
    sent = {**TIME, "again": True}
    first, second = (world.a(MANAGER).post("/ledger-exports", sent, key="an-export-0001") for _ in range(2))
    assert second.headers["Idempotent-Replay"] == "true"
    assert (second.data, second.headers["Content-Disposition"]) == (first.data, first.headers["Content-Disposition"])


def test_every_export_is_listed(world: World) -> None:
    ash = buyer_of(ASH)
    profile(world, ash)
    for _ in range(3):
        table(world, ash)
    whole = answered(world.a(ash).get("/ledger-exports"))
    assert whole["next"] is None
    found: list[Any] = []
    after = None
    while after is not None or not found:
        page = answered(
            world.a(ash).get("/ledger-exports", query_string={"limit": 2} | ({"after": after} if after else {}))
        )
        found, after = [*found, *page["items"]], page["next"]
    assert found == whole["items"]


def test_what_is_posted_while_an_export_is_written_is_in_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(world, MANAGER)
    table(world, MANAGER)
    written, owed = export_ledger._as_csv, answered(world.a(buyer_of(BEECH)).get("/bills"))["items"][0]

    def meanwhile(*of: Any) -> bytes:
        content = written(*of)
        paying = Thread(target=pay, args=(world, owed))
        paying.start()
        paying.join()
        return content

    with monkeypatch.context() as patched:
        patched.setattr(export_ledger, "_as_csv", meanwhile)
        first = table(world, MANAGER)
    second = table(world, MANAGER, again=False)
    assert {row["Reference"] for row in second}.isdisjoint(row["Reference"] for row in first)
    assert any("Payment of" in row["Details"] for row in second)


def test_a_payment_undone_after_its_export_is_taken_back_by_the_next(service_client: Clients) -> None:
    world = World(service_client)
    world.invoiced(world.ordered(Order([Line({ASH: 34})])), "INV-1")
    bill = world.billed()[0]
    ash, gross = buyer_of(ASH), bill["gross_pence"]
    profile(world, ash)
    pay(world, bill)
    line = answered(world.a(MANAGER).get("/bank-lines"))["items"][0]
    at = f"/bank-lines/{line['bank_line_id']}"
    for act in ("undo", "redo"):  # in no export yet: the first of the two payments never was
        answered(world.a(MANAGER).post(f"{at}/{act}", {}))
    assert [(row["Type"], row["Reference"]) for row in table(world, ash, again=False)] == [
        ("PI", bill["number"]),
        ("PA", "RC-000002"),
    ]
    answered(world.a(MANAGER).post(f"{at}/undo", {}))
    back = table(world, ash, again=False)
    assert [(row["Type"], row["Nominal"], row["Reference"]) for row in back] == [("PI", "1200", "RC-000002")]
    assert (pence(back, "Net", "Tax"), back[0]["Details"]) == (gross, f"Undone: payment of {bill['number']}")
    answered(world.a(MANAGER).post(f"{at}/redo", {}))
    assert [(row["Type"], row["Reference"]) for row in table(world, ash, again=False)] == [("PA", "RC-000003")]
    shown = answered(world.a(ash).get("/ledger-exports/preview", query_string=TIME))["items"]
    assert {each["kind"]: (each["documents"], each["fresh"], each["gross_pence"]) for each in shown} == {
        "bill": (1, 0, gross),
        "receipt": (2, 0, -2 * gross),
        "receipt_undone": (1, 0, gross),
    }
    assert sum(each["gross_pence"] for each in shown) == answered(world.a(ash).get(f"/accounts/{ASH}"))["balance_pence"]
    assert all(each["debit_pence"] - each["credit_pence"] == each["gross_pence"] for each in shown)
    (journal,) = answered(world.a(MANAGER).get("/ledger-exports/preview", query_string=TIME))["items"]
    assert (journal["gross_pence"], journal["debit_pence"]) == (0, journal["credit_pence"])
    assert journal["debit_pence"] >= 3 * gross


@pytest.fixture
def direct(service_client: Clients) -> World:
    """A world whose contract is settled directly: the supplier invoices Ash itself."""
    made = World(service_client)
    contract = {"contract_id": CONTRACT, "supplier_id": FENWRIGHT, "title": "Energy", "reference": "C-1"}
    made.tell(("ContractRecorded", contract | {"settlement": "direct"}))
    return made


def invoiced_to(world: World, urn: int, number: str) -> tuple[Order, dict[str, Any]]:
    order = world.ordered(Order([Line({urn: 34})], number=f"PO-{number[-1]:0>6}"))
    sent = invoice_form(order, number) | {"buyer_urn": urn, "due_date": "2026-12-20"}
    return order, answered(world.a(seller_of(FENWRIGHT)).post("/supplier-invoices", sent), 201)


def test_what_a_supplier_invoices_to_a_school_itself_is_a_purchase_from_that_supplier(direct: World) -> None:
    ash = buyer_of(ASH)
    order, _ = invoiced_to(direct, ASH, "INV-1")
    invoiced_to(direct, BEECH, "INV-2")
    credit(direct, order, Credit(2), of=("INV-1",), buyer_urn=ASH)
    known = answered(direct.a(ash).get("/export-profile"))
    assert (known["suppliers_known"], known["codes"]) == (
        [{"supplier_id": FENWRIGHT, "name": "Fenwright Paper"}],
        ["E19"],
    )
    rows = table(direct, ash, again=False, account="ALLIANCE")
    assert [(row["Type"], row["Account"], row["Nominal"], row["Reference"], row["Details"]) for row in rows] == [
        ("PI", "Fenwright Paper", "5001", "INV-1", "Autumn stationery"),
        ("PC", "Fenwright Paper", "5001", "CR-1", "Credit of INV-1"),
    ]
    (bill,) = answered(direct.a(ash).get("/bills"))["items"]
    assert (pence(rows[:1], "Net", "Tax"), pence(rows[1:], "Net", "Tax")) == (
        bill["gross_pence"],
        bill["credited_pence"],
    )
    shown = answered(direct.a(ash).get("/ledger-exports/preview", query_string=TIME))["items"]
    assert {each["kind"]: (each["documents"], each["fresh"], each["gross_pence"]) for each in shown} == {
        "direct_bill": (1, 0, bill["gross_pence"]),
        "direct_credit_note": (1, 0, -bill["credited_pence"]),
    }
    (xero, _) = table(direct, ash, format="xero", tax_codes={}, suppliers={FENWRIGHT: "FEN01"})
    assert (xero["*ContactName"], xero["*InvoiceNumber"], xero["*DueDate"]) == ("FEN01", "INV-1", "20/12/2026")
    refused(direct.a(ash).post("/ledger-exports", TIME), 409, "nothing_to_export")


def test_a_rejected_invoice_is_exported_only_where_it_was_before(direct: World) -> None:
    ash, manager = buyer_of(ASH), direct.a(MANAGER)
    _, bill = invoiced_to(direct, ASH, "INV-1")
    rejection = f"/supplier-invoices/{bill['supplier_invoice_id']}/rejection"
    profile(direct, ash)
    answered(manager.post(rejection, {"reason": "Wrong address"}))
    refused(direct.a(ash).post("/ledger-exports", TIME), 409, "nothing_to_export")
    answered(manager.post(f"{rejection}-withdrawal", {"reason": "It was right"}))
    assert [row["Reference"] for row in table(direct, ash, again=False)] == ["INV-1"]
    answered(manager.post(rejection, {"reason": "Wrong address after all"}))
    order = direct.rows("SELECT purchase_order_id FROM purchase_order")[0][0]
    credit(direct, Order([Line({ASH: 34})], order_id=str(order)), Credit(34), of=("INV-1",), buyer_urn=ASH)
    given_back = table(direct, ash, again=False)
    assert [(row["Type"], row["Reference"]) for row in given_back] == [("PC", "CR-1")]
    rows = table(direct, ash)
    assert pence([row for row in rows if row["Type"] == "PI"], "Net", "Tax") == pence(given_back, "Net", "Tax") > 0


def test_what_gives_back_a_rejected_invoice_that_was_never_exported_is_not_exported(direct: World) -> None:
    order, bill = invoiced_to(direct, ASH, "INV-1")
    answered(direct.a(MANAGER).post(f"/supplier-invoices/{bill['supplier_invoice_id']}/rejection", {"reason": "Wrong"}))
    credit(direct, order, Credit(34), of=("INV-1",), buyer_urn=ASH)
    profile(direct, buyer_of(ASH))
    refused(direct.a(buyer_of(ASH)).post("/ledger-exports", {**TIME, "again": True}), 409, "nothing_to_export")
