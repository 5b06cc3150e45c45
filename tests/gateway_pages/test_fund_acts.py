"""What people do on the pages of the partnership fund reaches billing, and refusals stand where they belong."""

from collections.abc import Callable

from gateway.upstream import Problem, ServiceUnavailable
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, summary_text, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.fund_world import CONFIRMED, DRAFT_FUND, FUND, PAYMENT
from tests.gateway_pages.people import OAK

Visit = Callable[[str], Visitor]
YEAR = {
    "title": "Partnership fund 2027–28",
    "from_on": "2027-09-01",
    "to_on": "2028-08-31",
    "basis_on": "2027-01-21",
    "answer_by": "2027-11-30",
    "line-name-0": "Safeguarding network",
    "line-amount-0": "4,000",
    "line-name-2": "Training days",
    "line-amount-2": "1999.99",
    "cap-urn-0": str(OAK),
    "cap-amount-0": "250",
    "from_balance": "",
}
DECISION = {
    "version": "1",
    "decision": "confirmed",
    "governor": "Gita Governor",
    "decided_on": "2026-11-19",
    "minute_reference": "FGB 19.11.26, item 7",
    "why": "",
}


def test_a_year_is_drafted_line_by_line_with_its_caps(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    assert set(summary_links(manager.post("/alliance/fund/new", {**YEAR, "line-amount-0": "much"}))) == {
        "line-amount-0"
    }
    assert services.changes == []
    manager.post(f"/alliance/fund/{DRAFT_FUND}/edit", {**YEAR, "version": "3"})
    call = services.changes[-1]
    assert (call.method, call.path, call.etag) == ("PUT", f"/fund-years/{DRAFT_FUND}", '"3"')
    assert [(line["name"], line["amount_pence"]) for line in call.sent["lines"]] == [
        ("Safeguarding network", 400_000),
        ("Training days", 199_999),
    ]
    assert call.sent["caps"] == [{"school_urn": OAK, "cap_pence": 25_000}]
    assert call.sent["from_balance_pence"] == 0


def test_a_draft_keeps_every_cap_however_many_there_are(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    year = services.table["billing", f"/fund-years/{DRAFT_FUND}"]
    year["caps"] = [{"school_urn": 900_001 + at, "cap_pence": 100 + at} for at in range(75)]
    page = parsed(manager.get(f"/alliance/fund/{DRAFT_FUND}/edit"))
    typed = {field.get("name"): field.get("value") or "" for field in page.xpath("//form//input[@name]")}
    typed |= {f"cap-urn-{at}": str(cap["school_urn"]) for at, cap in enumerate(year["caps"])}
    assert len(page.xpath("//select[starts-with(@name, 'cap-urn-')]")) == 75 + 3
    manager.post(f"/alliance/fund/{DRAFT_FUND}/edit", typed)
    assert services.changes[-1].sent["caps"] == year["caps"]


def test_asking_the_governors_is_of_the_draft_that_was_seen(visit: Visit, services: FakeServices) -> None:
    path = f"/fund-years/{DRAFT_FUND}/propose"
    services.refusals["POST", "billing", path] = Problem(409, "version_conflict", "Somebody else changed this year.")
    response = visit("manager").post(f"/alliance/fund/{DRAFT_FUND}/propose", {"version": "2", "sending_key": "a-key"})
    assert (services.changes[-1].etag, services.changes[-1].key) == ('"2"', "a-key")
    assert response.status_code == 409
    assert "Somebody else changed this year." in summary_text(response)


def test_a_governor_answers_with_the_minute_that_proves_it(visit: Visit, services: FakeServices) -> None:
    governor, path = visit("governor"), f"/school/fund/{FUND}/decision"
    assert set(summary_links(governor.post(path, {**DECISION, "minute_reference": ""}))) == {"minute_reference"}
    assert set(summary_links(governor.post(path, {**DECISION, "decision": "declined"}))) == {"why"}
    governor.post(path, DECISION)
    call = services.changes[-1]
    assert (call.path, call.etag) == (f"/fund-contributions/{CONFIRMED}/decision", '"1"')
    assert (call.sent["decision"], call.sent["minute_reference"]) == ("confirmed", "FGB 19.11.26, item 7")


def test_a_school_that_is_asked_for_nothing_has_nothing_to_record(visit: Visit, services: FakeServices) -> None:
    governor = visit("governor")
    services.table["billing", f"/fund-years/{FUND}"]["contributions"] = []
    answer = governor.post(f"/school/fund/{FUND}/decision", DECISION)
    assert answer.status_code == 422
    assert "asked for nothing in this year" in summary_text(answer)
    assert services.changes == []


def test_a_school_that_has_left_reads_that_nothing_is_asked_of_it(visit: Visit, services: FakeServices) -> None:
    governor, manager = visit("governor"), visit("manager")
    services.table["billing", f"/fund-contributions/{CONFIRMED}"] |= {"state": "nothing"}
    page = governor.get(f"/school/fund/{FUND}")
    assert "Your school has left the alliance before its governors answered" in text_of(page)
    assert not parsed(page).xpath("//form[contains(@action, '/decision')]")
    services.table["billing", f"/fund-years/{FUND}"]["contributions"][-1] |= {
        "state": "nothing", "governor": None
    }  # fmt: skip
    assert "Has left the alliance" in text_of(manager.get(f"/alliance/fund/{FUND}"))


def test_a_proposal_is_taken_back_as_it_was_seen(visit: Visit, services: FakeServices) -> None:
    manager, page = visit("manager"), f"/alliance/fund/{FUND}"
    assert "Take it back to a draft" not in text_of(manager.get(page))
    services.table["billing", f"/fund-years/{FUND}"] |= {"confirmed_schools": 0, "declined_schools": 0, "payments": []}
    assert "Take it back to a draft" in text_of(manager.get(page))
    manager.post(f"{page}/redraft", {"version": "3", "sending_key": "a-redraft-form"})
    assert (services.changes[-1].path, services.changes[-1].etag) == (f"/fund-years/{FUND}/redraft", '"3"')


def test_a_bill_is_credited_with_the_reason(visit: Visit, services: FakeServices) -> None:
    manager, page = visit("manager"), f"/alliance/fund/{FUND}"
    assert "£5.94" in text_of(manager.get(page))
    sent = {"contribution": CONFIRMED, "credit_amount": "5.94", "credit_why": "", "sending_key": "a-credit-form"}
    assert set(summary_links(manager.post(f"{page}/credits", sent))) == {"credit_why"}
    assert services.changes == []
    assert manager.post(f"{page}/credits", {**sent, "credit_why": "Left in May."}).status_code == 303
    (call,) = services.changes
    assert (call.path, call.key) == (f"/fund-contributions/{CONFIRMED}/credits", "a-credit-form")
    assert call.sent == {"amount_pence": 594, "why": "Left in May."}


def test_what_got_no_answer_is_sent_again_with_the_same_key(visit: Visit, services: FakeServices) -> None:
    manager, page = visit("manager"), f"/alliance/fund/{FUND}"
    year = services.table["billing", f"/fund-years/{FUND}"]
    year["confirmed_pence"] += 1
    year["payments"][0]["state"] = "to_pay"
    acts = {
        "credits": (
            f"/fund-contributions/{CONFIRMED}/credits",
            {"contribution": CONFIRMED, "credit_amount": "5.94", "credit_why": "Left in May."},
        ),
        "bills": (f"/fund-years/{FUND}/bills", {}),
        "close": (f"/fund-years/{FUND}/close", {}),
        f"payments/{PAYMENT}/withdraw": (f"/fund-payments/{PAYMENT}/withdraw", {f"why-{PAYMENT}": "Entered twice."}),
    }
    for act, (path, typed) in acts.items():
        services.refusals["POST", "billing", path] = ServiceUnavailable("billing")
        answer = manager.post(f"{page}/{act}", {**typed, "sending_key": f"key of {act}"})
        assert answer.status_code == 503
        assert services.changes[-1].key == f"key of {act}"
        form = parsed(answer).xpath(f"//form[@action='{page}/{act}']")[0]
        assert form.xpath("string(.//input[@name='sending_key']/@value)") == f"key of {act}"
        kept = {name: value for name, value in typed.items() if name != "contribution"}
        assert {name: value_of(answer, name) for name in kept} == kept


def test_nobody_but_a_governor_answers(visit: Visit, services: FakeServices) -> None:
    for who in ("buyer", "approver"):
        assert visit(who).post(f"/school/fund/{FUND}/decision", DECISION).status_code == 403
        assert "A governor of your school answers here" in text_of(visit(who).get(f"/school/fund/{FUND}"))
    assert services.changes == []


def test_a_payment_names_its_line_and_its_evidence_and_can_be_taken_back(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    sent = {"line_no": "1", "amount": "250", "pay_on": "2026-11-30", "payee": "Kent Safeguarding Trust"}
    response = manager.post(f"/alliance/fund/{FUND}/payments", {**sent, "purpose": "Network meeting"})
    assert set(summary_links(response)) == {"evidence"}
    assert value_of(response, "amount") == "250"
    path = f"/fund-years/{FUND}/payments"
    faults = [{"field": "amount_pence", "message": "The fund’s account has £0.00 to spend."}]
    services.refusals["POST", "billing", path] = Problem(409, "fund_balance_too_low", "Too little.", faults)
    whole = {**sent, "purpose": "Network meeting", "evidence": "Invoice KST-118"}
    refused = manager.post(f"/alliance/fund/{FUND}/payments", whole)
    assert services.changes[-1].sent["amount_pence"] == 25_000
    assert "amount" in summary_links(refused)
    manager.post(f"/alliance/fund/{FUND}/payments/{PAYMENT}/withdraw", {f"why-{PAYMENT}": "Entered twice."})
    call = services.changes[-1]
    assert (call.path, call.sent) == (f"/fund-payments/{PAYMENT}/withdraw", {"why": "Entered twice."})
