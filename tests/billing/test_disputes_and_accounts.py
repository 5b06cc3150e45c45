"""Disputes of a bill's line, accounts by age with their files, reminders, and what one school's life does to others."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from chassis.actor import SERVICE
from contracts.london import london_today
from services.billing.storage import checklist
from services.billing.usecases.remind_schools import remind_schools
from tests.backends import ServiceDatabase
from tests.billing.test_credit_notes import Credit, credit
from tests.billing.world import (
    ASH,
    BEECH,
    CEDAR,
    CONTRACT,
    FENWRIGHT,
    MANAGER,
    ROUND,
    Line,
    Order,
    World,
    answered,
    buyer_of,
    payment_of,
    refused,
)
from tests.clients import Clients
from tests.official_rules import Judge

Json = dict[str, Any]
ALLIANCE = {
    "name": "Orchard Schools", "legal_name": "Orchard Schools Alliance Limited", "vat_number": "GB999999973",
    "address": {"lines": ["Oast House"], "town": "Millhaven", "postcode": "ZZ1 1AA", "country": "GB"},
    "endpoint": {"scheme": "9932", "id": "GB999999973"}, "email": "office@alliance.example", "telephone": "",
}  # fmt: skip


def billed(world: World, order: Order | None = None, number: str = "INV-0042") -> dict[int, Json]:
    """The bills, by school, of an order that was received and invoiced."""
    world.invoiced(world.ordered(order), number)
    return {bill["school_urn"]: bill for bill in world.billed()}


def dispute(world: World, bill: Json, line_no: int = 1, why: str = "Four boxes were wet") -> Json:
    """A dispute that the bill's school raises."""
    sent = {"line_no": line_no, "why": why}
    client = world.a(buyer_of(bill["school_urn"]))
    return answered(client.post(f"/bills/{bill['bill_id']}/disputes", sent), 201)


def answer(world: World, raised: Json, decision: str, **more: Any) -> Json:
    """The manager's answer to a dispute."""
    sent = {"decision": decision, "answer": "So it is", **more}
    return answered(world.a(MANAGER).post(f"/bill-disputes/{raised['dispute_id']}/answer", sent))


def fall_due(world: World, urn: int, day: date) -> None:
    """Let a school's bills have been due on a day."""
    world.rows("UPDATE bill SET due_date = :due WHERE school_urn = :urn RETURNING 1", due=day, urn=urn)


def ready(world: World) -> list[tuple[object, ...]]:
    """What issuing would do now: by round or period, schools and pence to bill, schools and pence to give back."""
    names = ("round_id", "purchase_order_id", "schools_to_bill", "bill_pence", "schools_to_credit", "credit_pence")
    return [tuple(each[name] for name in names) for each in answered(world.a(MANAGER).get("/bills/ready"))["items"]]


def not_returned(world: World, day: date) -> tuple[int, int]:
    """How many lines, and pence, a month that ends on this day knows of that suppliers credited and schools await."""
    with world.database.database.transaction(SERVICE) as connection:
        return checklist.open_points(connection, day)["credits_not_returned"]


def papers(world: World, urn: int) -> tuple[bytes, ...]:
    """A school's statement of account, byte for byte: JSON, PDF and spreadsheet."""
    client = world.a(buyer_of(urn))
    paths = (f"/accounts/{urn}", f"/accounts/{urn}/statement.pdf", f"/accounts/{urn}/statement.xlsx")
    found = [client.get(path) for path in paths]
    assert [response.status_code for response in found] == [200] * len(paths)
    return tuple(response.get_data() for response in found)


def test_an_upheld_dispute_is_claimed_and_comes_back_with_the_suppliers_credit(world: World) -> None:
    order = world.ordered()
    world.invoiced(order)
    bills = {bill["school_urn"]: bill for bill in world.billed()}
    before = papers(world, BEECH)
    raised = dispute(world, bills[ASH])
    refused(
        world.a(buyer_of(ASH)).post(f"/bills/{bills[ASH]['bill_id']}/disputes", {"line_no": 1, "why": "Again"}),
        409,
        "line_disputed",
    )
    shown = answered(world.a(buyer_of(ASH)).get(f"/bills/{bills[ASH]['bill_id']}"))
    assert (shown["state"], shown["disputes"][0]["state"]) == ("disputed", "open")
    client = world.a(MANAGER)
    sent = {"decision": "upheld", "answer": "We claim them", "net_pence": 37231}
    refused(client.post(f"/bill-disputes/{raised['dispute_id']}/answer", sent), 422, "upheld_too_much")
    below = client.post(f"/bill-disputes/{raised['dispute_id']}/answer", sent | {"net_pence": -500})
    assert "Enter an amount from £0.01 to £100,000,000,000.00." in below.get_data(as_text=True)
    upheld = answer(world, raised, "upheld", net_pence=4380)
    assert (upheld["state"], upheld["net_pence"], upheld["vat_pence"]) == ("upheld", 4380, 876)
    [claim] = answered(client.get("/credit-claims"))["items"]
    figures = (claim["school_urn"], claim["quantity"], claim["net_pence"], claim["vat_pence"])
    assert figures == (ASH, 4, 4380, 876)
    assert claim["requested_by"] == MANAGER.name
    assert world.billed() == []  # nothing comes back before the supplier has credited it
    assert answered(client.get("/bills/ready"))["items"] == []
    credit(world, order, Credit(4, school_urn=ASH))
    assert ready(world) == [(ROUND, None, 0, 0, 1, 5256)]
    assert not_returned(world, date(2026, 11, 30)) == (0, 0)  # the supplier's credit note is of 1 December
    assert not_returned(world, date(2026, 12, 31)) == (1, 5256)
    world.billed()
    assert ready(world) == []
    [note] = answered(client.get("/credit-notes"))["items"]
    assert (note["school_urn"], note["net_pence"], note["gross_pence"]) == (ASH, 4380, 5256)
    assert answered(client.get("/credit-claims"))["items"] == []
    assert papers(world, BEECH) == before
    refused(client.post(f"/bill-disputes/{raised['dispute_id']}/answer", sent), 409, "dispute_answered")


def test_a_whole_line_is_upheld_and_a_declined_or_withdrawn_dispute_lets_the_bill_stand(world: World) -> None:
    bills = billed(world)
    first = answer(world, dispute(world, bills[ASH]), "declined")
    assert (first["state"], first["answer"], first["net_pence"]) == ("declined", "So it is", 0)
    again = dispute(world, bills[ASH], why="Look again")
    taken = answered(world.a(buyer_of(ASH)).post(f"/bill-disputes/{again['dispute_id']}/withdrawal"))
    assert taken["state"] == "withdrawn"
    assert answered(world.a(MANAGER).get(f"/bills/{bills[ASH]['bill_id']}"))["state"] == "open"
    assert answered(world.a(MANAGER).get("/credit-claims"))["items"] == []
    upheld = answer(world, dispute(world, bills[ASH], why="None of it came"), "upheld")
    assert (upheld["net_pence"], upheld["vat_pence"]) == (37230, 7446)
    third = dispute(world, bills[ASH], why="Still nothing")
    sent = {"decision": "upheld", "answer": "Twice is too much"}
    refused(world.a(MANAGER).post(f"/bill-disputes/{third['dispute_id']}/answer", sent), 422, "line_not_disputable")


def test_what_stands_beside_a_dispute_that_is_taken_back_stands_as_it_was_answered(world: World) -> None:
    world.invoiced(world.ordered(Order([Line({ASH: 34}, "0.0100")])))
    [bill] = world.billed()
    first = answer(world, dispute(world, bill), "upheld", net_pence=17)
    rest = answer(world, dispute(world, bill, why="None at all"), "upheld")
    assert [(each["net_pence"], each["vat_pence"]) for each in (first, rest)] == [(17, 4), (17, 3)]  # 7p in all
    answer(world, first, "declined")
    [claim] = answered(world.a(MANAGER).get("/credit-claims"))["items"]
    assert (claim["quantity"], claim["net_pence"], claim["vat_pence"]) == (17, 17, 3)


def test_an_upheld_dispute_is_taken_back_until_the_supplier_credits_it_or_the_month_closes(world: World) -> None:
    order = world.ordered(Order([Line({ASH: 34})]))
    invoice = world.invoiced(order)
    [bill] = world.billed()
    manager = world.a(MANAGER)

    def claimed() -> list[tuple[int, int, int]]:
        found = answered(manager.get("/credit-claims"))["items"]
        return [(claim["quantity"], claim["net_pence"], claim["vat_pence"]) for claim in found]

    before = world.shown(invoice["supplier_invoice_id"])["matches"][0]
    first = answer(world, dispute(world, bill), "upheld", net_pence=4380)
    second = answer(world, dispute(world, bill, why="Two more"), "upheld", net_pence=2190)
    assert claimed() == [(6, 6570, 1314)]
    back = answer(world, first, "declined")
    assert (back["state"], back["net_pence"], claimed()) == ("declined", 0, [(2, 2190, 438)])
    refused(manager.post(f"/bill-disputes/{first['dispute_id']}/answer", {"decision": "upheld", "answer": "?"}), 409,
            "dispute_answered")  # fmt: skip
    month = {"month": london_today().replace(day=1)}
    world.rows("INSERT INTO period (month, state) VALUES (:month, 'closed') RETURNING 1", **month)
    path, declined = f"/bill-disputes/{second['dispute_id']}/answer", {"decision": "declined", "answer": "No"}
    refused(manager.post(path, declined), 409, "period_closed")
    world.rows("UPDATE period SET state = 'open' WHERE month = :month RETURNING 1", **month)
    answer(world, second, "declined")
    after = world.shown(invoice["supplier_invoice_id"])["matches"][0]
    assert [made["decision"] for made in after.pop("decisions")] == ["credit_requested"] * 2 + ["withdrawn"]
    before.pop("decisions")
    assert (after, claimed()) == (before, [])
    told = world.rows("SELECT body ->> 'decision' FROM event_log WHERE type = 'BillDisputeAnswered' ORDER BY id")
    assert [decision for (decision,) in told] == ["upheld", "upheld", "declined", "declined"]
    third = answer(world, dispute(world, bill, why="One"), "upheld", net_pence=1095)
    credit(world, order, Credit(1, school_urn=ASH))
    refused(manager.post(f"/bill-disputes/{third['dispute_id']}/answer", declined), 409, "dispute_credited")
    world.billed()
    assert [note["net_pence"] for note in answered(manager.get("/credit-notes"))["items"]] == [1095]


def test_a_school_disputes_its_own_bills_alone(world: World) -> None:
    bills = billed(world)
    raised = dispute(world, bills[ASH])
    other = world.a(buyer_of(BEECH))
    sent = {"line_no": 1, "why": "Not mine"}
    refused(other.post(f"/bills/{bills[ASH]['bill_id']}/disputes", sent), 404, "not_found")
    refused(other.post(f"/bill-disputes/{raised['dispute_id']}/withdrawal"), 404, "not_found")
    assert answered(other.get("/bill-disputes"))["items"] == []
    refused(world.a(buyer_of(ASH)).post(f"/bills/{bills[ASH]['bill_id']}/disputes", {"line_no": 9, "why": "?"}), 422,
            "line_not_disputable")  # fmt: skip


def test_bills_and_credit_notes_are_valid_as_they_come_from_the_books(world: World, judge: Judge) -> None:
    world.tell(("AllianceRecorded", ALLIANCE))
    order = world.ordered(Order([Line({ASH: 34}), Line({ASH: 7}, "3.3333", "Z", "BOOK"), Line({ASH: 2}, "1.00", "O")]))
    world.invoiced(order)
    inside, outside = world.billed()
    assert [bill["net_pence"] for bill in (inside, outside)] == [37230 + 2333, 200]
    school = world.a(buyer_of(ASH))
    refused(school.get(f"/bills/{inside['bill_id']}.xml"), 409, "electronic_address_missing")
    address = {"scheme": "0088", "identifier": "5060098765439", "vat_number": None}
    path = f"/accounts/{ASH}/electronic-address"
    refused(school.put(path, {**address, "identifier": "5060098765430"}, headers={"If-Match": '"0"'}), 422,
            "endpoint_unknown")  # fmt: skip
    assert answered(school.put(path, address, headers={"If-Match": '"0"'}))["version"] == 1
    refused(school.put(path, address, headers={"If-Match": '"0"'}), 412, "version_conflict")
    for bill in (inside, outside):
        response = school.get(f"/bills/{bill['bill_id']}.xml")
        assert judge(response.get_data()) == set()
        assert response.headers["Content-Disposition"] == f'attachment; filename="{bill["number"]}.xml"'
        total = etree.fromstring(response.get_data()).findtext(".//{*}PayableAmount")
        assert total == f"{bill['gross_pence'] / 100:.2f}"
    answer(world, dispute(world, inside), "upheld", net_pence=4380)
    credit(world, order, Credit(4, school_urn=ASH))
    world.billed()
    [note] = answered(school.get("/credit-notes"))["items"]
    assert judge(school.get(f"/credit-notes/{note['credit_note_id']}.xml").get_data()) == set()
    text = PdfReader(io.BytesIO(school.get(f"/credit-notes/{note['credit_note_id']}.pdf").get_data())).pages[0]
    assert "52.56" in text.extract_text()
    other = world.a(buyer_of(BEECH))
    refused(other.get(f"/bills/{inside['bill_id']}.pdf"), 404, "not_found")


def test_an_account_is_aged_with_its_late_payment_and_all_its_files_say_the_same(world: World) -> None:
    bills = billed(world, Order([Line({ASH: 34, BEECH: 68})]))
    today = london_today()
    world.rows(
        "UPDATE bill SET due_date = :due WHERE school_urn = :urn RETURNING 1", due=today - timedelta(31), urn=ASH
    )
    account = answered(world.a(buyer_of(ASH)).get(f"/accounts/{ASH}"))
    gross = bills[ASH]["gross_pence"]
    assert account["aged"] == {
        "current_pence": 0, "to_30_pence": 0, "to_60_pence": gross, "to_90_pence": 0, "over_90_pence": 0,
        "in_credit_pence": 0,
    }  # fmt: skip
    [item] = account["items"]
    assert (item["document_id"], item["bill_id"]) == (bills[ASH]["bill_id"], bills[ASH]["bill_id"])
    [bill] = account["open_bills"]
    late = {"days": 31, "per_cent": "11.75", "interest_pence": round(gross * 31 * 11.75 / 36500),
            "compensation_pence": 4000}  # fmt: skip
    assert (bill["days_overdue"], bill["late"]) == (31, late)
    assert answered(world.a(MANAGER).get(f"/bills/{bills[ASH]['bill_id']}"))["late"] == late
    assert world.balances()["1100"] == sum(each["gross_pence"] for each in bills.values())  # and nothing posted of it
    _, pdf, xlsx = papers(world, ASH)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    for words in ("446.76", "31 to 60 days".replace("to", "–").replace(" ", ""), "40.00", "11.75 %"):
        assert words in text.replace(" days", "days").replace("31–60days", "31–60days"), words
    rows = CalamineWorkbook.from_filelike(io.BytesIO(xlsx)).get_sheet_by_index(0).to_python()
    assert [446.76 in row for row in rows].count(True) >= 1


def test_example_16_a_school_that_does_not_pay_changes_no_other_statement(world: World) -> None:
    bills = billed(world, Order([Line({ASH: 34, BEECH: 68, CEDAR: 9})]))
    before = {urn: papers(world, urn) for urn in (BEECH, CEDAR)}
    fall_due(world, ASH, date(2026, 1, 31))
    remind_schools(world.database.database, datetime.now(UTC))
    raised = dispute(world, bills[ASH])
    answer(world, raised, "upheld", net_pence=1095)
    world.pay(payment_of(bills[ASH], less=10_000))
    assert {urn: papers(world, urn) for urn in (BEECH, CEDAR)} == before


def test_reminders_come_on_the_day_and_twice_after_it_once_each_and_survive_downtime(world: World) -> None:
    bills = billed(world)
    due = date.fromisoformat(bills[ASH]["due_date"])
    database = world.database.database

    def run(after: int, hour: int = 12) -> list[str]:
        day = due + timedelta(days=after)
        return remind_schools(database, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))

    assert run(-1) == []
    assert run(0, hour=5) == []  # not before half past seven
    assert set(run(0)) == {bill["bill_id"] for bill in bills.values()}
    assert run(0) == run(6) == []
    dispute(world, bills[BEECH])
    assert run(7) == [bills[ASH]["bill_id"]]
    assert run(40) == [bills[ASH]["bill_id"]]  # the reminder of 21 days, though nothing ran then
    assert run(41) == []
    query = "SELECT body FROM event_log WHERE type = 'BillReminderDue' AND body ->> 'school_urn' = '900001' ORDER BY id"
    told = [row.body for row in world.rows(query)]
    assert [body["reminder"] for body in told] == [0, 7, 21]
    assert {body["open_pence"] for body in told} == {bills[ASH]["gross_pence"]}


@pytest.fixture(scope="module")
def wide(module_databases: Callable[[str], ServiceDatabase]) -> World:
    return World(Clients(module_databases))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    wanted=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60)), min_size=1, max_size=4),
    prices=st.lists(st.decimals("0.01", "40", places=4), min_size=4, max_size=4),
    classes=st.lists(st.sampled_from("SSZO"), min_size=4, max_size=4),
)
def test_the_bills_of_an_agreed_invoice_add_up_to_it(
    wide: World, wanted: list[tuple[int, int, int]], prices: list[Any], classes: list[str]
) -> None:
    """Whatever is ordered: nothing is lost between the supplier's invoice and the schools' bills, not even a penny."""
    [(count,)] = wide.rows("SELECT count(*) FROM purchase_order")
    lines = [
        Line({urn: units for urn, units in zip((ASH, BEECH, CEDAR), each, strict=True) if units}, f"{price:.4f}", kind)
        for each, price, kind in zip(wanted, prices, classes, strict=False)
    ]
    order = wide.ordered(Order(lines, number=f"PO-{count + 1:06d}"))
    invoice = wide.invoiced(order, f"INV-{count + 1}")
    bills = wide.billed()
    assert sum(bill["net_pence"] for bill in bills) == invoice["net_pence"]
    assert sum(bill["vat_pence"] for bill in bills) == invoice["vat_pence"]
    shown = [answered(wide.a(MANAGER).get(f"/bills/{bill['bill_id']}")) for bill in bills]
    assert all(len({line["vat_class"] == "O" for line in bill["lines"]}) == 1 for bill in shown)
    query = "SELECT sum(debit_pence) - sum(credit_pence) FROM entry_line WHERE account IN ('5100', '5110')"
    assert wide.rows(query) == [(0,)]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acting=st.sampled_from([ASH, BEECH, CEDAR]),
    acts=st.lists(st.sampled_from(["pay", "dispute", "late", "credit", "order", "remind"]), max_size=4, unique=True),
)
def test_whatever_one_school_does_changes_no_byte_of_another_schools_statement(
    wide: World, acting: int, acts: list[str]
) -> None:
    """Example 16 for any life of a school: it pays, disputes, finds units missing, is credited, orders, is late."""
    [(count,)] = wide.rows("SELECT count(*) FROM purchase_order")
    order = Order([Line({ASH: 34, BEECH: 68, CEDAR: 9})], number=f"PO-{count + 1:06d}")
    bill = billed(wide, order, f"INV-{count + 1}")[acting]
    before = {urn: papers(wide, urn) for urn in (ASH, BEECH, CEDAR)}
    for act in acts:
        if act == "pay":
            wide.pay(payment_of(bill))
        elif act == "dispute":
            answer(wide, dispute(wide, bill), "declined")
        elif act == "late":
            wide.tell(order.receipt(acting, line_1=-1))
        elif act == "credit":
            credit(wide, order, Credit(1, school_urn=acting), number=f"CR-{count + 1}")
        elif act == "order":
            wide.invoiced(wide.ordered(Order([Line({acting: 5})], number=f"PO-{count + 2:06d}")), f"INV-{count + 2}")
        else:
            fall_due(wide, acting, date(2026, 1, 31))
            remind_schools(wide.database.database, datetime.now(UTC))
        wide.billed()
    changed = {urn for urn in before if papers(wide, urn) != before[urn]}
    assert changed <= {acting}
    assert changed or not {"pay", "order"} & {*acts}  # a comparison that sees no change would see none anywhere


def test_a_bill_is_due_in_thirty_days_or_as_its_contract_says(world: World) -> None:
    assert {bill["due_date"] for bill in billed(world).values()} == {f"{london_today() + timedelta(30)}"}
    contract = {"contract_id": CONTRACT, "supplier_id": FENWRIGHT, "title": "Paper", "reference": "C-1"}
    world.tell(("ContractRecorded", {**contract, "settlement": "recharge", "payment_days": 14}))
    order = Order([Line({ASH: 5})], number="PO-000002")
    assert billed(world, order, "INV-2")[ASH]["due_date"] == f"{london_today() + timedelta(14)}"


def test_the_manager_keeps_the_reference_rates_by_which_late_payment_is_told(world: World) -> None:
    bills = billed(world)
    fall_due(world, ASH, date(2026, 6, 30))  # interest begins with the half-year
    client = world.a(MANAGER)
    refused(client.put("/reference-rates/2026-08-01", {"per_cent": "4.00"}), 422, "no_half_year")
    refused(world.a(buyer_of(ASH)).put("/reference-rates/2026-07-01", {"per_cent": "4.00"}), 403, "forbidden")
    rates = answered(client.put("/reference-rates/2026-07-01", {"per_cent": "4.00"}))["items"]
    assert rates[:2] == [{"from_on": "2026-07-01", "per_cent": "4.00"}, {"from_on": "2026-01-01", "per_cent": "3.75"}]
    late = answered(client.get(f"/bills/{bills[ASH]['bill_id']}"))["late"]
    assert late["per_cent"] == "12.00"
