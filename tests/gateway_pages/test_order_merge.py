"""Two people on one order: each difference is shown in three columns, and nothing is lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.pages.order_merge import Order, choices, loaded, merged
from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, parsed, text_of, value_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import OPEN, a_form, form_offers

FORM = f"/school/rounds/{OPEN}/order"
ORDER = f"/rounds/{OPEN}/orders/{OAK}"
FIRST, SECOND, THIRD, FOURTH = (offer["offer_id"] for offer in form_offers()[:4])


def order(head: dict[str, Any] | None = None, **quantities: int) -> Order:
    lines = {name: {"offer_id": name, "quantity": quantity} for name, quantity in quantities.items()}
    return Order(lines, head or {})


def test_what_one_has_changed_is_chosen_and_what_both_have_is_named() -> None:
    base = order({"fund": "own", "note": ""}, same=1, theirs=1, mine=1, both=1, gone=1)
    theirs = order({"fund": "own", "note": "Ring first"}, same=1, theirs=2, mine=1, both=2, gone=1)
    mine = order({"fund": "pta", "note": ""}, same=1, theirs=1, mine=3, both=3, new=4)
    names = {name: name.title() for name in ("same", "theirs", "mine", "both", "gone", "new")}
    found = [
        (each.name, each.theirs, each.mine, each.both, each.chosen) for each in choices(base, theirs, mine, names, {})
    ]
    assert found == [
        ("Paid from", "Own funds", "Parents’ association (PTA)", False, "mine"),
        ("Note about the order", "Ring first", "none", False, "theirs"),
        ("Theirs", "2", "1", False, "theirs"),
        ("Mine", "1", "3", False, "mine"),
        ("Both", "2", "3", True, "mine"),
        ("Gone", "1", "none", False, "mine"),
        ("New", "none", "4", False, "mine"),
    ]


def test_each_difference_goes_to_the_side_that_was_chosen() -> None:
    theirs, mine = order({"fund": "own"}, same=1, a=2, b=2, c=2), order({"fund": "pta"}, same=1, a=3, d=4)
    taken = {"fund": "mine", "a": "theirs", "b": "mine", "c": "theirs", "d": "mine"}
    assert merged(theirs, mine, taken) == order({"fund": "pta"}, same=1, a=2, c=2, d=4)


@pytest.mark.parametrize("text", ["", "no json", "[]", "7", '{"lines": 3}', '{"lines": [{}]}'])
def test_a_hidden_field_that_is_not_ours_is_an_empty_order(text: str) -> None:
    assert loaded(text) == Order({}, {})


@pytest.fixture
def stale(visit: Callable[[str], Visitor], services: FakeServices) -> tuple[Visitor, TestResponse]:
    """A buyer whose form was overtaken: the other has made the first line 12 and added the third."""
    buyer = visit("buyer")
    was = {"lines": [{"offer_id": FIRST, "quantity": 10}, {"offer_id": SECOND, "quantity": 13}], "fund": "delegated"}
    services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker.")
    typed = {"version": "3", "was": json.dumps(was), f"q.{FIRST}": "99", f"q.{SECOND}": "14", f"q.{FOURTH}": "1"}
    response = buyer.post(FORM, typed | {"fund": "pta", "note": "", "site_id": ""})
    services.refusals.clear()
    return buyer, response


def test_an_overtaken_form_becomes_a_page_of_choices(stale: tuple[Visitor, TestResponse]) -> None:
    _, response = stale
    assert response.status_code == 409
    assert "Two people have changed this order" in text_of(response)
    assert "Colin Clerk saved it on Fri 20 Nov 2026, 14:05" in text_of(response)
    assert "Saved by Colin Clerk" in text_of(response)
    rows = {
        row.findtext("th").strip(): [row.xpath(f"string(td[{column}]//label/span/text())") for column in (1, 2)]
        for row in parsed(response).xpath("//table//tbody/tr")
    }
    assert rows["Paid from"] == ["Delegated budget", "Parents’ association (PTA)"]
    assert rows["Floor cleaner, neutral, 5 litres"] == ["12", "99"]
    assert rows["Exercise book 9 × 7 in"] == ["13", "14"]
    assert rows["Clerking of governors’ meetings"] == ["none", "1"]
    assert rows["Exercise book A4, 80 pages, 8 mm ruled"][0].startswith("14 · up to 6 more · only at £41.00 or less")
    assert "both changed it" in parsed(response).xpath("string(//tr[contains(., 'Floor cleaner')])")


def test_the_choices_are_saved_over_what_the_other_saved(
    stale: tuple[Visitor, TestResponse], services: FakeServices
) -> None:
    buyer, response = stale
    sent = {name: value_of(response, name) for name in ("version", "was", "theirs", "mine")}
    chosen = parsed(response).xpath("//input[@type='radio'][@checked]")
    sent |= {radio.get("name"): radio.get("value") for radio in chosen} | {f"take.{FIRST}": "theirs"}
    saved = buyer.post(f"{FORM}/merge", sent)
    assert saved.location == FORM
    call = services.changes[-1]
    assert (call.path, call.etag) == (ORDER, '"4"')
    assert call.sent["fund"] == "pta"
    assert {line["offer_id"]: line["quantity"] for line in call.sent["lines"]} == {
        FIRST: 12,
        SECOND: 14,
        THIRD: 14,
        FOURTH: 1,
    }
    assert call.sent["lines"][2]["note"] == "Mrs Fry’s dates, please"


def test_being_overtaken_again_asks_again(stale: tuple[Visitor, TestResponse], services: FakeServices) -> None:
    buyer, response = stale
    sent = {name: value_of(response, name) for name in ("version", "was", "theirs", "mine")}
    services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker again.")
    newer = a_form()
    newer["lines"][0]["quantity"] = 77
    services.table["orders", f"{ORDER}/form"] = newer
    again = buyer.post(f"{FORM}/merge", sent | {f"take.{FIRST}": "mine"})
    assert again.status_code == 409
    assert "77" in parsed(again).xpath("string(//tr[contains(., 'Floor cleaner')]/td[1])")
    assert "99" in parsed(again).xpath("string(//tr[contains(., 'Floor cleaner')]/td[2])")


def test_who_has_two_windows_open_is_told_so(visit: Callable[[str], Visitor], services: FakeServices) -> None:
    buyer = visit("buyer")
    services.table["orders", f"{ORDER}/form"]["order"]["changed_by"] = "Beth Buyer"
    services.refusals["PUT", "orders", ORDER] = Problem(412, "version_conflict", "Somebody was quicker.")
    page = text_of(buyer.post(FORM, {"version": "3", "was": "{}", f"q.{FIRST}": "99"}))
    assert "This order has changed in another window You, in another window, saved it on" in page
