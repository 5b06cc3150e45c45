"""The order form: what is typed is saved, checked, sent, and never lost."""

import gzip
import json
from collections.abc import Callable

import pytest

from gateway.upstream import Problem, ServiceUnavailable
from tests.gateway_pages.budget_world import a_review
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import OPEN, a_form, an_order, form_offers

FORM = f"/school/rounds/{OPEN}/order"
ORDER = f"/rounds/{OPEN}/orders/{OAK}"
FIRST, SECOND, THIRD = (f"q.{offer['offer_id']}" for offer in form_offers()[:3])
QUANTITIES = "//table//input[starts-with(@name, 'q.')]"

Visit = Callable[[str], Visitor]


@pytest.fixture
def buyer(visit: Visit) -> Visitor:
    return visit("buyer")


def offer_id(field: str) -> str:
    return field.removeprefix("q.")


def test_the_form_lists_every_offer_by_category_with_price_and_next_price(buyer: Visitor) -> None:
    response = buyer.get(FORM)
    page = parsed(response)
    assert [head.text_content() for head in page.xpath("//table//h2")] == [
        "Cleaning",
        "Exercise books",
        "Governance support",
        "Stationery",
    ]
    assert len(page.xpath(QUANTITIES)) == len(form_offers())
    assert value_of(response, FIRST) == "12"
    row = " ".join(" ".join(page.xpath("//tr[.//input[@name=$name]]", name=FIRST)[0].itertext()).split())
    assert row.startswith("Floor cleaner, neutral, 5 litres CLN-FLR · box, 4 to a pack · Fenwright Paper Ltd")
    assert "£21.99" in row
    assert "£19.50 from 50" in row
    assert "12 so far, 38 to go" in row
    assert "last time 10" in row
    assert row.endswith("£263.88 More")


def test_saving_sends_the_whole_order_with_the_version_that_was_seen(buyer: Visitor, services: FakeServices) -> None:
    response = buyer.post(FORM, {"version": "4", FIRST: " 1,200 ", SECOND: "", "action": "save"})
    assert response.status_code == 303
    assert response.location == FORM
    (call,) = services.changes
    assert (call.method, call.path, call.etag) == ("PUT", ORDER, '"4"')
    assert call.sent == {"lines": [{"offer_id": offer_id(FIRST), "quantity": 1200}]}


def test_checking_saves_first(buyer: Visitor) -> None:
    response = buyer.post(FORM, {"version": "4", FIRST: "3", "action": "check"})
    assert response.location == f"{FORM}/check"


@pytest.mark.parametrize("text", ["-3", "1.5", "three", "9999999"])
def test_what_makes_no_sense_is_kept_and_linked_to(buyer: Visitor, services: FakeServices, text: str) -> None:
    response = buyer.post(FORM, {"version": "4", FIRST: text, SECOND: "7"})
    assert response.status_code == 422
    assert summary_links(response) == {
        FIRST: "Floor cleaner, neutral, 5 litres: enter a whole number from 0 to 1,000,000 for the quantity."
    }
    assert value_of(response, FIRST) == text
    assert value_of(response, SECOND) == "7"
    assert parsed(response).xpath("//input[@name=$name]/@aria-invalid", name=FIRST) == ["true"]
    assert parsed(response).findtext(".//title").startswith("Error: ")
    assert services.changes == []


def test_what_the_service_refuses_is_linked_to_its_line(buyer: Visitor, services: FakeServices) -> None:
    refused = [{"field": "lines.1.quantity", "message": "At most 500."}]
    services.refusals["PUT", "orders", ORDER] = Problem(422, "validation_failed", "Look again.", refused)
    response = buyer.post(FORM, {"version": "4", FIRST: "1", SECOND: "501"})
    assert summary_links(response) == {SECOND: "Exercise book 9 × 7 in: at most 500."}
    assert value_of(response, SECOND) == "501"


def test_nothing_typed_is_lost_when_orders_is_away(buyer: Visitor, services: FakeServices) -> None:
    services.away = {"orders"}
    response = buyer.post(FORM, {"version": "4", FIRST: "99", "action": "check"})
    assert response.status_code == 503
    assert "What you typed is still here" in text_of(response)
    assert [value_of(response, field) for field in ("version", FIRST, "action")] == ["4", "99", "check"]


def test_saving_in_the_background_answers_in_json(buyer: Visitor, services: FakeServices) -> None:
    saved = buyer.post(FORM, {"version": "4", FIRST: "3"}, Accept="application/json")
    answer = saved.get_json()
    assert json.loads(answer.pop("was")) == {"lines": [{"offer_id": offer_id(FIRST), "quantity": 3}]}
    assert answer == {"version": 5, "net_pence": 127503, "vat_pence": 25500, "gross_pence": 153003}
    services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker.")
    stale = buyer.post(FORM, {"version": "4", FIRST: "3"}, Accept="application/json")
    assert (stale.status_code, stale.get_json()["stale"]) == (409, True)
    services.refusals["PUT", "orders", ORDER] = Problem(409, "round_not_open", "The deadline has passed.")
    late = buyer.post(FORM, {"version": "4", FIRST: "3"}, Accept="application/json")
    assert (late.status_code, late.get_json()["closed"], late.get_json()["stale"]) == (409, True, False)
    wrong = buyer.post(FORM, {"version": "4", FIRST: "x"}, Accept="application/json")
    assert (wrong.status_code, wrong.get_json()["errors"][0]["field"]) == (422, FIRST)


def test_markup_in_an_offer_or_a_field_stays_text(buyer: Visitor, services: FakeServices) -> None:
    form = services.table["orders", f"{ORDER}/form"]
    form["offers"][0]["name"] = '<script>alert("&")</script>'
    assert "<script>alert" not in buyer.get(FORM).text
    assert "<i>typed" not in buyer.post(FORM, {"version": "4", FIRST: '"><i>typed'}).text


def test_a_sent_order_warns_that_changing_it_takes_it_back(buyer: Visitor, services: FakeServices) -> None:
    services.table["orders", f"{ORDER}/form"] = a_form(state="approved")
    assert "it becomes a draft again" in text_of(buyer.get(FORM))


def test_an_untouched_form_begins_with_last_time_s_quantities(buyer: Visitor, services: FakeServices) -> None:
    silent = a_form(state="silent")
    silent["order"] |= {"version": 0, "net_pence": 0, "vat_pence": 0, "gross_pence": 0}
    services.table["orders", f"{ORDER}/form"] = silent
    response = buyer.get(FORM)
    text = text_of(response)
    assert "This is what you ordered last time" in text
    assert "1 thing of last time is not offered in this round 3 × Chalk, white" in text
    assert [value_of(response, field) for field in (FIRST, SECOND, "version")] == ["10", "", "0"]
    assert parsed(response).xpath("string(//*[@id='net'])") == "£5,207.40"
    empty = buyer.get(f"{FORM}?start=empty")
    assert value_of(empty, FIRST) == ""
    assert "last time 10" in text_of(empty)


def test_more_about_a_line_is_shown_sent_and_kept(buyer: Visitor, services: FakeServices) -> None:
    response = buyer.get(FORM)
    third = offer_id(THIRD)
    assert [value_of(response, f"{part}.{third}") for part in "xpsm"] == ["6", "41.00", "5", "Mrs Fry’s dates, please"]
    head = {"fund": "pta", "site_id": "", "note": " Ring first "}
    typed = {THIRD: "4", f"x.{third}": "2", f"p.{third}": "£40.5", f"s.{third}": "3", f"m.{third}": "Blue", **head}
    buyer.post(FORM, {"version": "4", **typed})
    assert services.changes[-1].sent == {
        "lines": [
            {
                "offer_id": third,
                "quantity": 4,
                "flexible": 2,
                "max_unit_price": "40.5000",
                "min_schools": 3,
                "note": "Blue",
            }
        ],
        "fund": "pta",
        "site_id": None,
        "note": "Ring first",
    }
    refused = buyer.post(FORM, {"version": "4", FIRST: "1", f"x.{third}": "2", f"p.{offer_id(FIRST)}": "cheap"})
    assert set(summary_links(refused)) == {THIRD, f"p.{offer_id(FIRST)}"}
    assert value_of(refused, f"p.{offer_id(FIRST)}") == "cheap"


def test_more_is_asked_for_by_a_button_that_saves_first(buyer: Visitor, services: FakeServices) -> None:
    second = offer_id(SECOND)
    assert not parsed(buyer.get(FORM)).xpath(f"//input[@name='x.{second}']")
    response = buyer.post(FORM, {"version": "4", SECOND: "7", "more": second})
    assert response.location == f"{FORM}?more={second}#{SECOND}"
    assert services.changes[-1].sent == {"lines": [{"offer_id": second, "quantity": 7}]}
    assert parsed(buyer.get(response.location)).xpath(f"//input[@name='x.{second}']")


def test_a_form_that_is_late_keeps_what_was_typed_and_cannot_be_sent(buyer: Visitor, services: FakeServices) -> None:
    services.refusals["PUT", "orders", ORDER] = Problem(409, "round_not_open", "The deadline of this round has passed.")
    response = buyer.post(FORM, {"version": "4", FIRST: "99"})
    assert response.status_code == 409
    assert "This round takes no more orders" in text_of(response)
    assert value_of(response, FIRST) == "99"
    assert not parsed(response).xpath("//div[@class='bar']//button")
    closed = a_form()
    closed["round"] |= {"state": "closed"}
    services.table["orders", f"{ORDER}/form"] = closed
    assert buyer.get(FORM).location == f"/school/orders/{OPEN}"


def test_500_offers_weigh_at_most_120_kilobytes(buyer: Visitor, services: FakeServices) -> None:
    services.table["orders", f"{ORDER}/form"] = a_form(500)
    response = buyer.get(FORM, **{"Accept-Encoding": "gzip"})
    assert len(response.data) <= 120_000
    assert gzip.decompress(response.data).count(b'<input id="q.') == 500


def test_offers_are_asked_for_once_and_rows_follow_the_totals(buyer: Visitor, services: FakeServices) -> None:
    first = a_form()
    services.table["orders", f"{ORDER}/form"] = first | {"offers_version": 7}
    buyer.get(FORM)
    advice = {"units": 10, "saves_pence": 240, "offered": 3}
    moved = first["standings"][4] | {"total_quantity": 40, "next_from_quantity": 50, "units_to_next": 10}
    moved |= {"flexible": 3, "advice": advice}
    standings = [*first["standings"][:4], moved, *first["standings"][5:]]
    services.table["orders", f"{ORDER}/form"] = first | {"offers_version": 7, "offers": None, "standings": standings}
    page = parsed(buyer.get(FORM))
    assert services.calls[-1].params == {"known_offers": 7}
    row = page.xpath("//tr[.//input[@name=$name]]", name=f"q.{moved['offer_id']}")[0]
    assert (row.get("data-o"), row.get("data-f")) == ("40", "3")
    assert "10 to go10 more would save everyone £2.40, 3 of them offered" in row.text_content()
    assert len(page.xpath(QUANTITIES)) == len(form_offers())


def test_checking_shows_lines_worst_case_and_sends_with_a_key(buyer: Visitor, services: FakeServices) -> None:
    response = buyer.get(f"{FORM}/check")
    text = text_of(response)
    assert "At worst £1,712.50 with VAT" in text
    assert "Total with VAT £1,530.03" in text
    key = value_of(response, "sending_key")
    sent = buyer.post(f"{FORM}/send", {"version": "4", "sending_key": key})
    assert sent.location == f"{FORM}/sent"
    (call,) = services.changes
    assert (call.path, call.key, call.etag) == (f"{ORDER}/submit", key, '"4"')


def test_an_empty_order_has_nothing_to_check(buyer: Visitor, services: FakeServices) -> None:
    services.table["orders", ORDER] = an_order("silent", lines=[])
    assert buyer.get(f"{FORM}/check").location == FORM


def test_a_refused_sending_says_why(buyer: Visitor, services: FakeServices) -> None:
    services.refusals["POST", "orders", f"{ORDER}/submit"] = Problem(409, "round_not_open", "The round has closed.")
    response = buyer.post(f"{FORM}/send", {"version": "4", "sending_key": "first-key"})
    assert response.status_code == 409
    assert "The round has closed." in text_of(response)
    assert value_of(response, "sending_key") != "first-key"


def test_a_sending_without_an_answer_keeps_its_key(buyer: Visitor, services: FakeServices) -> None:
    services.refusals["POST", "orders", f"{ORDER}/submit"] = ServiceUnavailable("orders")
    response = buyer.post(f"{FORM}/send", {"version": "4", "sending_key": "first-key"})
    assert response.status_code == 503
    assert value_of(response, "sending_key") == "first-key"


def test_the_confirmation_gives_the_reference_and_what_happens_next(buyer: Visitor, services: FakeServices) -> None:
    services.table["orders", ORDER] = an_order("submitted")
    text = text_of(buyer.get(f"{FORM}/sent"))
    assert "Your reference O-000012" in text
    assert "What happens next" in text
    assert "Nobody approves their own order" in text


def test_an_approver_approves_what_was_seen(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    services.table["orders", ORDER] = an_order("submitted")
    page = approver.get(f"/school/rounds/{OPEN}/approval")
    assert "Approve up to £1,712.50" in text_of(page)
    approver.post(f"/school/rounds/{OPEN}/approve", {"version": "4", "sending_key": value_of(page, "sending_key")})
    assert (services.changes[-1].path, services.changes[-1].etag) == (f"{ORDER}/approve", '"4"')


def test_returning_needs_a_reason(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    services.table["orders", ORDER] = an_order("submitted")
    refused = approver.post(f"/school/rounds/{OPEN}/return", {"version": "4", "reason": " "})
    assert summary_links(refused) == {"reason": "Enter what should be changed."}
    assert services.changes == []
    approver.post(f"/school/rounds/{OPEN}/return", {"version": "4", "reason": "Too many pens"})
    assert services.changes[-1].sent == {"reason": "Too many pens"}
    assert services.changes[-1].path == f"{ORDER}/return"


def test_nobody_is_offered_to_approve_their_own_order(visit: Visit, services: FakeServices) -> None:
    approver = visit("approver")
    services.table["orders", ORDER] = an_order("submitted", submitted_by="Ada Approver")
    services.table["orders", f"{ORDER}/approval"] = a_review(refusal="own_order")
    response = approver.get(f"/school/rounds/{OPEN}/approval")
    assert "somebody else at your school has to approve it" in text_of(response)
    assert not parsed(response).xpath("//form[contains(@action, '/approve')]")
