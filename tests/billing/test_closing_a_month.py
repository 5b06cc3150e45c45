"""A month from its first entry to its close: accruals, the checklist, reopening, and what must never change."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chassis.actor import SERVICE, Actor
from contracts.london import london_today
from services.billing.domain.adjustments import over_two_years
from services.billing.domain.ledger import Entry, bill_entry, invoice_entry, payment_entry, receipt_entry
from services.billing.domain.periods import last_of
from services.billing.storage import balances, ledger, periods
from services.billing.usecases.reverse_entries import reverse_entries
from tests.backends import ServiceDatabase
from tests.billing.documents import entry as bank_entry
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
    refused,
    seller_of,
)
from tests.clients import Clients

SEPTEMBER = "/periods/2026-09"
OCTOBER = "/periods/2026-10"


@pytest.fixture(scope="module")
def books(module_databases: Callable[[str], ServiceDatabase]) -> World:
    """Paper ordered and received in September; half of it is invoiced then, the rest never was."""
    world = World(Clients(module_databases))
    order = Order()
    world.tell(*order.events())
    for urn in (ASH, BEECH):
        kind, body = order.receipt(urn)
        world.tell((kind, body | {"recorded_at": "2026-09-20T09:30:00Z"}))
    answered(world.invoice(order, issue_date="2026-09-24", **half()), 201)
    return world


def half() -> dict[str, Any]:
    """17 of the 34 boxes of Ash and 34 of the 68 of Beech, dearer than they were ordered."""
    line = {
        "order_line_no": 1,
        "quantity": 51,
        "unit_price": "11.0000",
        "net_pence": 56100,
        "vat_class": "S",
        "vat_rate": "20.00",
    }
    return {"lines": [line], "net_pence": 56100, "vat_pence": 11220, "gross_pence": 67320}


def shown(world: World, month: str = SEPTEMBER) -> dict[str, Any]:
    return answered(world.a(MANAGER).get(month))


def still_open(month: dict[str, Any], severity: str) -> set[str]:
    return {point["name"] for point in month["checklist"] if point["open"] and point["severity"] == severity}


def act(world: World, month: str, verb: str, version: int, why: str = "") -> Any:
    return world.a(MANAGER).post(f"{month}/{verb}", {"why": why}, headers={"If-Match": f'"{version}"'})


def test_a_month_closes_once_everything_is_explained_and_reopens_for_a_reason(books: World) -> None:
    month = shown(books)
    assert still_open(month, "blocking") == {"adjustments_unposted", "lines_to_decide"}
    (accrual,) = month["proposals"]
    assert (accrual["kind"], accrual["pence"]) == ("accrual", 55845)
    refused(act(books, SEPTEMBER, "close", 0), 409, "period_not_closable")

    for match in books.shown(books.rows("SELECT supplier_invoice_id::text FROM supplier_invoice")[0][0])["matches"]:
        place = f"/supplier-invoices/{match_invoice(books)}/matches/1/{match['school_urn']}"
        answered(books.a(MANAGER).post(f"{place}/dispute", {"reason": "Dearer than we agreed"}))
    posted = books.a(MANAGER).post(f"{SEPTEMBER}/adjustments", {"keys": [accrual["key"]]})
    month = answered(posted, 201)
    assert (month["proposals"], [row["pence"] for row in month["adjustments"]]) == ([], [55845])
    refused(books.a(MANAGER).post(f"{SEPTEMBER}/adjustments", {"keys": [accrual["key"]]}), 409, "unknown_proposal")
    at_end = balance(books, "2026-09-30")
    assert (at_end["2150"], at_end["5100"]) == (-55845, 111945)
    assert "2150" not in {code for code, pence in balance(books, "2026-10-01").items() if pence}

    before = balance(books, "2026-10-31")
    month = answered(act(books, SEPTEMBER, "close", 0, "Seen with the board"))
    assert (month["state"], month["version"], month["latest_closed"]) == ("closed", 1, True)
    assert [point["name"] for point in month["changes"][0]["open_points"]] == ["lines_disputed"]
    undo = f"/adjustments/{month['adjustments'][0]['adjustment_id']}/undo"
    refused(books.a(MANAGER).post(undo, {}), 409, "period_closed")
    assert balance(books, "2026-09-30") == at_end
    refused(act(books, SEPTEMBER, "close", 1), 409, "period_closed")
    refused(act(books, SEPTEMBER, "reopen", 0, "late"), 412, "version_conflict")
    refused(act(books, SEPTEMBER, "reopen", 1), 422, "validation_failed")

    month = answered(act(books, SEPTEMBER, "reopen", 1, "The auditor asked for the accrual to go"))
    assert [(change["state"], change["changed_by"]) for change in month["changes"]] == [
        ("closed", "Mags Field"),
        ("open", "Mags Field"),
    ]
    assert balance(books, "2026-10-31") == before
    month = answered(books.a(MANAGER).post(undo, {}))
    assert [row["undone_by"] for row in month["adjustments"]] == ["Mags Field"]
    assert balance(books, "2026-09-30") == at_end | {"2150": 0, "5100": 56100}
    assert len(month["proposals"]) == 1


def match_invoice(world: World) -> str:
    return str(world.rows("SELECT supplier_invoice_id FROM supplier_invoice")[0][0])


def balance(world: World, day: str) -> dict[str, int]:
    items = answered(world.a(BOARD).get(f"/reports/trial-balance?as_at={day}"))["items"]
    assert sum(item["debit_pence"] - item["credit_pence"] for item in items) == 0
    return {item["account"]: item["debit_pence"] - item["credit_pence"] for item in items}


@pytest.mark.parametrize(
    "asked",
    [
        "/reports/school-years?as_at=0001-01-01",
        "/reports/school-years?as_at=9999-12-31",
        "/reports/aged-debt?as_at=9999-12-31",
        "/received-not-invoiced?on=9999-12-31",
        "/received-not-invoiced?on=0001-01-01",
        "/money-reports/spending?from_on=0001-01-01",
        "/entries?account=1100&from_day=0001-01-01",
        "/entries?account=1100&after=2026-13-45.J-000001.1",
        "/entries?account=1100&after=J-000001",
    ],
)
def test_a_day_or_place_that_there_is_not_is_refused(books: World, asked: str) -> None:
    refused(books.a(BOARD).get(asked), 422, "validation_failed")


@pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_are_answered(books: World, day: str) -> None:
    for path in ("school-years?as_at=", "aged-debt?as_at=", "aged-credit?as_at=", "trial-balance?as_at="):
        answered(books.a(BOARD).get(f"/reports/{path}{day}"))
    answered(books.a(BOARD).get(f"/received-not-invoiced?on={day}"))
    answered(books.a(BOARD).get(f"/entries?account=2100&from_day={day}&to_day={day}"))


def test_without_a_day_the_trial_balance_is_as_at_today(world: World) -> None:
    with world.database.database.transaction(SERVICE) as connection:
        ledger.post(connection, [entry_of("bill", 12345, 0, london_today())], "x")
        ledger.post(connection, [entry_of("bill", 100, 0, london_today() + timedelta(1))], "x")
    items = answered(world.a(BOARD).get("/reports/trial-balance"))["items"]
    assert {item["account"]: item["debit_pence"] for item in items if item["debit_pence"]} == {"1100": 12345}


def test_months_close_in_their_order_and_never_before_they_end(books: World) -> None:
    this_month = books.rows("SELECT to_char(now() AT TIME ZONE 'Europe/London', 'YYYY-MM')")[0][0]
    refused(act(books, f"/periods/{this_month}", "close", 0), 409, "month_not_over")
    refused(act(books, OCTOBER, "close", 0), 409, "earlier_month_open")
    refused(act(books, OCTOBER, "reopen", 0, "no"), 409, "period_not_closed")
    assert answered(books.a(BOARD).get("/periods"))["items"][-1]["month"] == "2026-09-01"
    refused(books.a(BOARD).post(f"{SEPTEMBER}/close", {}, headers={"If-Match": '"0"'}), 403, "forbidden")
    answered(books.a(MANAGER).get("/periods/2999-01"), 404)


def a_service(world: World, number: str, begins: date) -> Order:
    """A year of payroll for Ash at £365.00, accepted by the supplier."""
    order = Order(number=number)
    issued = order.events()[0][1] | {
        "round_id": None,
        "round_number": None,
        "round_title": None,
        "title": "Payroll bureau",
        "plan_id": str(uuid4()),
        "service_from": begins.isoformat(),
        "service_to": (begins + timedelta(364)).isoformat(),
        "contract_id": CONTRACT,
    }
    issued["lines"][0] |= {"kind": "service", "quantity": 1, "unit_price": "365.0000", "net_pence": 36500}
    drop = {
        "purchase_order_id": order.order_id,
        "school_urn": ASH,
        "lines": [{"line_no": 1, "quantity": 1, "net_pence": 36500}],
    }
    answer = {"purchase_order_id": order.order_id, "answer": "accepted", "reason": None}
    world.tell(("PurchaseOrderIssued", issued), ("DropIssued", drop), ("PurchaseOrderAcknowledged", answer))
    return order


def test_a_services_charge_is_spread_over_the_alliances_two_years_by_days(books: World) -> None:
    a_service(books, "PO-000002", date(2026, 9, 1))
    accrued = {row["document_number"]: row["pence"] for row in shown(books)["proposals"]}
    assert accrued["PO-000002"] == 3000  # 30 of 365 days are delivered and on no invoice
    line = {"order_line_no": 1, "quantity": 1, "unit_price": "365.0000", "net_pence": 36500, "vat_class": "S"}
    sent = {"issue_date": "2026-09-25", "lines": [line], "net_pence": 36500, "vat_pence": 7300, "gross_pence": 43800}
    answered(books.invoice(Order(number="PO-000002"), "PAY-1", **sent), 201)

    year = books.a(MANAGER).put("/periods/financial-year", {"year_begins_in": 10}, headers={"If-Match": '"1"'})
    assert answered(year) == {"year_begins_in": 10}
    found = {(row["kind"], row["pence"]) for row in shown(books)["proposals"]}
    assert ("prepayment", 33500) in found
    assert not [row for row in shown(books)["proposals"] if row["document_number"] == "PO-000002"]


def test_what_is_credited_of_a_service_is_neither_prepaid_nor_deferred(world: World) -> None:
    today = london_today()
    month = today.replace(day=1)
    order = a_service(world, "PO-000001", month)
    world.tell(order.receipt(ASH, line_1=1))
    line = {"order_line_no": 1, "quantity": 1, "unit_price": "365.0000", "net_pence": 36500, "vat_class": "S"}
    sent = {"lines": [line], "net_pence": 36500, "vat_pence": 7300, "gross_pence": 43800}
    answered(world.invoice(order, **sent, issue_date=today.isoformat()), 201)
    manager = world.a(MANAGER)
    begins = last_of(month) + timedelta(1)
    answered(manager.put("/periods/financial-year", {"year_begins_in": begins.month}, headers={"If-Match": '"1"'}))
    bills = {"purchase_order_id": order.order_id}
    [bill] = answered(manager.post("/bills", bills), 201)["items"]

    def next_year() -> dict[str, int]:
        return {row["kind"]: row["pence"] for row in shown(world, f"/periods/{month:%Y-%m}")["proposals"]}

    whole = over_two_years(36500, month, month + timedelta(364), last_of(month))[1]
    assert next_year() == {"prepayment": whole, "deferred_income": whole}
    raised = {"line_no": 1, "why": "A third of it was never done"}
    dispute = answered(world.a(buyer_of(ASH)).post(f"/bills/{bill['bill_id']}/disputes", raised), 201)
    answer = {"decision": "upheld", "answer": "We claim it", "net_pence": 12000}
    answered(manager.post(f"/bill-disputes/{dispute['dispute_id']}/answer", answer))
    credit(world, order, Credit(1, "120.0000", ASH), on=today)
    answered(manager.post("/bills", bills), 201)
    left = over_two_years(24500, month, month + timedelta(364), last_of(month))[1]
    assert next_year() == {"prepayment": left, "deferred_income": left}
    rows = answered(manager.get("/reports/school-years"))["sections"][0]["rows"]
    assert [row["this_pence"] + row["next_pence"] for row in rows] == [24500]


def test_units_that_a_supplier_credited_are_accrued_again_but_not_those_that_a_school_was_right_about(
    world: World,
) -> None:
    order = Order([Line({ASH: 34})])
    kind, body = order.receipt(ASH)
    world.tell(*order.events(), (kind, body | {"recorded_at": "2026-09-20T09:30:00Z"}))
    answered(world.invoice(order, issue_date="2026-09-24"), 201)
    [bill] = world.billed()
    raised = {"line_no": 1, "why": "Four boxes were wet"}
    dispute = answered(world.a(buyer_of(ASH)).post(f"/bills/{bill['bill_id']}/disputes", raised), 201)
    answer = {"decision": "upheld", "answer": "We claim them", "net_pence": 4380}
    answered(world.a(MANAGER).post(f"/bill-disputes/{dispute['dispute_id']}/answer", answer))
    credit(world, order, Credit(4, school_urn=ASH), number="CR-1", on=date(2026, 9, 28))
    assert shown(world)["proposals"] == []
    assert answered(world.a(MANAGER).get("/received-not-invoiced"))["items"] == []
    credit(world, order, Credit(2, school_urn=ASH), number="CR-2", on=date(2026, 9, 29))
    assert [(row["kind"], row["pence"]) for row in shown(world)["proposals"]] == [("accrual", 2190)]
    credit(world, order, Credit(1, school_urn=ASH), number="CR-3", on=date(2026, 10, 1))
    assert [row["pence"] for row in shown(world)["proposals"]] == [2190]
    assert [row["pence"] for row in shown(world, OCTOBER)["proposals"]] == [3285]


def test_what_is_not_billed_yet_is_counted_at_what_schools_will_pay(world: World) -> None:
    """Ash got 38 of the 40 that are invoiced: released, it pays for 38, and the rest is claimed of the supplier."""
    order = world.ordered(Order([Line({ASH: 40}, "10.0000")]), received=False)
    world.tell(order.receipt(ASH, line_1=38))
    invoice_id = answered(world.invoice(order, issue_date="2026-09-24"), 201)["supplier_invoice_id"]
    place = f"/supplier-invoices/{invoice_id}/matches/1/{ASH}"
    answered(world.a(MANAGER).post(f"{place}/accept", {"reason": "Two are claimed"}))
    [point] = [each for each in shown(world)["checklist"] if each["name"] == "lines_not_billed"]
    [ready] = answered(world.a(MANAGER).get("/bills/ready"))["items"]
    assert (point["count"], point["pence"]) == (1, ready["bill_pence"]) == (1, 45_600)


def test_what_is_owed_is_aged_by_its_due_date(books: World) -> None:
    aged = answered(books.a(BOARD).get("/reports/aged-credit?as_at=2026-11-30"))["sections"][0]["rows"]
    assert [(row["party"], row["to_60"], row["total"]) for row in aged] == [("Fenwright Paper", 111120, 111120)]
    assert answered(books.a(BOARD).get("/reports/aged-debt"))["sections"][0]["rows"] == []
    control = answered(books.a(BOARD).get("/reports/control-accounts"))
    earlier = books.a(BOARD).get("/reports/control-accounts.xlsx?as_at=2025-12-31")
    assert refused(earlier, 422, "report_is_of_today")["errors"] == [{"field": "as_at", "message": "Leave it out."}]
    assert control["sentence"] == "Every balance is what its documents come to."
    assert books.a(BOARD).get("/reports/aged-credit.xlsx").data.startswith(b"PK")


def test_what_was_owed_at_the_end_of_a_day_is_what_the_ledger_says_of_it(world: World) -> None:
    """September closes between two payments and a credit that are all dated in it: the late ones count in October."""
    order = world.ordered(Order([Line({ASH: 40, BEECH: 25}, "10.0000")]))
    answered(world.invoice(order, issue_date="2026-09-24", due_date="2026-09-25"), 201)
    first, second = (
        {**bill, "on": day} for bill, day in zip(world.billed(), ("2026-09-28", "2026-09-29"), strict=True)
    )
    world.pay(paid_on(first))
    with world.database.database.transaction(SERVICE) as connection:
        kept = balances.summed_to(connection, date(2026, 9, 30))
        periods.change(connection, date(2026, 9, 1), "closed", SERVICE, "", balances=kept)
    world.pay(paid_on(second))
    credit(world, order, Credit(1, school_urn=ASH), number="CR-1", on=date(2026, 9, 26))
    world.billed()
    for day, by_schools, to_suppliers in (
        ("2026-09-24", 0, 78_000),
        ("2026-09-30", -first["gross_pence"], 78_000),
        ("2026-10-01", -78_000, 76_686),
        (london_today().isoformat(), -1_314, 76_686),
    ):
        ledger = balance(world, day)
        assert (ledger.get("1100", 0), -ledger["2100"]) == (by_schools, to_suppliers), day
        assert (aged_total(world, "debt", day), aged_total(world, "credit", day)) == (by_schools, to_suppliers), day
    said = answered(world.a(BOARD).get("/reports/aged-debt"))["sentence"]
    assert said.endswith("schools owe £−13.14, of which £0.00 is overdue."), "what is owed back is not overdue"


def aged_total(world: World, name: str, day: str) -> int:
    [section] = answered(world.a(BOARD).get(f"/reports/aged-{name}?as_at={day}"))["sections"]
    return sum(row["total"] for row in section["rows"])


def paid_on(bill: dict[str, Any]) -> str:
    """The bank entry with which a school pays its bill on a day."""
    return bank_entry(f"{bill['gross_pence'] / 100:.2f}", bill["payment_reference"], on=bill["on"])


def test_an_account_leads_to_its_entries_and_an_entry_to_its_document(books: World) -> None:
    page = answered(books.a(BOARD).get("/entries?account=2100&from_day=2026-09-01&to_day=2026-09-30&limit=1"))
    assert (page["opening_pence"], page["closing_pence"], page["items"][0]["credit_pence"]) == (0, -111120, 67320)
    following = answered(books.a(BOARD).get(f"/entries?account=2100&after={page['next']}"))
    assert [item["credit_pence"] for item in following["items"]] == [43800]
    entry = answered(books.a(BOARD).get(f"/entries/{page['items'][0]['entry_id']}"))
    assert (entry["kind"], entry["document_number"]) == ("supplier_invoice", "SI-000001")
    assert [line["account"] for line in entry["lines"]] == ["5100", "5110", "2100"]
    refused(books.a(BOARD).get("/entries?account=9999"), 404, "not_found")


SHEET = """Code,Name,Kind,CFR,Academies
1200,Bank of the alliance,asset,,680100
5100,"Recharge clearing, net",asset,,
5210,Card charges,expense,E22,
stationery,Stationery,category,E19,
energy,Energy,category,E16x9,
5210,Twice,expense,,
5220,Postage,expense,E22,68010
5230,Stamps,expense,E22,6801
"""


def test_the_chart_is_changed_by_a_sheet_that_says_why_it_refuses_a_row(books: World) -> None:
    manager = books.a(MANAGER)
    sent = answered(manager.post("/chart-imports?filename=chart.csv", data=SHEET, content_type="text/csv"), 201)
    assert {row["line"]: row["outcome"] for row in sent["rows"]} == {
        2: "changed",
        3: "refused",
        4: "added",
        5: "unchanged",
        6: "refused",
        7: "refused",
        8: "added",
        9: "refused",
    }
    assert sent["rows"][1]["details"] == ["It was posted to as expense: its kind stays."]
    assert sent["rows"][7]["details"] == ["Academies is a code of five or six figures."]
    apply = f"/chart-imports/{sent['chart_import_id']}/apply"
    done = answered(manager.post(apply, {}, headers={"If-Match": '"1"'}))
    assert (done["applied_by"], done["counts"]["refused"]) == ("Mags Field", 4)
    refused(manager.post(apply, {}, headers={"If-Match": '"2"'}), 409, "chart_import_applied")
    chart = {item["code"]: item for item in answered(manager.get("/chart-of-accounts"))["items"]}
    assert (chart["1200"]["name"], chart["1200"]["academies_code"]) == ("Bank of the alliance", "680100")
    assert (chart["5210"]["kind"], chart["5100"]["kind"]) == ("expense", "expense")
    again = manager.get("/chart-of-accounts.xlsx").data
    same = answered(manager.post("/chart-imports", data=again, content_type="text/csv"), 201)
    assert same["counts"] == {"added": 0, "changed": 0, "unchanged": len(chart), "refused": 0}
    refused(manager.post("/chart-imports", data="a,b\n1,2\n", content_type="text/csv"), 422, "chart_unreadable")


@pytest.mark.parametrize("actor", [buyer_of(ASH), seller_of(FENWRIGHT)], ids=["school", "supplier"])
def test_the_ledger_is_the_alliances_alone(books: World, actor: Actor) -> None:
    for path in ("/periods", SEPTEMBER, "/entries?account=1100", "/reports/aged-debt", "/chart-of-accounts"):
        refused(books.a(actor).get(path), 403, "forbidden")
    with books.database.database.transaction(actor) as connection:
        for table in ("adjustment", "period_change", "chart_import", "entry", "entry_line"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table


class Undone(Exception):
    """Ends an example's transaction, so that the next begins with the same books."""


DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "bill", "receipt", "payment"]),
        st.integers(0, 10**9),
        st.integers(0, 10**8),
        st.dates(date(2025, 1, 1), date(2025, 4, 30)),
    ),
    min_size=1,
    max_size=8,
)


def entry_of(kind: str, net: int, vat: int, on: date) -> Entry:
    document_id, number = str(uuid4()), "X"
    if kind == "invoice":
        return invoice_entry(document_id, number, on, FENWRIGHT, net_pence=net, vat_pence=vat, description="")
    if kind == "bill":
        return bill_entry(document_id, number, on, ASH, net_pence=net, vat_pence=vat, description="")
    if kind == "receipt":
        return receipt_entry(document_id, number, on, BEECH, net + 1, "")
    return payment_entry(document_id, number, on, FENWRIGHT, net + 1, "")


def all_balances(connection: Connection) -> list[dict[str, tuple[int, int]]]:
    days = [date(2025, month, 28) for month in range(1, 6)]
    found = [balances.summed_to(connection, day) for day in days]
    assert found == [balances.balances_at(connection, day) for day in days]
    for sides in found:
        assert sum(debit - credit for debit, credit in sides.values()) == 0
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=DOCUMENTS, after=DOCUMENTS, months=st.integers(1, 4))
def test_reversals_restore_every_balance_and_closing_and_reopening_lose_nothing(
    books: World, before: list[Any], after: list[Any], months: int
) -> None:
    with pytest.raises(Undone), books.database.database.transaction(SERVICE) as connection:  # noqa: PT012
        ledger.post(connection, [entry_of(*document) for document in before], "x")
        at_first = all_balances(connection)
        later = [entry_of(*document) for document in after]
        ledger.post(connection, later, "x")
        all_balances(connection)
        reverse_entries(connection, [entry.document_id for entry in later], "x", "not ours")
        assert net(all_balances(connection)) == net(at_first)

        at_close = all_balances(connection)
        for month in range(1, months + 1):
            kept = balances.summed_to(connection, periods_end(month))
            periods.change(connection, date(2025, month, 1), "closed", SERVICE, "", balances=kept)
        assert all_balances(connection) == at_close
        ledger.post(connection, [entry_of(*document) for document in after], "x")
        closed = list(range(1, months + 1))
        assert all_balances(connection)[: len(closed)] == at_close[: len(closed)]
        late = all_balances(connection)
        for month in reversed(closed):
            periods.change(connection, date(2025, month, 1), "open", SERVICE, "again")
        assert all_balances(connection) == late
        raise Undone


def periods_end(month: int) -> date:
    return date(2025, month + 1, 1).fromordinal(date(2025, month + 1, 1).toordinal() - 1)


def net(found: list[dict[str, tuple[int, int]]]) -> list[dict[str, int]]:
    return [{code: debit - credit for code, (debit, credit) in sides.items() if debit != credit} for sides in found]


def test_a_change_of_a_month_is_never_rewritten(books: World) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        books.rows("UPDATE period_change SET why = 'x' RETURNING 1")
