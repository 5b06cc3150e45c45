"""Recurring services on the pages: what people send reaches the orders service, and refusals are shown in place."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contracts.london import london_today
from gateway.pages.service_words import a_year, formula, priced, span, stage
from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, summary_links, text_of, value_of
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.service_world import ASKED, PAYROLL, RUNNING, SERVICE_PO, USE, a_charge, a_plan
from tests.gateway_pages.world import CONTRACT, OPEN

Visit = Callable[[str], Visitor]
PLAN_PATH = f"/subscription-plans/{PAYROLL}"
NEW = {
    "title": "Payroll bureau",
    "contract_id": CONTRACT,
    "category_code": "payroll",
    "driver": "payslips",
    "unit_price": "48",
    "vat_class": "S",
    "billing_period": "month",
    "billed": "arrears",
    "starts_on": "2027-09-01",
    "ends_on": "2029-08-31",
    "notice_days": "30",
    "entitlement-name-0": "Adviser days",
    "entitlement-quantity-0": "3",
    "entitlement-unit-0": "DAY",
    "sending_key": "a-key-of-this-form",
}


@pytest.fixture
def manager(visit: Visit, services: FakeServices) -> Visitor:
    """The manager, in a catalogue that has the category of the form."""
    visitor = visit("manager")
    payroll = {"code": "payroll", "name": "Payroll", "cpv": "79211110-0", "ledger_code": "E28a", "version": 1}
    services.table["catalogue", "/categories"] = {"items": [payroll], "next": None}
    return visitor


def test_a_new_service_goes_with_its_categorys_words(manager: Visitor, services: FakeServices) -> None:
    manager.post("/alliance/services/new", NEW)
    (call,) = services.changes
    assert (call.method, call.path, call.key) == ("POST", "/subscription-plans", "a-key-of-this-form")
    assert (call.sent["category_name"], call.sent["ledger_code"]) == ("Payroll", "E28a")
    assert (call.sent["unit_price"], call.sent["notice_days"]) == ("48.0000", 30)
    assert call.sent["entitlements"] == [{"code": "e1", "name": "Adviser days", "unit": "DAY", "quantity": "3"}]


def test_what_is_missing_is_linked_and_what_was_typed_stays(manager: Visitor, services: FakeServices) -> None:
    response = manager.post("/alliance/services/new", {**NEW, "starts_on": "", "unit_price": "a lot"})
    assert set(summary_links(response)) == {"starts_on", "unit_price"}
    assert value_of(response, "title") == "Payroll bureau"
    assert value_of(response, "entitlement-name-0") == "Adviser days"
    assert services.changes == []


def test_a_change_is_of_what_was_seen(manager: Visitor, services: FakeServices) -> None:
    path = f"/alliance/services/{PAYROLL}/edit"
    services.refusals["PUT", "orders", PLAN_PATH] = Problem(
        409, "plan_in_use", "Make a new plan.", [{"field": "unit_price", "message": "This can no longer change."}]
    )
    response = manager.post(path, {**NEW, "version": "2"})
    assert services.changes[-1].etag == '"2"'
    assert summary_links(response) == {"unit_price": "This can no longer change."}


def test_the_period_that_was_seen_is_billed(visit: Visit, services: FakeServices) -> None:
    visit("manager").post(f"/alliance/services/{PAYROLL}/run", {"period_from": "2026-11-01"})
    assert (services.changes[-1].path, services.changes[-1].sent) == (
        f"{PLAN_PATH}/runs",
        {"period_from": "2026-11-01"},
    )


def test_bills_of_a_period_are_issued_for_its_order(visit: Visit, services: FakeServices) -> None:
    visit("manager").post(f"/alliance/purchase-orders/{SERVICE_PO}/bills", {"sending_key": "a-key-of-this-form"})
    call = services.changes[-1]
    assert (call.service, call.path, call.sent) == ("billing", "/bills", {"purchase_order_id": SERVICE_PO})


def test_credit_notes_alone_are_told_as_issued(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DONE, ("POST", "billing", "/bills"), {"items": [], "credit_notes": [{}], "next": None})
    path = f"/alliance/purchase-orders/{SERVICE_PO}/bills"
    manager = visit("manager")
    assert "1 credit note issued." in text_of(manager.get(manager.post(path, {"sending_key": "k"}).location))


@pytest.mark.parametrize(
    ("who", "path", "urn"),
    [
        ("manager", f"/alliance/services/{PAYROLL}/schools/{OAK}", OAK),
        ("buyer", f"/school/services/{RUNNING}/readings", OAK),
    ],
)
def test_a_figure_goes_with_its_day_and_source(
    visit: Visit, services: FakeServices, who: str, path: str, urn: int
) -> None:
    sent = {"reading": "42", "read_on": "2026-10-12", "source": "October payroll"}
    visit(who).post(path, sent)
    assert services.changes[-1].path == f"{PLAN_PATH}/readings"
    assert services.changes[-1].sent == {
        "school_urn": urn,
        "read_on": "2026-10-12",
        "quantity": 42,
        "source": "October payroll",
    }
    response = visit(who).post(path, {**sent, "source": ""})
    assert set(summary_links(response)) == {"source"}
    response = visit(who).post(path, {**sent, "reading": " "})
    assert summary_links(response) == {"reading": "Enter the figure."}, "silence is no figure of 0"


@pytest.mark.parametrize(
    ("who", "action", "sent", "wanted"),
    [
        ("approver", "approve", {}, {}),
        ("approver", "decline", {"reason": "Not this year"}, {"reason": "Not this year"}),
        ("approver", "leave", {"ends_on": "2027-08-31"}, {"ends_on": "2027-08-31"}),
        (
            "buyer",
            "uses",
            {"code": "adviser", "used_on": "2026-10-08", "quantity": "0.5", "note": ""},
            {"code": "adviser", "used_on": "2026-10-08", "quantity": "0.5", "note": ""},
        ),
        ("buyer", f"uses/{USE}/cancel", {}, {}),
    ],
)
def test_a_school_decides_about_the_version_that_it_saw(
    visit: Visit, services: FakeServices, who: str, action: str, sent: dict[str, str], wanted: dict[str, str]
) -> None:
    response = visit(who).post(f"/school/services/{RUNNING}/{action}", {**sent, "version": "2"})
    assert response.status_code == 303
    call = services.changes[-1]
    assert (call.path, call.sent, call.etag) == (f"/subscriptions/{RUNNING}/{action}", wanted, '"2"')


def test_asking_to_join_leads_to_the_request(visit: Visit, services: FakeServices) -> None:
    path = f"/school/services/join/{PAYROLL}"
    services.refusals["POST", "orders", "/subscriptions"] = Problem(
        422, "dates_out_of_order", "Not then.", [{"field": "starts_on", "message": "Choose a later day."}]
    )
    response = visit("buyer").post(path, {"starts_on": "2020-01-01"})
    assert summary_links(response) == {"starts_on": "Choose a later day."}
    assert value_of(response, "starts_on") == "2020-01-01"


def test_whoever_asked_sees_that_somebody_else_decides(visit: Visit) -> None:
    assert "Approve the service" in text_of(visit("approver").get(f"/school/services/{ASKED}"))
    text = text_of(visit("buyer").get(f"/school/services/{ASKED}"))
    assert "Approve the service" not in text


def test_what_waits_for_an_approver_stands_on_their_home(visit: Visit) -> None:
    assert "Approve the service: Data protection officer" in text_of(visit("approver").get("/school"))
    assert "Approve the service" not in text_of(visit("buyer").get("/school"))


def test_a_governor_sees_what_they_may_approve_and_nothing_else(visit: Visit, services: FakeServices) -> None:
    governor = visit("governor")
    submitted = {"state": "submitted", "reference": "O-000012", "net_pence": 127503, "version": 4}
    services.table["orders", "/rounds"]["items"][0]["my_order"] = submitted
    review = services.table["orders", f"/rounds/{OPEN}/orders/{OAK}/approval"]
    limits = services.table["members", f"/schools/{OAK}/approval-limits"]
    review |= {"exceeded": [{"category_code": None, "limit_pence": 0, "amount_pence": 171250}], "refusal": None}
    assert "Approve the" not in text_of(governor.get("/school"))
    review["exceeded"] = []
    limits["limits"].append({"role": "governor", "category_code": None, "amount_pence": 500000})
    shown = text_of(governor.get("/school"))
    assert "Approve the order: Autumn stationery" in shown
    assert "Approve the service: Data protection officer" in shown
    review["refusal"] = "approved_already"
    assert "Approve the order" not in text_of(governor.get("/school"))


def test_a_service_is_confirmed_and_not_counted(visit: Visit, services: FakeServices) -> None:
    page = text_of(visit("buyer").get(f"/school/deliveries/{SERVICE_PO}"))
    assert "Did your school have this service?" in page
    assert "Or enter what came" not in page
    visit("buyer").post(f"/school/deliveries/{SERVICE_PO}", {"action": "all"})
    assert services.changes[-1].sent["lines"] == [{"line_no": 1, "quantity_received": 1}]


def test_a_charge_is_told_as_anybody_can_work_it_out() -> None:
    assert formula(a_charge(), "payslips") == (
        "(40 payslips × 11 days + 42 payslips × 20 days) × £48.00 a year ÷ 365 days"
    )
    whole = a_charge(unit_price="1200.0000", parts=[{**a_charge()["parts"][0], "days": 91}])
    assert formula(whole, "fixed") == "91 days × £1,200.00 a year ÷ 365 days"
    assert formula(a_charge(parts=[]), "fixed") == "No days"
    assert priced(a_plan()) == "£48.00 a payslip and year"
    assert priced(a_plan(driver="fixed", unit_price="1200.0000")) == "£1,200.00 a year"
    assert span("2026-12-01", "2027-01-31") == "1 Dec 2026 to 31 Jan 2027"
    assert a_year(a_plan(driver="pupils", unit_price="4.2050"), 271) == "£1,139.56"


@pytest.mark.parametrize(
    ("state", "starts", "ends", "told"),
    [
        ("requested", -9, None, "requested"),
        ("approved", -9, None, "approved"),
        ("approved", 1, None, "to_begin"),
        ("ended", -9, 0, "ended"),
        ("ended", -9, -1, "over"),
        ("approved", -99, -1, "over"),
    ],
)
def test_a_service_says_where_it_stands_today(state: str, starts: int, ends: int | None, told: str) -> None:
    today = london_today()
    held = {"state": state, "starts_on": (today + timedelta(days=starts)).isoformat(), "ends_on": None}
    plan = {"ends_on": (today + timedelta(days=300 if ends is None else ends)).isoformat()}
    assert stage(held, plan) == told
    assert stage(held | {"ends_on": plan["ends_on"]}, None) == told
