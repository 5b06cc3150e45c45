"""Approving, limits, stand-ins and budgets on the web."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.upstream import Problem
from tests.gateway_pages.budget_world import OFFICE, a_review, a_review_above
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, summary_text, text_of, value_of
from tests.gateway_pages.fake import DONE, Call, FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import OPEN, PAPER_PO, PERSON, WAITING, an_id, an_order, listed

Visit = Callable[[str], Visitor]
PAGE = f"/school/rounds/{WAITING}/approval"
REVIEW = ("orders", f"/rounds/{WAITING}/orders/{OAK}/approval")
LIMITS = {"version": "3", "approver": "10,000", "second": "", "governor": "", "approver.stationery": "2500.50"}


def last_change(services: FakeServices) -> Call:
    return services.changes[-1]


def buttons(response: Any) -> list[str]:
    return [button.text_content().strip() for button in parsed(response).xpath("//main//button")]


def test_the_list_shows_what_waits_with_its_worst_case(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    mine = {"state": "submitted", "reference": "O-000012", "net_pence": 127503, "version": 4}
    rounds = services.table["orders", "/rounds"]["items"]
    rounds[0]["my_order"] = mine
    services.table["orders", f"/rounds/{OPEN}/orders/{OAK}/approval"] = a_review_above()
    text = text_of(approver.get("/school/approvals"))
    assert "1 order at Oak Street Primary School waiting for approval" in text
    assert "O-000012 · at worst £1,712.50 with VAT · two approve Beyond the budget Above your limit" in text
    assert "No order at Oak Street Primary School is waiting" in text_of(visit("approver").get("/school/approvals"))


def test_the_page_shows_limits_budgets_and_what_is_different(visit: Visit) -> None:
    text = text_of(visit("approver").get(PAGE))
    assert "At worst, with VAT £1,712.50" in text
    assert "Above £1,500.00 Two people approve" in text
    assert "Stationery £2,000.00 £1,200.00 £950.00 £250.00" in text
    assert "Exercise books none set – £477.00 –" in text
    assert "Compared with your last order Back to school (R-0002)" in text
    assert "Ballpoint pens, black, medium Gone 3 packs 0 packs" in text
    assert "once a second person has approved too" in text


def test_approving_sends_the_version_that_was_seen(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    approver.post(f"/school/rounds/{WAITING}/approve", {"version": "4", "sending_key": "a-key-of-this-form"})
    call = last_change(services)
    assert (call.path, call.etag, call.key) == (
        f"/rounds/{WAITING}/orders/{OAK}/approve",
        '"4"',
        "a-key-of-this-form",
    )


@pytest.mark.parametrize(
    ("state", "said"), [("approved", "It goes into the round"), ("submitted", "Somebody else at your school has to")]
)
def test_the_first_of_two_is_told_that_another_follows(
    visit: Visit, services: FakeServices, monkeypatch: pytest.MonkeyPatch, state: str, said: str
) -> None:
    approver = visit("approver")
    monkeypatch.setitem(DONE, ("POST", "orders", f"/rounds/{WAITING}/orders/{OAK}/approve"), {"state": state})
    services.table["orders", f"/rounds/{WAITING}"] = {"state": "open"}
    response = approver.post(f"/school/rounds/{WAITING}/approve", {"version": "4"})
    assert said in text_of(approver.get(response.location))


def test_who_may_not_approve_reads_why_and_may_still_return(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    services.table[REVIEW] = a_review_above()
    response = approver.get(PAGE)
    assert buttons(response) == ["Return the order"]
    text = text_of(response)
    assert "The order may come to £1,712.50, and you approve up to £1,000.00." in text
    assert "Devices may come to £900.00, and you approve up to £500.00 of it." in text
    assert "Stationery: £750.00 beyond the budget at worst. Your school lets nobody go beyond it." in text


@pytest.mark.parametrize(
    ("refusal", "said"),
    [("approved_already", "have approved this order."), ("own_order", "sent this order, so somebody")],
)
def test_the_same_person_does_not_approve_twice_or_their_own(
    visit: Visit, services: FakeServices, refusal: str, said: str
) -> None:
    approver = visit("approver")
    services.table[REVIEW] = a_review(refusal=refusal)
    response = approver.get(PAGE)
    assert said in text_of(response)
    assert "Return the order" in buttons(response)
    assert not any(button.startswith("Approve") for button in buttons(response))


def test_a_refused_approval_is_said_on_the_page(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    path = f"/rounds/{WAITING}/orders/{OAK}/approve"
    services.refusals["POST", "orders", path] = Problem(412, "version_conflict", "Somebody else changed it.", [])
    response = approver.post(f"/school/rounds/{WAITING}/approve", {"version": "4"})
    assert (response.status_code, "Somebody else changed it." in text_of(response)) == (412, True)


def test_a_buyer_reminds_the_approvers(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    services.table["orders", f"/rounds/{OPEN}/orders/{OAK}"] = an_order("submitted")
    assert "Remind the approvers" in buttons(buyer.get(f"/school/orders/{OPEN}"))
    response = buyer.post(f"/school/rounds/{OPEN}/remind")
    assert last_change(services).path == f"/rounds/{OPEN}/orders/{OAK}/remind"
    assert "Your approvers are reminded." in text_of(buyer.get(response.location))
    path = f"/rounds/{OPEN}/orders/{OAK}/remind"
    services.refusals["POST", "orders", path] = Problem(409, "reminded_recently", "Give them a little time.", [])
    response = buyer.post(f"/school/rounds/{OPEN}/remind")
    assert "Give them a little time." in text_of(buyer.get(response.location))


def test_checking_an_order_warns_of_budgets_and_of_two_approvals(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    services.table["orders", f"/rounds/{OPEN}/orders/{OAK}/approval"] = a_review_above()
    text = text_of(buyer.get(f"/school/rounds/{OPEN}/order/check"))
    assert "At worst £1,712.50 with VAT" in text
    assert "Above £1,500.00 two people at your school approve." in text
    assert "so this order cannot be sent" in text
    services.table["orders", f"/rounds/{OPEN}/orders/{OAK}/approval"] = a_review(budgets=[])
    assert "budget" not in text_of(buyer.get(f"/school/rounds/{OPEN}/order/check")).lower()


def test_limits_are_written_whole(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    page = approver.get("/school/settings/limits")
    assert [value_of(page, field) for field in ("approver", "second", "governor", "approver.stationery")] == [
        "10000.00",
        "1500.00",
        "",
        "2500.00",
    ]
    approver.post("/school/settings/limits", LIMITS)
    call = last_change(services)
    assert (call.path, call.etag) == (f"/schools/{OAK}/approval-limits", '"3"')
    assert call.sent == {
        "limits": [
            {"role": "school_approver", "category_code": None, "amount_pence": 1000000},
            {"role": "school_approver", "category_code": "stationery", "amount_pence": 250050},
        ],
        "second_above_pence": None,
    }


def test_governors_have_limits_of_categories_too(visit: Visit, services: FakeServices) -> None:
    approver, buyer = visit("approver"), visit("buyer")
    limit = {"role": "governor", "category_code": "stationery", "amount_pence": 75000}
    services.table["members", f"/schools/{OAK}/approval-limits"]["limits"].append(limit)
    page = approver.get("/school/settings/limits")
    assert value_of(page, "governor.stationery") == "750.00"
    approver.post("/school/settings/limits", {"version": "3", "governor.stationery": "800"})
    assert last_change(services).sent["limits"] == [limit | {"amount_pence": 80000}]
    assert "A governor, of Stationery up to £750.00" in text_of(buyer.get("/school/settings/limits"))


def test_no_limit_is_lost_while_the_catalogue_is_away(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    services.away.add("catalogue")
    page = approver.get("/school/settings/limits")
    assert value_of(page, "approver.stationery") == "2500.00"
    approver.post("/school/settings/limits", LIMITS)
    assert {limit["category_code"] for limit in last_change(services).sent["limits"]} == {None, "stationery"}


def test_a_faulty_limit_keeps_what_was_typed(visit: Visit) -> None:
    response = visit("approver").post("/school/settings/limits", LIMITS | {"approver": "a lot"})
    assert list(summary_links(response)) == ["approver"]
    assert value_of(response, "approver.stationery") == "2500.50"


def test_who_does_not_set_limits_reads_them(visit: Visit) -> None:
    response = visit("buyer").get("/school/settings/limits")
    assert not parsed(response).xpath("//main//form")
    text = text_of(response)
    assert "An approver approves up to £10,000.00" in text
    assert "A governor approves no orders" in text
    assert "Of Stationery up to £2,500.00" in text
    assert "Olive Office" in text
    assert visit("buyer").post("/school/settings/limits", LIMITS).status_code == 403


def test_an_approver_names_a_stand_in_and_ends_it(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    path = "/school/settings/limits/stand-in"
    assert set(summary_links(approver.post(path))) == {"person_id", "starts_on", "ends_on"}
    approver.post(path, {"person_id": PERSON, "starts_on": "2026-12-01", "ends_on": "2026-12-18"})
    call = last_change(services)
    assert (call.method, call.path) == ("PUT", f"/schools/{OAK}/delegations/{PERSON}")
    assert call.sent == {"starts_on": "2026-12-01", "ends_on": "2026-12-18"}
    approver.post(f"{path}/{OFFICE}/end")
    assert (last_change(services).method, last_change(services).path) == (
        "DELETE",
        f"/schools/{OAK}/delegations/{OFFICE}",
    )


def test_only_people_who_could_stand_in_are_offered(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    (person,) = services.table["members", "/people"]["items"][:1]
    head = {**person, "person_id": OFFICE, "name": "Helen Head"}
    head["roles"] = [{**person["roles"][0], "role": "school_approver"}]
    services.table["members", "/people"] = listed(person, head)
    options = parsed(approver.get("/school/settings/limits")).xpath("//select[@id='person_id']/option/text()")
    assert options == ["Choose a person", person["name"]]


def test_every_figure_of_a_budget_leads_to_its_documents(visit: Visit) -> None:
    response = visit("buyer").get("/school/budgets")
    text = text_of(response)
    assert "Stationery £2,000.00 £950.00 £200.00 £372.30 £477.70" in text
    assert "Cleaning Nothing beyond it £500.00 £0.00 £0.00 £615.00 −£115.00" in text
    links = parsed(response).xpath("//section[@aria-labelledby='c-stationery']//th/a")
    assert [link.text for link in links] == ["O-000012", "PO-000001", "B-000001"]
    assert "/school/bills/" in links[2].get("href")
    assert "Set budgets" not in text


def test_budgets_are_set_by_category(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    page = approver.get("/school/budgets/set?year=2026-27")
    assert value_of(page, "amount.stationery") == "2000.00"
    sent = {"version": "2", "financial_year": "2026-27", "amount.stationery": "2,100", "amount.cleaning": ""}
    response = approver.post("/school/budgets/set", sent | {"hard.stationery": "yes", "hard.cleaning": "yes"})
    assert response.location == "/school/budgets?year=2026-27"
    call = last_change(services)
    assert (call.path, call.etag) == (f"/budgets/{OAK}", '"2"')
    assert call.sent["budgets"] == [{"category_code": "stationery", "amount_pence": 210000, "hard": True}]
    assert visit("buyer").post("/school/budgets/set", sent).status_code == 403


def test_a_faulty_budget_keeps_what_was_typed(visit: Visit) -> None:
    sent = {"version": "2", "financial_year": "2026-27", "amount.stationery": "much", "amount.cleaning": "12"}
    response = visit("approver").post("/school/budgets/set", sent)
    assert list(summary_links(response)) == ["amount.stationery"]
    assert (value_of(response, "amount.stationery"), value_of(response, "amount.cleaning")) == ("much", "12")


def test_the_form_shows_what_the_tightest_budget_leaves(visit: Visit, services: FakeServices) -> None:
    buyer = visit("buyer")
    page = parsed(buyer.get(f"/school/rounds/{OPEN}/order"))
    assert page.xpath("string(//dd[@id='budget'])") == "Stationery: £250.00"
    sent = {"version": "4", "budgeted": "yes"}
    saved = buyer.post(f"/school/rounds/{OPEN}/order", sent, Accept="application/json").get_json()
    assert saved["budget"] == "Stationery: £250.00"
    services.table["orders", f"/rounds/{OPEN}/orders/{OAK}/form"]["budgets"] = []
    page = parsed(buyer.get(f"/school/rounds/{OPEN}/order"))
    assert not page.xpath("//dd[@id='budget'] | //input[@name='budgeted']")
    assert "budget" not in buyer.post(f"/school/rounds/{OPEN}/order", {"version": "4"}, Accept="application/json").json


def test_a_governor_agrees_and_reads_what_is_above_their_limit(visit: Visit, services: FakeServices) -> None:
    path = f"/purchase-orders/{PAPER_PO}/amendments/{an_id(9, 1)}/agreement"
    services.refusals["POST", "orders", path] = Problem(403, "above_limit", "Up to £500.00.")
    response = visit("governor").post(
        f"/school/deliveries/{PAPER_PO}/changes/{an_id(9, 1)}", {"act": "agreement", "version": "2"}
    )
    assert response.status_code == 403
    assert "Up to £500.00." in summary_text(response)
    assert 'value="agreement"' in response.text
